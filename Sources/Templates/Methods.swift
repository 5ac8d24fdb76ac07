/// The methods of strings, lists and dictionaries that change nothing.
enum Methods {
  /// A method, applied to its owner.
  typealias Method = @Sendable (Value, Arguments, Interpreter) throws -> Value

  /// Whether values of this kind have a method `name`.
  static func has(_ name: String, _ owner: Value) -> Bool {
    switch owner {
    case .string, .markup: StringMethods.all[name] != nil
    case .list: sequences[name] != nil || name == "copy"
    case .tuple, .range: sequences[name] != nil
    case .dictionary: dictionaries[name] != nil
    default: false
    }
  }

  /// Whether `name` is a method that changes its owner, which templates cannot call.
  static func changes(_ name: String, _ owner: Value) -> Bool {
    switch owner {
    case .list:
      ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"].contains(name)
    case .dictionary: ["clear", "pop", "popitem", "setdefault", "update"].contains(name)
    default: false
    }
  }

  static func call(
    _ name: String, on owner: Value, _ arguments: Arguments, _ interpreter: Interpreter
  ) throws -> Value {
    let method: Method?
    switch owner {
    case .string, .markup: method = StringMethods.all[name]
    case .dictionary: method = dictionaries[name]
    case .list where name == "copy": return owner
    default: method = sequences[name]
    }
    guard let method else {
      throw TemplateError.evaluation("a value of type '\(owner.typeName)' has no method '\(name)'")
    }
    return try method(owner, arguments, interpreter)
  }

  private static let dictionaries: [String: Method] = [
    "get": { owner, arguments, _ in
      let bound = try arguments.bind("get", ["key", "default"], required: 1)
      guard case .dictionary(let dictionary) = owner else { return .none }
      return try dictionary[Key(bound[0] ?? .none)] ?? bound[1] ?? .none
    },
    "items": { owner, arguments, interpreter in
      _ = try arguments.bind("items", [])
      return .object(try interpreter.keep(DictionaryView("items", try items(of: owner))))
    },
    "keys": { owner, arguments, interpreter in
      _ = try arguments.bind("keys", [])
      guard case .dictionary(let dictionary) = owner else { return .none }
      return .object(try interpreter.keep(DictionaryView("keys", dictionary.keys)))
    },
    "values": { owner, arguments, interpreter in
      _ = try arguments.bind("values", [])
      guard case .dictionary(let dictionary) = owner else { return .none }
      return .object(try interpreter.keep(DictionaryView("values", dictionary.values)))
    },
    "copy": { owner, _, _ in owner },
  ]

  /// The members of a dictionary as pairs.
  static func items(of value: Value) throws -> [Value] {
    guard case .dictionary(let dictionary) = value else { return [] }
    return try zip(dictionary.keys, dictionary.values).map { try .tuple([$0, $1]) }
  }

  private static let sequences: [String: Method] = [
    "count": { owner, arguments, interpreter in
      let bound = try arguments.bind("count", ["value"], required: 1)
      return .integer(
        try interpreter.elements(of: owner).count {
          try interpreter.areEqual($0, bound[0] ?? .none)
        })
    },
    "index": { owner, arguments, interpreter in
      let bound = try arguments.bind("index", ["value", "start", "stop"], required: 1)
      let elements = try interpreter.elements(of: owner)
      let places = try Interpreter.positions(
        bound[1] ?? .none, bound[2] ?? .none, .none, count: elements.count)
      for place in places where try interpreter.areEqual(elements[place], bound[0] ?? .none) {
        return .integer(place)
      }
      throw TemplateError.evaluation("'index' does not find the value")
    },
  ]
}
