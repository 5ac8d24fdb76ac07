import FeedbackStore
public import Foundation
import Media
public import Presentation
import RLHFCore
import RLHFPlugin

extension Project {
  /// Keeps the bytes of a file that raters see or hear in the project's `media/`, by content and free of metadata, and
  /// describes it in the store.
  ///
  /// Throws ``RLHFError`` where the bytes are not what `type` says.
  public func addMedia(_ content: [UInt8], type: String) throws -> MediaReference {
    let entry = try ProjectFiles.media(in: folder).add(content, name: "a file of the type \(type)")
    guard entry.analysis.type == type else {
      throw RLHFError(
        .invalidData, "a file was given as \(type) and is \(entry.analysis.type).")
    }
    return try keep(entry)
  }

  /// Keeps a file, as ``addMedia(_:type:)`` does; its bytes say what it is.
  public func addMedia(file: URL) throws -> MediaReference {
    try keep(ProjectFiles.media(in: folder).add(file))
  }

  private func keep(_ entry: MediaFolder.Entry) throws -> MediaReference {
    let analysis = entry.analysis
    try store.addMedia([
      MediaFile(
        sha256: entry.sha256, type: analysis.type, bytes: analysis.bytes, width: analysis.width,
        height: analysis.height, duration: analysis.duration, loudness: analysis.loudness,
        peak: analysis.peak, peaks: (analysis.peaks ?? []).map(Float.init))
    ])
    return MediaReference(sha256: entry.sha256, type: analysis.type)
  }
}

extension ProjectFiles {
  /// The folder of what raters see and hear.
  static func media(in folder: URL) throws -> MediaFolder {
    try MediaFolder(folder.appending(path: "media", directoryHint: .isDirectory))
  }
}
