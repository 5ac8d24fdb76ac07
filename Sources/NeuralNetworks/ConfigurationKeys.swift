import RLHFCore

/// A key of a JSON object, by name.
package struct AnyKey: CodingKey {
  package var stringValue: String
  package var intValue: Int? { nil }
  package init(_ name: String) { stringValue = name }
  package init(stringValue: String) { self.stringValue = stringValue }
  package init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where Key == AnyKey {
  /// The value of `key`, or `nil` where it is absent or null.
  package func optional<Value: Decodable>(_ key: String, _ type: Value.Type = Value.self) throws
    -> Value?
  {
    try decodeIfPresent(type, forKey: AnyKey(key))
  }

  /// The value of `key`, which must be there.
  package func required<Value: Decodable>(_ key: String, _ type: Value.Type = Value.self) throws
    -> Value
  {
    guard let value = try optional(key, type) else {
      throw RLHFError(.invalidConfiguration, "'\(key)' is missing, expected a \(type)")
    }
    return value
  }
}

extension KeyedEncodingContainer where Key == AnyKey {
  /// Writes a value, null for `nil`.
  package mutating func put(_ key: String, _ value: some Encodable) throws {
    try encode(value, forKey: AnyKey(key))
  }
}

extension DecodingError {
  /// What is wrong where, in a few words.
  package var summary: String {
    func place(_ context: Context) -> String {
      context.codingPath.map { "'\($0.stringValue)'" }.joined(separator: " / ")
    }
    return switch self {
    case .typeMismatch(let type, let context): "\(place(context)) is not a \(type)"
    case .valueNotFound(let type, let context): "\(place(context)) is null, expected a \(type)"
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .dataCorrupted(let context):
      context.codingPath.isEmpty ? "it is not JSON" : "\(place(context)) has a wrong value"
    @unknown default: "it is not as expected"
    }
  }
}
