/// Where a template goes wrong, and why.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Kind: Sendable, Hashable {
    /// The template does not parse.
    case syntax
    /// The values given do not fit what the template does with them.
    case evaluation
    /// The template itself refuses the values: it called `raise_exception`.
    case raised
    /// The template asks for more memory, depth or time than is allowed.
    case limit
  }

  /// The kind of mistake.
  public let kind: Kind
  /// What was found and what was expected.
  public let message: String
  /// The line, counted from 1; 0 where it is not known.
  public internal(set) var line: Int
  /// The column in characters, counted from 1; 0 where it is not known.
  public internal(set) var column: Int

  init(_ kind: Kind, _ message: String, at position: Position = .unknown) {
    self.kind = kind
    self.message = message
    line = position.line
    column = position.column
  }

  /// The message with its place.
  public var description: String {
    line > 0 ? "line \(line), column \(column): \(message)" : message
  }

  /// The error with a place, where it has none yet.
  func located(at position: Position) -> TemplateError {
    guard line == 0 else { return self }
    var error = self
    error.line = position.line
    error.column = position.column
    return error
  }

  static func evaluation(_ message: String) -> TemplateError { TemplateError(.evaluation, message) }
  static func limit(_ message: String) -> TemplateError { TemplateError(.limit, message) }
}

/// A place in a template, both counted from 1.
struct Position: Sendable, Hashable {
  var line: Int
  var column: Int

  static let unknown = Position(line: 0, column: 0)
}
