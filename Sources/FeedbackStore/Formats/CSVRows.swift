import Foundation
import RLHFCore

/// The rows of a table of separated values (RFC 4180), in bounded memory.
///
/// Cells may be in double quotes, and then hold the separator, line ends, and quotes written twice. Lines end with LF,
/// CR LF or CR. The separator is the one among comma, semicolon, tab and bar that the first line has most often,
/// outside of quotes.
final class CSVRows {
  /// One row, and the line on which it begins.
  struct Row {
    var number: Int
    var cells: [String]
  }

  let lines: TextLines
  private(set) var separator = UInt8(ascii: ",")
  private let longest: Int
  private var piece: [UInt8] = []
  private var position = 0
  private var line = 1

  init(_ url: URL, longestRow: Int = 16 << 20) throws {
    lines = try TextLines(url)
    longest = longestRow
    piece = try lines.nextPiece() ?? []
    separator = Self.separator(of: piece)
  }

  /// The next row that is not empty, or `nil` at the end.
  func next() throws -> Row? {
    while let row = try readRow() {
      if row.cells.count > 1 || row.cells.first?.isEmpty == false { return row }
    }
    return nil
  }

  static func separator(of head: [UInt8]) -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    for byte in head {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 0x0a || byte == 0x0d { break }
      if [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")].contains(byte) {
        counts[byte, default: 0] += 1
      }
    }
    let best = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    return best?.key ?? UInt8(ascii: ",")
  }

  private func readRow() throws -> Row? {
    guard try peek() != nil else { return nil }
    let start = line
    var cells: [String] = []
    var size = 0
    while true {
      let cell = try readCell(start, &size)
      cells.append(cell)
      guard let byte = try peek() else { break }
      position += 1
      if byte == separator { continue }
      line += 1
      if byte == 0x0d, try peek() == 0x0a { position += 1 }
      break
    }
    return Row(number: start, cells: cells)
  }

  private func readCell(_ start: Int, _ size: inout Int) throws -> String {
    var bytes: [UInt8] = []
    guard try peek() == UInt8(ascii: "\"") else {
      while let byte = try peek(), byte != separator, byte != 0x0a, byte != 0x0d {
        try take(byte, &bytes, &size, start)
      }
      return try text(bytes, start)
    }
    position += 1
    while let byte = try peek() {
      if byte == UInt8(ascii: "\"") {
        position += 1
        guard try peek() == byte else {
          if let after = try peek(), after != separator, after != 0x0a, after != 0x0d {
            throw error(start, "something follows the closing quote of a cell")
          }
          return try text(bytes, start)
        }
      } else if byte == 0x0a {
        line += 1
      }
      try take(byte, &bytes, &size, start)
    }
    throw error(start, "a cell is opened with a quote and never closed")
  }

  private func take(
    _ byte: UInt8, _ bytes: inout [UInt8], _ size: inout Int, _ start: Int
  ) throws {
    bytes.append(byte)
    position += 1
    size += 1
    guard size <= longest else {
      throw error(start, "a row is longer than \(longest) bytes; is a quote missing?")
    }
  }

  private func text(_ bytes: [UInt8], _ start: Int) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error(start, "a cell is not UTF-8")
    }
    return text
  }

  private func peek() throws -> UInt8? {
    if position < piece.count { return piece[position] }
    guard let more = try lines.nextPiece() else { return nil }
    piece = more
    position = 0
    return piece.first
  }

  private func error(_ line: Int, _ message: String) -> RLHFError {
    RLHFError(.invalidData, "\(lines.url.path):\(line): \(message).")
  }
}
