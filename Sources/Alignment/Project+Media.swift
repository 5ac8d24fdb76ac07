public import FeedbackStore
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
    let file = try keepMedia(content, type: type)
    try store.addMedia([file])
    return MediaReference(sha256: file.sha256, type: file.type)
  }

  /// Keeps a file, as ``addMedia(_:type:)`` does; its bytes say what it is.
  public func addMedia(file: URL) throws -> MediaReference {
    let file = try keepMedia(file: file)
    try store.addMedia([file])
    return MediaReference(sha256: file.sha256, type: file.type)
  }

  /// Keeps bytes in `media/`, and leaves it to the caller to describe them in the store.
  ///
  /// For use while the store is busy with something else.
  public func keepMedia(_ content: [UInt8], type: String) throws -> MediaFile {
    let entry = try ProjectFiles.media(in: folder).add(content, name: "a file of the type \(type)")
    guard entry.analysis.type == type else {
      throw RLHFError(
        .invalidData, "a file was given as \(type) and is \(entry.analysis.type).")
    }
    return description(of: entry)
  }

  /// Keeps a file in `media/`, and leaves it to the caller to describe it in the store.
  public func keepMedia(file: URL) throws -> MediaFile {
    description(of: try ProjectFiles.media(in: folder).add(file))
  }

  private func description(of entry: MediaFolder.Entry) -> MediaFile {
    let analysis = entry.analysis
    return MediaFile(
      sha256: entry.sha256, type: analysis.type, bytes: analysis.bytes, width: analysis.width,
      height: analysis.height, duration: analysis.duration, loudness: analysis.loudness,
      peak: analysis.peak, peaks: (analysis.peaks ?? []).map(Float.init))
  }
}

extension ProjectFiles {
  /// The folder of what raters see and hear.
  static func media(in folder: URL) throws -> MediaFolder {
    try MediaFolder(folder.appending(path: "media", directoryHint: .isDirectory))
  }
}
