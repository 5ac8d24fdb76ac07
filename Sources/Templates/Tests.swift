/// The tests of Jinja, behind `is`.
enum Tests {
  /// A test of a value.
  typealias Test = @Sendable (Interpreter, Value, Arguments) throws -> Bool

  static let all: [String: Test] = kinds.mapValues(test).merging(comparisons) { first, _ in first }

  static let names = Set(all.keys)

  private static func test(_ kind: @escaping @Sendable (Value) -> Bool) -> Test {
    { _, value, arguments in
      _ = try arguments.bind("test", [])
      return kind(value)
    }
  }

  private static let kinds: [String: @Sendable (Value) -> Bool] = [
    "defined": { !$0.isUndefined },
    "undefined": { $0.isUndefined },
    "none": { $0.isNone },
    "boolean": { if case .bool = $0 { true } else { false } },
    "true": { if case .bool(true) = $0 { true } else { false } },
    "false": { if case .bool(false) = $0 { true } else { false } },
    "integer": { if case .integer = $0 { true } else { false } },
    "float": { if case .float = $0 { true } else { false } },
    "number": { $0.number != nil },
    "string": { $0.text != nil },
    "mapping": { if case .dictionary = $0 { true } else { false } },
    "iterable": { isIterable($0) },
    "sequence": { value in
      switch value {
      case .undefined, .string, .markup, .list, .tuple, .dictionary, .range: true
      default: false
      }
    },
    "callable": { value in
      switch value {
      case .undefined, .object(is Function), .object(is Macro), .object(is LoopState): true
      default: false
      }
    },
    "escaped": { if case .markup = $0 { true } else { false } },
    "lower": { StringMethods.isLower((try? PythonText.string($0)) ?? "") },
    "upper": { StringMethods.isUpper((try? PythonText.string($0)) ?? "") },
    "filter": { $0.text.map(Filters.names.contains) ?? false },
    "test": {
      $0.text.map { name in comparisons[name] != nil || kindNames.contains(name) } ?? false
    },
  ]

  private static let kindNames: Set<String> = [
    "defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number",
    "string", "mapping", "iterable", "sequence", "callable", "escaped", "lower", "upper", "filter",
    "test",
  ]

  private static func isIterable(_ value: Value) -> Bool {
    switch value {
    case .undefined, .string, .markup, .list, .tuple, .dictionary, .range: true
    case .object(is OneShot), .object(is DictionaryView), .object(is LoopState): true
    default: false
    }
  }

  private static let comparisons: [String: Test] = [
    "odd": { interpreter, value, _ in try remainder(interpreter, value, 2) == 1 },
    "even": { interpreter, value, _ in try remainder(interpreter, value, 2) == 0 },
    "divisibleby": { interpreter, value, arguments in
      let number = try arguments.bind("divisibleby", ["num"], required: 1)[0] ?? .none
      return try interpreter.compute(.modulo, value, number).number == 0
    },
    "sameas": { interpreter, value, arguments in
      let other = try arguments.bind("sameas", ["other"], required: 1)[0] ?? .none
      return try isSame(value, other, interpreter)
    },
    "in": { interpreter, value, arguments in
      let container = try arguments.bind("in", ["seq"], required: 1)[0] ?? .none
      return try interpreter.contains(container, value)
    },
    "==": compare(.equal), "eq": compare(.equal), "equalto": compare(.equal),
    "!=": compare(.notEqual), "ne": compare(.notEqual),
    ">": compare(.greater), "gt": compare(.greater), "greaterthan": compare(.greater),
    ">=": compare(.greaterOrEqual), "ge": compare(.greaterOrEqual),
    "<": compare(.less), "lt": compare(.less), "lessthan": compare(.less),
    "<=": compare(.lessOrEqual), "le": compare(.lessOrEqual),
  ]

  private static func isSame(
    _ value: Value, _ other: Value, _ interpreter: Interpreter
  ) throws -> Bool {
    switch (value, other) {
    case (.none, .none), (.bool, .bool), (.integer, .integer), (.string, .string),
      (.object, .object):
      return try interpreter.areEqual(value, other)
    default: return false
    }
  }

  private static func compare(_ comparison: Comparison) -> Test {
    { interpreter, value, arguments in
      let other = try arguments.bind(comparison.rawValue, ["other"], required: 1)[0] ?? .none
      return try interpreter.compare(comparison, value, other)
    }
  }

  private static func remainder(
    _ interpreter: Interpreter, _ value: Value, _ divisor: Int
  ) throws -> Double? {
    try interpreter.compute(.modulo, value, .integer(divisor)).number
  }
}
