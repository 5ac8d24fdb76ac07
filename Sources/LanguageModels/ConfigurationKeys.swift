import RLHFCore

/// A key of a JSON object, by name.
struct AnyKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer where Key == AnyKey {
  /// The value of `key`, or `nil` where it is absent or null.
  func optional<Value: Decodable>(_ key: String, _ type: Value.Type = Value.self) throws -> Value? {
    try decodeIfPresent(type, forKey: AnyKey(key))
  }

  /// The value of `key`, which must be there.
  func required<Value: Decodable>(_ key: String, _ type: Value.Type = Value.self) throws -> Value {
    guard let value = try optional(key, type) else {
      throw RLHFError(.invalidConfiguration, "'\(key)' is missing, expected a \(type)")
    }
    return value
  }
}

extension KeyedEncodingContainer where Key == AnyKey {
  /// Writes a value, null for `nil`.
  mutating func put(_ key: String, _ value: some Encodable) throws {
    try encode(value, forKey: AnyKey(key))
  }
}

/// Token ids that a file gives as one number or as a list.
struct TokenList: Codable {
  var tokens: [Int]

  init(_ tokens: [Int]) { self.tokens = tokens }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let token = try? container.decode(Int.self) {
      tokens = [token]
    } else {
      tokens = try container.decode([Int].self)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if tokens.count == 1 {
      try container.encode(tokens[0])
    } else {
      try container.encode(tokens)
    }
  }
}

extension DecodingError {
  /// What is wrong where, in a few words.
  var summary: String {
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
