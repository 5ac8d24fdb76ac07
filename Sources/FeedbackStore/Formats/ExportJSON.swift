import RLHFCore

/// JSON for other programs: members in a given order, and numbers that are not whole by nature always with a fraction,
/// so that a reader that guesses types by the first rows guesses right.
enum ExportJSON {
  /// An object on one line; members without a value are left out.
  static func object(_ members: [(String, JSONValue?)]) -> String {
    let parts = members.compactMap { name, value in
      value.map { text(.string(name)) + ": " + text($0) }
    }
    return "{" + parts.joined(separator: ", ") + "}"
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .number(let number) where number.isFinite: "\(number)"
    case .array(let elements): "[" + elements.map(text).joined(separator: ", ") + "]"
    case .object(let members):
      object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    default: value.description
    }
  }
}

extension JSONValue {
  /// The number, or `null`.
  static func number(orNull value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
  /// The string, or `null`.
  static func string(orNull value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
}
