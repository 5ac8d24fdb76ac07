import Foundation
import Presentation
import RLHFCore

/// Puts the files that records show into the folder `media` beside an export, by their hash.
final class ExportMedia {
  private let folder: URL
  private let transfer: ExportOptions.MediaTransfer
  private let find: ((MediaReference) throws -> URL)?
  private var known: Set<MediaReference> = []
  private(set) var files: [ExportManifest.File] = []

  init(besides url: URL, _ options: ExportOptions) {
    folder = url.deletingLastPathComponent()
    transfer = options.mediaFile == nil ? .none : options.media
    find = options.mediaFile
  }

  /// The path of a file, from the folder of the export.
  static func path(_ media: MediaReference) -> String {
    let endings = [
      "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif",
      "audio/wav": "wav", "audio/x-wav": "wav", "audio/flac": "flac", "audio/ogg": "ogg",
      "audio/mpeg": "mp3", "audio/midi": "mid",
    ]
    return "media/\(media.sha256).\(endings[media.type] ?? "bin")"
  }

  /// Takes in the files of a record.
  func add(_ record: ExchangeRecord) throws {
    for media in (record.prompt + record.items.flatMap { $0 }).compactMap(\.media) {
      guard transfer != .none, let find, known.insert(media).inserted else { continue }
      guard media.sha256.utf8.count == 64, media.sha256.allSatisfy(\.isHexDigit) else {
        throw RLHFError(.invalidData, "a file is not named by a SHA-256; nothing was exported.")
      }
      let name = Self.path(media)
      let target = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      let source = try find(media)
      if !FileManager.default.fileExists(atPath: target.path) {
        let linked =
          transfer == .link && (try? FileManager.default.linkItem(at: source, to: target)) != nil
        if !linked { try copy(source, to: target) }
      }
      let hash = try ContentHash(ofFile: target).description
      guard hash == media.sha256 else {
        throw RLHFError(
          .invalidData,
          "\(target.path) is not the file of that SHA-256; remove it and export again.")
      }
      let size = try FileManager.default.attributesOfItem(atPath: target.path)[.size] as? Int
      files.append(.init(name: name, bytes: size ?? 0, sha256: hash))
    }
  }

  private func copy(_ source: URL, to target: URL) throws {
    let file = try InputFile(source)
    try AtomicFile.write(to: target) { writer in
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { return }
        try buffer.withUnsafeBytes {
          try writer.write(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
      }
    }
  }
}
