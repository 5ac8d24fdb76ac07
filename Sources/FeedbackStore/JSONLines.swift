public import Foundation
public import RLHFCore

/// The JSON values of a file with one per line (JSON Lines), plain or gzip, in bounded memory.
///
/// Lines of white space are passed over.
public final class JSONLines {
  /// A line that holds JSON, or why it does not.
  public struct Line: Sendable {
    /// The position in the file, from 1.
    public var number: Int
    /// The value of the line, or an error that names file and line.
    public var value: Result<JSONValue, RLHFError>
  }

  /// The lines underneath.
  public let lines: TextLines

  /// Opens a file; a line longer than `longestLine` bytes is refused.
  public init(_ url: URL, longestLine: Int = 64 << 20) throws {
    lines = try TextLines(url, longestLine: longestLine)
  }

  /// The next line that is not blank, or `nil` at the end.
  ///
  /// Throws where the file cannot be read on.
  public func next() throws -> Line? {
    while let line = try lines.next() {
      if line.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
      do {
        return Line(number: line.number, value: .success(try JSONValue(parsing: line.bytes)))
      } catch {
        return Line(number: line.number, value: .failure(failure(line, error)))
      }
    }
    return nil
  }

  /// All values of a file.
  ///
  /// Throws at the first line that is not JSON, and for a file that holds none.
  public static func values(of url: URL) throws -> [(line: Int, value: JSONValue)] {
    let file = try JSONLines(url)
    var values: [(line: Int, value: JSONValue)] = []
    while let line = try file.next() { values.append((line.number, try line.value.get())) }
    guard !values.isEmpty else { throw emptyFile(url) }
    return values
  }

  static func emptyFile(_ url: URL) -> RLHFError {
    RLHFError(.invalidData, "\(url.path) is empty; expected one JSON object per line.")
  }

  private func failure(_ line: TextLines.Line, _ error: any Error) -> RLHFError {
    var message = "\(lines.url.path):\(line.number): not JSON: the line \(error)"
    if line.number == 1, let first = line.bytes.first(where: { $0 != 0x20 }) {
      if first == UInt8(ascii: "[") {
        message += ". Expected one object per line, not one array of all; "
        message += "`jq -c '.[]'` makes lines of it"
      } else if first == UInt8(ascii: "{") {
        message += ". Expected each object on one line of its own"
      }
    }
    return RLHFError(.invalidData, message + ".")
  }
}
