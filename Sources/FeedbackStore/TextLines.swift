public import Foundation
import RLHFCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The lines of a file, plain or gzip (told by its first bytes, not by its name), in bounded memory.
///
/// Lines end with LF or CR LF; a byte order mark of UTF-8 is passed over. Errors name the file, and the line where
/// there is one.
public final class TextLines {
  /// One line of a file.
  public struct Line: Sendable, Hashable {
    /// The position in the file, from 1.
    public var number: Int
    /// The line without its end.
    public var bytes: [UInt8]
  }

  /// The file.
  public let url: URL
  /// The size of the file on disk.
  public var size: Int { file.size }
  /// How much of the file on disk was read.
  public private(set) var bytesRead = 0

  private let file: InputFile
  private let longestLine: Int
  private var inflater: GzipInflater?
  private var hash = ContentHash.Builder()

  private var packed = [UInt8](repeating: 0, count: 1 << 16)
  private var packedRange = 0..<0
  private var buffer: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var isAtEnd = false
  private var lineNumber = 0

  /// Opens a file; a line longer than `longestLine` bytes is refused.
  public init(_ url: URL, longestLine: Int = 64 << 20) throws {
    self.url = url
    self.longestLine = longestLine
    file = try InputFile(url)
    try readPacked()
    let head = Array(packed[packedRange].prefix(6))
    try refuseForeign(head)
    if head.starts(with: [0x1f, 0x8b]) { inflater = try GzipInflater(name: url.path) }
    try fill()
    while buffer.count < 3, !isAtEnd { try fill() }
    if buffer.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
    scanned = start
  }

  /// The next line, or `nil` at the end.
  public func next() throws -> Line? {
    while true {
      let end = lineEnd()
      guard (end ?? buffer.count) - start <= longestLine else {
        throw RLHFError(
          .invalidData,
          "\(url.path):\(lineNumber + 1): the line is longer than \(longestLine) bytes; "
            + "expected one JSON value per line.")
      }
      if let end { return line(upTo: end, next: end + 1) }
      scanned = buffer.count
      if isAtEnd {
        return start < buffer.count ? line(upTo: buffer.count, next: buffer.count) : nil
      }
      if start > 0 {
        buffer.removeSubrange(..<start)
        scanned -= start
        start = 0
      }
      try fill()
    }
  }

  /// The bytes that follow, as many as are at hand; `nil` at the end.
  ///
  /// For readers whose records are not lines; ``Line/number`` counts no more then.
  func nextPiece() throws -> [UInt8]? {
    while start == buffer.count, !isAtEnd {
      buffer.removeAll(keepingCapacity: true)
      start = 0
      try fill()
    }
    guard start < buffer.count else { return nil }
    defer {
      start = buffer.count
      scanned = start
    }
    return Array(buffer[start...])
  }

  /// The SHA-256 of the file as it is on disk; known after the last line.
  func contentHash() -> ContentHash { hash.finish() }

  private func lineEnd() -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, scanned < bytes.count,
        let found = memchr(base + scanned, Int32(UInt8(ascii: "\n")), bytes.count - scanned)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  private func line(upTo end: Int, next: Int) -> Line {
    var last = end
    if last > start, buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
    lineNumber += 1
    defer {
      start = next
      scanned = next
    }
    return Line(number: lineNumber, bytes: Array(buffer[start..<last]))
  }

  /// Reads the next piece of the file, and returns whether there was one.
  @discardableResult
  private func readPacked() throws -> Bool {
    let count = try packed.withUnsafeMutableBytes { try file.read(into: $0) }
    packed.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    packedRange = 0..<count
    bytesRead += count
    return count > 0
  }

  /// Adds to the buffer what the next piece of the file holds.
  private func fill() throws {
    if packedRange.isEmpty, try !readPacked() {
      isAtEnd = true
      if let inflater, !inflater.isBetweenMembers {
        throw RLHFError(
          .invalidData,
          "\(url.path) is cut off: its gzip stream ends early, after line \(lineNumber). "
            + "Fetch it again.")
      }
      return
    }
    guard let inflater else {
      buffer += packed[packedRange]
      packedRange = 0..<0
      return
    }
    let room = 1 << 18
    let length = buffer.count
    buffer += repeatElement(0, count: room)
    let progress = try packed.withUnsafeBytes { input in
      try buffer.withUnsafeMutableBytes { output in
        try inflater.inflate(
          UnsafeRawBufferPointer(rebasing: input[packedRange]),
          into: UnsafeMutableRawBufferPointer(rebasing: output[length...]))
      }
    }
    packedRange = packedRange.lowerBound + progress.consumed..<packedRange.upperBound
    buffer.removeLast(room - progress.produced)
  }

  private func refuseForeign(_ head: [UInt8]) throws {
    let kinds: [([UInt8], String)] = [
      (Array("PAR1".utf8), "a Parquet file"), (Array("ARROW1".utf8), "an Arrow file"),
      ([0x50, 0x4b, 0x03, 0x04], "a zip archive"), (Array("BZh".utf8), "a bzip2 file"),
      ([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file"),
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "an xz file"),
      ([0xff, 0xfe], "in UTF-16"), ([0xfe, 0xff], "in UTF-16"),
    ]
    guard let kind = kinds.first(where: { head.starts(with: $0.0) })?.1 else { return }
    throw RLHFError(
      .invalidData, "\(url.path) is \(kind); expected lines in UTF-8, plain or packed with gzip.")
  }
}
