public import Foundation
import RLHFCore

/// A folder of files named by the SHA-256 of their content: the same content is there once, and a name tells nothing.
///
/// What is added is freed of metadata first: images keep their format, sounds become FLAC.
public struct MediaFolder: Sendable {
  /// A file that was added.
  public struct Entry: Sendable, Hashable, Codable {
    /// The SHA-256 of the file as it is kept, 64 hexadecimal digits: its name.
    public var sha256: String
    /// What it is.
    public var analysis: MediaAnalysis
    /// Whether it was there already.
    public var isKnown: Bool
  }

  /// The folder.
  public let url: URL
  /// What is too much.
  public var limits: MediaLimits

  /// Opens a folder, made where it is missing.
  public init(_ url: URL, limits: MediaLimits = MediaLimits()) throws {
    self.url = url
    self.limits = limits
    try AtomicFile.makeFolder(url)
  }

  /// Adds a file, which stays where it is.
  public func add(_ file: URL) throws -> Entry {
    try add(file, name: file.lastPathComponent)
  }

  private func add(_ file: URL, name: String) throws -> Entry {
    switch try MediaInput.format(of: file, name: name).kind {
    case .image:
      let size = try MediaInput.size(of: file)
      guard size <= limits.imageBytes else {
        throw MediaFailure.tooLarge(name, "\(size) bytes", "\(limits.imageBytes)", "imageBytes")
      }
      return try addImage(try MediaInput.read(file, upTo: limits.imageBytes + 1), name: name)
    case .audio:
      return try withTemporary { temporary in
        let analysis = try AudioFile.rewrite(
          file, to: temporary, name: name, limits: limits)
        return try keep(temporary, analysis)
      }
    }
  }

  /// Adds a file that is in memory; `name` stands in messages only.
  public func add(_ content: [UInt8], name: String) throws -> Entry {
    switch try MediaFormat(of: content, name: name).kind {
    case .image: return try addImage(content, name: name)
    case .audio:
      return try withTemporary { temporary in
        try Data(content).write(to: temporary)
        return try add(temporary, name: name)
      }
    }
  }

  /// Where the file of this hash is, or would be; throws where `sha256` is none.
  public func url(of sha256: String) throws -> URL {
    guard FileVault.isName(sha256) else {
      throw RLHFError(
        .invalidData, "the name of a media file is not a SHA-256; expected 64 hexadecimal digits.")
    }
    return url.appendingPathComponent(sha256)
  }

  private func addImage(_ content: [UInt8], name: String) throws -> Entry {
    let image = try ImageFile(content, name: name, limits: limits)
    let hash = ContentHash(of: image.bytes).description
    let target = try url(of: hash)
    let isKnown = isThere(target, image.bytes.count)
    if !isKnown { try AtomicFile.write(Data(image.bytes), to: target) }
    return Entry(sha256: hash, analysis: MediaAnalysis(image: image), isKnown: isKnown)
  }

  /// Copies a finished file to the name of its hash.
  private func keep(_ file: URL, _ analysis: MediaAnalysis) throws -> Entry {
    let hash = try withPieces(of: file) { read in try ContentHash(reading: read) }.description
    let target = try url(of: hash)
    let isKnown = isThere(target, analysis.bytes)
    if !isKnown {
      try AtomicFile.write(to: target) { writer in
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        try withPieces(of: file) { read in
          while true {
            let count = try buffer.withUnsafeMutableBytes { try read($0) }
            if count == 0 { return }
            try buffer.withUnsafeBytes {
              try writer.write(UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
          }
        }
      }
    }
    return Entry(sha256: hash, analysis: analysis, isKnown: isKnown)
  }

  private func isThere(_ target: URL, _ size: Int) -> Bool {
    (try? MediaInput.size(of: target)) == size
  }

  private func withPieces<Result>(
    of file: URL, _ body: ((UnsafeMutableRawBufferPointer) throws -> Int) throws -> Result
  ) throws -> Result {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    return try body { buffer in
      let data = try handle.read(upToCount: buffer.count) ?? Data()
      data.copyBytes(to: buffer)
      return data.count
    }
  }

  /// A hidden name in the folder, removed afterwards; what a killed process leaves, `AtomicFile.removeLeftovers` finds.
  private func withTemporary<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let temporary = url.appendingPathComponent(".\(UUID().uuidString).tmp")
    defer { try? FileManager.default.removeItem(at: temporary) }
    return try body(temporary)
  }
}
