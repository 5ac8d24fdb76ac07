extension Settings {
  /// The settings as a value that ``decode(_:over:section:source:)`` reads back over `defaults` as they are.
  ///
  /// What is `nil` although the defaults have a value is null, not left out.
  public static func encode<Value: Encodable>(
    _ settings: Value, over defaults: Value
  ) throws -> JSONValue {
    namingAbsent(try JSONValue(encoding: settings), in: try JSONValue(encoding: defaults))
  }

  private static func namingAbsent(_ value: JSONValue, in defaults: JSONValue) -> JSONValue {
    guard case .object(var fields) = value, case .object(let known) = defaults else { return value }
    for (key, usual) in known {
      fields[key] = fields[key].map { namingAbsent($0, in: usual) } ?? .null
    }
    return .object(fields)
  }
}
