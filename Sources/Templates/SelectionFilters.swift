/// Filters that apply another filter or a test to every element, or choose between values.
enum SelectionFilters {
  static let all: [String: Filters.Filter] = [
    "default": { try standard($1, $2) },
    "d": { try standard($1, $2) },
    "attr": { interpreter, value, arguments in
      let name = try arguments.bind("attr", ["name"], required: 1).text(0, default: "")
      if case .dictionary = value, !Methods.has(name, value) {
        return .undefined("a dictionary has no attribute '\(name)'; take members with [ ]")
      }
      return try interpreter.attribute(name, of: value)
    },
    "map": { interpreter, value, arguments in
      guard value.isTrue else { return try interpreter.generator([]) }
      let function = try mapping(interpreter, arguments)
      return try interpreter.generator(interpreter.elements(of: value).map(function))
    },
    "select": { try choose($0, $1, $2, "select", byAttribute: false, keeps: true) },
    "reject": { try choose($0, $1, $2, "reject", byAttribute: false, keeps: false) },
    "selectattr": { try choose($0, $1, $2, "selectattr", byAttribute: true, keeps: true) },
    "rejectattr": { try choose($0, $1, $2, "rejectattr", byAttribute: true, keeps: false) },
  ]

  private static func standard(_ value: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind("default", ["default_value", "boolean"])
    let isReplaced = value.isUndefined || bound.bool(1) && !value.isTrue
    return isReplaced ? bound[0] ?? .string("") : value
  }

  private static func mapping(
    _ interpreter: Interpreter, _ arguments: Arguments
  ) throws -> (Value) throws -> Value {
    if arguments.positional.isEmpty {
      let bound = try arguments.bind("map", ["attribute", "default"])
      guard let attribute = bound[0] else {
        throw TemplateError.evaluation("'map' expects a filter or an attribute")
      }
      return try Filters.getter(
        attribute, default: bound[1].flatMap { $0.isNone ? nil : $0 }, interpreter)
    }
    guard let name = arguments.positional[0].text else {
      throw TemplateError.evaluation("'map' expects the name of a filter")
    }
    let rest = Arguments(Array(arguments.positional.dropFirst()), named: arguments.named)
    return { element in
      try interpreter.budget.spend(1)
      return try interpreter.nested { try interpreter.apply(name, to: element, rest) }
    }
  }

  private static func choose(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, _ filter: String,
    byAttribute: Bool, keeps: Bool
  ) throws -> Value {
    guard value.isTrue else { return try interpreter.generator([]) }
    var rest = arguments
    var getter: ((Value) throws -> Value)?
    if byAttribute {
      guard !rest.positional.isEmpty else {
        throw TemplateError.evaluation("'\(filter)' expects the name of an attribute")
      }
      getter = try Filters.getter(rest.positional.removeFirst(), interpreter)
    }
    var test: String?
    if !rest.positional.isEmpty {
      guard let name = rest.positional.removeFirst().text else {
        throw TemplateError.evaluation("'\(filter)' expects the name of a test")
      }
      test = name
    }
    return try interpreter.generator(
      interpreter.elements(of: value).filter { element in
        try interpreter.budget.spend(1)
        let value = try getter?(element) ?? element
        let isChosen = try test.map { try interpreter.test($0, value, rest) } ?? value.isTrue
        return isChosen == keeps
      })
  }
}
