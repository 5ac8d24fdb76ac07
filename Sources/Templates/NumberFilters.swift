import Foundation

/// Filters on numbers.
enum NumberFilters {
  static let all: [String: Filters.Filter] = [
    "abs": { interpreter, value, _ in
      if case .float(let number) = value { return .float(number.magnitude) }
      guard let number = value.integer else {
        throw value.misuse("'abs' expects a number, not '\(value.typeName)'")
      }
      return number < 0 ? try interpreter.negated(.integer(number)) : .integer(number)
    },
    "int": { _, value, arguments in
      let bound = try arguments.bind("int", ["default", "base"])
      if value.isUndefined { throw value.misuse("") }
      return try integer(value, base: bound.integer(1, default: 10)) ?? bound[0] ?? .integer(0)
    },
    "float": { _, value, arguments in
      let bound = try arguments.bind("float", ["default"])
      if value.isUndefined { throw value.misuse("") }
      let number = value.text.map(float) ?? value.number
      return number.map { .float($0) } ?? bound[0] ?? .float(0)
    },
    "round": { _, value, arguments in try rounded(value, arguments) },
    "sum": { interpreter, value, arguments in
      let bound = try arguments.bind("sum", ["attribute", "start"])
      var elements = try interpreter.elements(of: value)
      if let attribute = bound[0], !attribute.isNone {
        elements = try elements.map(Filters.getter(attribute, interpreter))
      }
      return try elements.reduce(bound[1] ?? .integer(0)) {
        try interpreter.budget.spend(1)
        return try interpreter.compute(.add, $0, $1)
      }
    },
    "min": { try extreme($0, $1, $2, "min") },
    "max": { try extreme($0, $1, $2, "max") },
  ]

  private static func integer(_ value: Value, base: Int) -> Value? {
    if let text = value.text {
      if let number = integer(text, base: base) { return .integer(number) }
      return float(text).flatMap { Int(exactly: $0.rounded(.towardZero)) }.map { .integer($0) }
    }
    if case .float(let number) = value {
      return Int(exactly: number.rounded(.towardZero)).map { .integer($0) }
    }
    return value.integer.map { .integer($0) }
  }

  /// A whole number as Python reads it: with white space around, a sign, and underscores between digits.
  private static func integer(_ text: String, base: Int) -> Int? {
    guard (2...36).contains(base) else { return nil }
    var digits = Substring(TextSearch.trimmed(text, nil, .both).lowercased())
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    let prefixes = [2: "0b", 8: "0o", 16: "0x"]
    if let prefix = prefixes[base], digits.hasPrefix(prefix) { digits = digits.dropFirst(2) }
    guard let bare = withoutUnderscores(digits), bare.first != "-", bare.first != "+" else {
      return nil
    }
    return Int((isNegative ? "-" : "") + bare, radix: base)
  }

  private static func float(_ text: String) -> Double? {
    let trimmed = TextSearch.trimmed(text, nil, .both)
    guard let bare = withoutUnderscores(trimmed[...]) else { return nil }
    // Swift reads hexadecimal numbers too; Python does not.
    guard !bare.lowercased().contains("x"), !bare.contains("(") else { return nil }
    return Double(bare)
  }

  private static func withoutUnderscores(_ text: Substring) -> String? {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    return parts.joined()
  }

  private static func rounded(_ value: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind("round", ["precision", "method"])
    let precision = try bound.integer(0, default: 0)
    let method = try bound.text(1, default: "common")
    guard let number = value.number else {
      throw value.misuse("'round' expects a number, not '\(value.typeName)'")
    }
    guard (-300...300).contains(precision) else {
      throw TemplateError.limit("'round' to \(precision) digits")
    }
    let power = pow(10, Double(precision))
    switch method {
    case "common":
      if let whole = value.integer, precision >= 0 { return .integer(whole) }
      let result =
        precision >= 0
        ? Double(String(format: "%.\(precision)f", number)) ?? number
        : (number * power).rounded(.toNearestOrEven) / power
      return value.integer == nil ? .float(result) : .integer(Int(exactly: result) ?? 0)
    case "ceil": return .float((number * power).rounded(.up) / power)
    case "floor": return .float((number * power).rounded(.down) / power)
    default:
      throw TemplateError.evaluation("'round' knows the methods 'common', 'ceil' and 'floor'")
    }
  }

  private static func extreme(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, _ name: String
  ) throws -> Value {
    let bound = try arguments.bind(name, ["case_sensitive", "attribute"])
    let getter = try bound[1].flatMap { $0.isNone ? nil : $0 }
      .map { try Filters.getter($0, interpreter) }
    func key(_ value: Value) throws -> Value {
      let key = try getter?(value) ?? value
      return bound.bool(0) ? key : Filters.ignoringCase(key)
    }
    let elements = try interpreter.elements(of: value)
    guard var best = elements.first else {
      return .undefined("'\(name)' of an empty sequence")
    }
    var bestKey = try key(best)
    for element in elements.dropFirst() {
      let candidate = try key(element)
      let isBetter =
        try name == "min"
        ? interpreter.isLess(candidate, bestKey) : interpreter.isLess(bestKey, candidate)
      if isBetter { (best, bestKey) = (element, candidate) }
    }
    return best
  }
}
