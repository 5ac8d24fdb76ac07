import Foundation

/// Reads settings: what a person wrote over the defaults, strictly.
///
/// A missing key keeps its default, an unknown key is an error that names the key and the nearest known one, and a
/// value of the wrong type is an error that names its path. (Synthesised decoding rejects missing keys and ignores
/// unknown ones.)
public enum Settings {
  /// Decodes `Value` from `value` over `defaults`; `source` names the file in messages, `section` the place in it.
  ///
  /// Throws ``RLHFError`` with code `invalidConfiguration`.
  public static func decode<Value: Codable>(
    _ value: JSONValue, over defaults: Value, section: String = "", source: String
  ) throws -> Value {
    let record = KeyRecord()
    let node = SettingsNode(
      value: value, defaults: try JSONValue(encoding: defaults), path: section, record: record)
    let decoded: Value
    do {
      decoded = try Value(from: SettingsDecoder(node: node))
    } catch let error as SettingsMismatch {
      throw RLHFError(.invalidConfiguration, "\(source): \(error.message)")
    } catch DecodingError.dataCorrupted(let context) {
      throw RLHFError(
        .invalidConfiguration,
        "\(source): \(pathName(context.codingPath, section)): \(context.debugDescription)")
    }
    if let unknown = record.unknownKeys.first {
      throw RLHFError(.invalidConfiguration, "\(source): \(unknown)")
    }
    return decoded
  }

  /// Decodes the options of a stage over `defaults` and validates them.
  public static func decode<Options: StageOptions>(
    stage value: JSONValue, over defaults: Options, section: String, source: String
  ) throws -> Options {
    let options: Options = try decode(value, over: defaults, section: section, source: source)
    var check = SettingsCheck(section: section)
    options.validate(&check)
    try check.finish(source: source)
    return options
  }

  private static func pathName(_ path: [any CodingKey], _ section: String) -> String {
    ([section].filter { !$0.isEmpty } + path.map(\.stringValue)).joined(separator: ".")
  }
}

/// Which keys were asked for in each object, so that the others can be called unknown.
private final class KeyRecord {
  private var objects: [String: (present: [String], known: Set<String>)] = [:]

  func open(_ path: String, present: [String]) {
    if objects[path] == nil { objects[path] = (present, []) }
  }

  func ask(_ key: String, at path: String) {
    objects[path]?.known.insert(key)
  }

  var unknownKeys: [String] {
    objects.sorted { $0.key < $1.key }.flatMap { path, keys in
      keys.present.filter { !keys.known.contains($0) }.sorted().map { key in
        let place = path.isEmpty ? "'\(key)'" : "'\(path).\(key)'"
        let nearest = keys.known.min { editDistance($0, key) < editDistance($1, key) }
        var message = "\(place) is not a setting."
        if let nearest, editDistance(nearest, key) <= max(2, key.count / 3) {
          message += " Did you mean '\(nearest)'?"
        } else {
          message += " Known here: \(keys.known.sorted().joined(separator: ", "))."
        }
        return message
      }
    }
  }
}

private struct SettingsMismatch: Error {
  let message: String
}

private struct SettingsNode {
  let value: JSONValue?
  let defaults: JSONValue?
  let path: String
  let record: KeyRecord

  var effective: JSONValue? { value ?? defaults }

  func child(_ key: String) -> SettingsNode {
    func member(_ value: JSONValue?) -> JSONValue? {
      guard case .object(let fields)? = value else { return nil }
      return fields[key]
    }
    return SettingsNode(
      value: member(value), defaults: member(defaults),
      path: path.isEmpty ? key : "\(path).\(key)", record: record)
  }

  func mismatch(_ expected: String) -> SettingsMismatch {
    let found: String
    switch effective {
    case nil: found = "missing"
    case .null?: found = "empty"
    case .object?: found = "a group of settings"
    case .array?: found = "a list"
    case let other?: found = other.description
    }
    return SettingsMismatch(message: "\(path) is \(found); expected \(expected).")
  }
}

private struct SettingsDecoder: Decoder {
  let node: SettingsNode
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    switch node.value {
    case .object(let fields)?: node.record.open(node.path, present: Array(fields.keys))
    case nil, .null?: break
    default: throw node.mismatch("a group of settings (key: value)")
    }
    return KeyedDecodingContainer(SettingsObject<Key>(node: node))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let elements)? = node.effective else { throw node.mismatch("a list") }
    return SettingsList(node: node, elements: elements)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    SettingsScalar(node: node)
  }
}

private struct SettingsObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let node: SettingsNode
  var codingPath: [any CodingKey] { [] }

  var allKeys: [Key] {
    var names: Set<String> = []
    for case .object(let fields)? in [node.value, node.defaults] { names.formUnion(fields.keys) }
    return names.sorted().compactMap(Key.init(stringValue:))
  }

  private func child(_ key: Key) -> SettingsNode {
    node.record.ask(key.stringValue, at: node.path)
    return node.child(key.stringValue)
  }

  func contains(_ key: Key) -> Bool { child(key).effective != nil }

  func decodeNil(forKey key: Key) throws -> Bool {
    switch child(key).effective {
    case nil, .null?: true
    default: false
    }
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try SettingsScalar(node: child(key)).decode(type)
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try SettingsDecoder(node: child(key)).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try SettingsDecoder(node: child(key)).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { SettingsDecoder(node: node) }
  func superDecoder(forKey key: Key) throws -> any Decoder { SettingsDecoder(node: child(key)) }
}

private struct SettingsList: UnkeyedDecodingContainer {
  let node: SettingsNode
  let elements: [JSONValue]
  var currentIndex = 0
  var codingPath: [any CodingKey] { [] }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  init(node: SettingsNode, elements: [JSONValue]) {
    self.node = node
    self.elements = elements
  }

  private mutating func next() throws -> SettingsNode {
    guard !isAtEnd else { throw node.mismatch("\(currentIndex + 1) entries or more") }
    defer { currentIndex += 1 }
    return SettingsNode(
      value: elements[currentIndex], defaults: nil, path: "\(node.path)[\(currentIndex)]",
      record: node.record)
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, case .null = elements[currentIndex] else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try SettingsScalar(node: next()).decode(type)
  }

  mutating func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type
  ) throws -> KeyedDecodingContainer<NestedKey> {
    try SettingsDecoder(node: next()).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try SettingsDecoder(node: next()).unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { SettingsDecoder(node: try next()) }
}

private struct SettingsScalar: SingleValueDecodingContainer {
  let node: SettingsNode
  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool {
    switch node.effective {
    case nil, .null?: true
    default: false
    }
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if type == JSONValue.self, let value = node.effective as? T { return value }
    if type == Bool.self || type == String.self || type == Double.self || type == Float.self
      || type is any FixedWidthInteger.Type
    {
      return try scalar(type)
    }
    do {
      return try T(from: SettingsDecoder(node: node))
    } catch is DecodingError where T.self is any CaseIterable.Type {
      throw node.mismatch("one of \(choices(of: type))")
    }
  }

  private func scalar<T: Decodable>(_ type: T.Type) throws -> T {
    let expected: String
    switch type {
    case is Bool.Type: expected = "true or false"
    case is String.Type: expected = "a string"
    case is Double.Type, is Float.Type: expected = "a number"
    default: expected = "a whole number"
    }
    guard let value = node.effective else { throw node.mismatch(expected) }
    do {
      return try value.decoded(as: type)
    } catch {
      throw node.mismatch(expected)
    }
  }

  private func choices<T>(of type: T.Type) -> String {
    guard let choices = type as? any CaseIterable.Type else { return "the known values" }
    return names(choices).joined(separator: ", ")
  }

  private func names<C: CaseIterable>(_ type: C.Type) -> [String] {
    type.allCases.map { value in
      (value as? any RawRepresentable).map { "\($0.rawValue)" } ?? "\(value)"
    }
  }
}

/// The number of single-character edits that turn one word into another (Levenshtein).
func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first.lowercased()), Array(second.lowercased()))
  var row = Array(0...second.count)
  for (i, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (character == other ? 0 : 1))
      diagonal = row[j + 1]
      row[j + 1] = cost
    }
  }
  return row[second.count]
}
