/// A value while a template is rendered, with the meaning it has in Python.
///
/// Nothing that a template holds can be changed in place, as in Jinja's immutable sandbox; so lists and dictionaries
/// are values.
enum Value {
  /// Nothing was found; the characters say what was looked for.
  case undefined(String)
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// Characters that count as HTML: what `safe` and `escape` return.
  case markup(String)
  case list(Elements)
  case tuple(Elements)
  case dictionary(Dictionary)
  case range(Span)
  case object(Object)

  /// A list or tuple.
  struct Elements {
    let values: [Value]
    let weight: Weight
    /// Whether this is a group of `groupby`, whose two parts have names.
    var isGroup = false

    init(_ values: [Value]) throws {
      self.values = values
      weight = try Weight(of: values)
    }
  }

  /// Members in order.
  struct Dictionary {
    private(set) var keys: [Value] = []
    private(set) var values: [Value] = []
    private(set) var weight = Weight()
    private var places: [Key: Int] = [:]

    init() {}

    init(_ members: [(key: Value, value: Value)]) throws {
      for member in members { try set(member.key, member.value) }
    }

    subscript(_ key: Key) -> Value? { places[key].map { values[$0] } }

    mutating func set(_ key: Value, _ value: Value) throws {
      let place = try Key(key)
      weight = try weight.adding(key.weight).adding(value.weight)
      if let index = places[place] {
        values[index] = value
      } else {
        places[place] = keys.count
        keys.append(key)
        values.append(value)
      }
    }
  }

  /// How much is in a value, so that no template can build one that takes forever to write or to compare.
  struct Weight {
    static let deepest = 100
    static let largest = 4_000_000

    var depth = 1
    var size = 1

    init() {}

    init(of values: [Value]) throws {
      for value in values { self = try adding(value.weight) }
    }

    func adding(_ other: Weight) throws -> Weight {
      var result = self
      result.depth = max(depth, other.depth + 1)
      result.size += other.size
      guard result.depth <= Self.deepest else {
        throw TemplateError.limit("a value is nested more than \(Self.deepest) levels deep")
      }
      guard result.size <= Self.largest else {
        throw TemplateError.limit("a value holds more than \(Self.largest) elements")
      }
      return result
    }
  }

  /// What `range` makes.
  struct Span {
    var start: Int
    var step: Int
    var count: Int

    func value(at index: Int) -> Int { start + index * step }
    var stop: Int
  }
}

extension Value {
  static func list(_ values: [Value]) throws -> Value { .list(try Elements(values)) }
  static func tuple(_ values: [Value]) throws -> Value { .tuple(try Elements(values)) }

  var weight: Weight {
    switch self {
    case .list(let elements), .tuple(let elements): elements.weight
    case .dictionary(let dictionary): dictionary.weight
    default: Weight()
    }
  }

  /// The value of a template's input.
  init(_ input: TemplateValue, depth: Int = 0) throws {
    guard depth < Weight.deepest else {
      throw TemplateError.limit("a value is nested more than \(Weight.deepest) levels deep")
    }
    switch input {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    case .string(let value): self = .string(value)
    case .list(let elements):
      self = try .list(elements.map { try Value($0, depth: depth + 1) })
    case .dictionary(let members):
      self = .dictionary(
        try Dictionary(
          members.map { (.string($0.name), try Value($0.value, depth: depth + 1)) }))
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { true } else { false }
  }

  var isNone: Bool {
    if case .none = self { true } else { false }
  }

  /// The characters of a string.
  var text: String? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  /// The value of a whole number; Python counts `true` as 1.
  var integer: Int? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  /// The value of a number.
  var number: Double? {
    if case .float(let value) = self { value } else { integer.map(Double.init) }
  }

  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .list(let elements), .tuple(let elements): !elements.values.isEmpty
    case .dictionary(let dictionary): !dictionary.keys.isEmpty
    case .range(let span): span.count > 0
    case .object(let object): object.isTrue
    }
  }

  /// What Python calls the type.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .integer: "int"
    case .float: "float"
    case .string: "str"
    case .markup: "Markup"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .range: "range"
    case .object(let object): object.typeName
    }
  }

  /// The error for a use that an undefined value does not allow, or the `other` one for other values.
  func misuse(_ other: @autoclosure () -> String) -> TemplateError {
    if case .undefined(let reason) = self { return .evaluation(reason) }
    return .evaluation(other())
  }
}

/// A value as the key of a dictionary, equal where Python's keys are.
struct Key: Hashable {
  private enum Content: Hashable {
    case none
    case integer(Int)
    case float(Double)
    case bytes([UInt8])
    case tuple([Key])
  }

  private let content: Content

  init(_ text: String) { content = .bytes(Array(text.utf8)) }

  init(_ value: Value) throws {
    switch value {
    case .none: content = .none
    case .bool(let value): content = .integer(value ? 1 : 0)
    case .integer(let value): content = .integer(value)
    case .float(let value): content = Int(exactly: value).map { .integer($0) } ?? .float(value)
    case .string(let text), .markup(let text): content = .bytes(Array(text.utf8))
    case .tuple(let elements): content = .tuple(try elements.values.map(Key.init))
    default: throw value.misuse("a value of type '\(value.typeName)' cannot be a key")
    }
  }
}
