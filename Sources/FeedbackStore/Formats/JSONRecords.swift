import Foundation
import RLHFCore

/// The JSON values of a file, in bounded memory: one per line, one after another over many lines, or the elements of
/// an array that is the whole file.
final class JSONRecords {
  /// One value, and the line on which it begins.
  struct Record {
    var number: Int
    var value: Result<JSONValue, RLHFError>
  }

  let lines: TextLines
  private let longest: Int
  private var piece: [UInt8] = []
  private var position = 0
  private var line = 1
  private var isArray = false
  private var hasBegun = false

  init(_ url: URL, longestRecord: Int = 64 << 20) throws {
    lines = try TextLines(url)
    longest = longestRecord
  }

  /// The next value, or `nil` at the end.
  func next() throws -> Record? {
    guard let first = try beginning() else { return nil }
    let start = line
    var bytes: [UInt8] = []
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      try readNested(into: &bytes)
    } else {
      try readWord(into: &bytes)
    }
    do {
      return Record(number: start, value: .success(try JSONValue(parsing: bytes)))
    } catch {
      let message = "\(lines.url.path):\(start): not JSON: the value \(error)."
      return Record(number: start, value: .failure(RLHFError(.invalidData, message)))
    }
  }

  /// Passes over what stands between values, and returns the byte with which the next one begins.
  private func beginning() throws -> UInt8? {
    while let byte = try peek() {
      switch byte {
      case 0x20, 0x09, 0x0d, 0x0a: advance()
      case UInt8(ascii: "[") where !hasBegun:
        hasBegun = true
        isArray = true
        advance()
      case UInt8(ascii: ","), UInt8(ascii: "]"):
        guard isArray else { return byte }
        advance()
      default:
        hasBegun = true
        return byte
      }
    }
    return nil
  }

  private func readNested(into bytes: inout [UInt8]) throws {
    var depth = 0
    var isString = false
    var isEscaped = false
    while let byte = try peek() {
      advance()
      bytes.append(byte)
      if bytes.count > longest { throw tooLong() }
      if isString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return }
      default: break
      }
    }
  }

  private func readWord(into bytes: inout [UInt8]) throws {
    while let byte = try peek(), byte != 0x0a, !(isArray && byte == UInt8(ascii: ",")) {
      advance()
      bytes.append(byte)
      if bytes.count > longest { throw tooLong() }
    }
  }

  private func peek() throws -> UInt8? {
    if position < piece.count { return piece[position] }
    guard let more = try lines.nextPiece() else { return nil }
    piece = more
    position = 0
    return piece.first
  }

  private func advance() {
    if piece[position] == 0x0a { line += 1 }
    position += 1
  }

  private func tooLong() -> RLHFError {
    RLHFError(
      .invalidData,
      "\(lines.url.path):\(line): a record is longer than \(longest) bytes; is a bracket or a quote missing?"
    )
  }
}
