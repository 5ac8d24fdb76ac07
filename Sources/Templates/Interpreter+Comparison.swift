extension Interpreter {
  /// The result of an operator that compares.
  func compare(_ operation: Comparison, _ left: Value, _ right: Value) throws -> Bool {
    switch operation {
    case .equal: return try areEqual(left, right)
    case .notEqual: return try !areEqual(left, right)
    case .less: return try isLess(left, right, "<")
    case .greater: return try isLess(right, left, ">")
    case .lessOrEqual: return try isLessOrEqual(left, right, "<=")
    case .greaterOrEqual: return try isLessOrEqual(right, left, ">=")
    case .contained: return try contains(right, left)
    case .notContained: return try !contains(right, left)
    }
  }

  /// Equality as Python has it: numbers by value, lists and dictionaries by content, objects by identity.
  func areEqual(_ left: Value, _ right: Value) throws -> Bool {
    try budget.spend(1)
    if let left = left.text, let right = right.text { return left.isIdentical(to: right) }
    if let left = left.integer, let right = right.integer { return left == right }
    if let left = left.number, let right = right.number { return left == right }
    switch (left, right) {
    case (.none, .none), (.undefined, .undefined): return true
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      guard left.values.count == right.values.count else { return false }
      for (left, right) in zip(left.values, right.values) where try !areEqual(left, right) {
        return false
      }
      return true
    case (.dictionary(let left), .dictionary(let right)):
      guard left.keys.count == right.keys.count else { return false }
      for (key, value) in zip(left.keys, left.values) {
        guard let other = try right[Key(key)], try areEqual(value, other) else { return false }
      }
      return true
    case (.range(let left), .range(let right)):
      return left.count == right.count
        && (left.count == 0
          || left.start == right.start && (left.count == 1 || left.step == right.step))
    case (.object(let left), .object(let right)): return left === right
    default: return false
    }
  }

  /// Whether `left` comes before `right`; `symbol` is the operator as written.
  func isLess(_ left: Value, _ right: Value, _ symbol: String = "<") throws -> Bool {
    try ordering(left, right, symbol) {
      $0 < $1
    } lists: {
      $0 < $1
    }
  }

  private func isLessOrEqual(_ left: Value, _ right: Value, _ symbol: String) throws -> Bool {
    try ordering(left, right, symbol) {
      $0 <= $1
    } lists: {
      $0 <= $1
    }
  }

  private func ordering(
    _ left: Value, _ right: Value, _ symbol: String, numbers: (Double, Double) -> Bool,
    lists: (Int, Int) -> Bool
  ) throws -> Bool {
    try budget.spend(1)
    if let left = left.text, let right = right.text {
      return lists(Self.order(left, right), 0)
    }
    if let left = left.integer, let right = right.integer { return lists(left, right) }
    if let left = left.number, let right = right.number { return numbers(left, right) }
    switch (left, right) {
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (left, right) in zip(left.values, right.values) where try !areEqual(left, right) {
        return try ordering(left, right, symbol, numbers: numbers, lists: lists)
      }
      return lists(left.values.count, right.values.count)
    default:
      if left.isUndefined || right.isUndefined {
        throw (left.isUndefined ? left : right).misuse("")
      }
      throw TemplateError.evaluation(
        "'\(symbol)' does not compare values of types '\(left.typeName)' and '\(right.typeName)'")
    }
  }

  /// -1, 0 or 1 by code points, of which UTF-8 keeps the order.
  private static func order(_ left: String, _ right: String) -> Int {
    if left.isIdentical(to: right) { return 0 }
    return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
  }

  /// `element in container`.
  func contains(_ container: Value, _ element: Value) throws -> Bool {
    switch container {
    case .undefined: return false
    case .string(let text), .markup(let text):
      guard let part = element.text else {
        throw element.misuse("only a string can be 'in' a string, not '\(element.typeName)'")
      }
      try budget.spend(text.utf8.count >> 4)
      return TextSearch.first(part, in: text) != nil
    case .dictionary(let dictionary):
      return try !element.isUndefined && dictionary[Key(element)] != nil
    case .list, .tuple, .range, .object(is OneShot), .object(is DictionaryView):
      for candidate in try elements(of: container) where try areEqual(candidate, element) {
        return true
      }
      return false
    default:
      throw TemplateError.evaluation("nothing is 'in' a value of type '\(container.typeName)'")
    }
  }
}
