import Foundation

extension Interpreter {
  /// The value of an operator that computes.
  func compute(_ operation: Arithmetic, _ left: Value, _ right: Value) throws -> Value {
    if left.isUndefined || right.isUndefined {
      throw (left.isUndefined ? left : right).misuse("")
    }
    if let result = try sequences(operation, left, right) { return result }
    if let left = left.integer, let right = right.integer {
      return try integers(operation, left, right)
    }
    if let left = left.number, let right = right.number {
      return try floats(operation, left, right)
    }
    if operation == .add, left.text != nil {
      throw TemplateError.evaluation(
        "a string cannot be added to a value of type '\(right.typeName)'")
    }
    throw TemplateError.evaluation(
      "'\(operation.rawValue)' does not go with values of types '\(left.typeName)' and '\(right.typeName)'"
    )
  }

  /// Operators on strings, lists and tuples.
  private func sequences(
    _ operation: Arithmetic, _ left: Value, _ right: Value
  ) throws -> Value? {
    switch (operation, left, right) {
    case (.add, .list(let left), .list(let right)):
      try Budget.checkList(left.values.count + right.values.count)
      return try .list(left.values + right.values)
    case (.add, .tuple(let left), .tuple(let right)):
      try Budget.checkList(left.values.count + right.values.count)
      return try .tuple(left.values + right.values)
    case (.add, _, _):
      guard let first = left.text, let second = right.text else { return nil }
      if case (.string, .string) = (left, right) { return .string(first + second) }
      return .markup(try TextFilters.escaped(left) + TextFilters.escaped(right))
    case (.multiply, _, _):
      if let count = right.integer { return try repeated(left, count) }
      if let count = left.integer { return try repeated(right, count) }
      return nil
    case (.modulo, _, _):
      guard let format = left.text else { return nil }
      return .string(try PrintfFormat.format(format, right))
    default: return nil
    }
  }

  private func repeated(_ value: Value, _ count: Int) throws -> Value? {
    let count = max(count, 0)
    switch value {
    case .string(let text), .markup(let text):
      let (size, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
      try Budget.checkText(overflow ? .max : size)
      return .string(String(repeating: text, count: count))
    case .list(let elements), .tuple(let elements):
      let (size, overflow) = elements.values.count.multipliedReportingOverflow(by: count)
      try Budget.checkList(overflow ? .max : size)
      let values = Array(repeatElement(elements.values, count: count).joined())
      if case .list = value { return try .list(values) }
      return try .tuple(values)
    default: return nil
    }
  }

  private func integers(_ operation: Arithmetic, _ left: Int, _ right: Int) throws -> Value {
    func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
      guard !result.overflow else {
        throw TemplateError.limit("the result of '\(operation.rawValue)' does not fit 64 bits")
      }
      return .integer(result.partialValue)
    }
    switch operation {
    case .add: return try checked(left.addingReportingOverflow(right))
    case .subtract: return try checked(left.subtractingReportingOverflow(right))
    case .multiply: return try checked(left.multipliedReportingOverflow(by: right))
    case .divide: return try floats(.divide, Double(left), Double(right))
    case .floorDivide, .modulo:
      guard right != 0 else { throw Self.divisionByZero }
      if right == -1 {
        return operation == .modulo
          ? .integer(0) : try checked((0).subtractingReportingOverflow(left))
      }
      let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
      let isRounded = remainder != 0 && (remainder < 0) != (right < 0)
      return .integer(
        operation == .modulo
          ? (isRounded ? remainder + right : remainder) : (isRounded ? quotient - 1 : quotient))
    case .power:
      guard right >= 0 else {
        guard left != 0 else { throw Self.divisionByZero }
        return .float(pow(Double(left), Double(right)))
      }
      return try power(left, right)
    }
  }

  private func power(_ base: Int, _ exponent: Int) throws -> Value {
    if base == 0 || base == 1 { return .integer(exponent == 0 ? 1 : base) }
    if base == -1 { return .integer(exponent % 2 == 0 ? 1 : -1) }
    var result = 1
    for _ in 0..<min(exponent, 64) {
      let (next, overflow) = result.multipliedReportingOverflow(by: base)
      guard !overflow else {
        throw TemplateError.limit("the result of '**' does not fit 64 bits")
      }
      result = next
    }
    return .integer(result)
  }

  private func floats(_ operation: Arithmetic, _ left: Double, _ right: Double) throws -> Value {
    switch operation {
    case .add: return .float(left + right)
    case .subtract: return .float(left - right)
    case .multiply: return .float(left * right)
    case .power:
      guard left != 0 || right >= 0 else { throw Self.divisionByZero }
      let result = pow(left, right)
      guard !result.isNaN || left.isNaN || right.isNaN else {
        throw TemplateError.evaluation("the result of '**' is not a real number")
      }
      return .float(result)
    case .divide, .floorDivide, .modulo:
      guard right != 0 else { throw Self.divisionByZero }
      if operation == .divide { return .float(left / right) }
      var remainder = fmod(left, right)
      if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
      if operation == .modulo {
        return .float(remainder == 0 ? (right < 0 ? -0.0 : 0.0) : remainder)
      }
      return .float(((left - remainder) / right).rounded())
    }
  }

  private static var divisionByZero: TemplateError { .evaluation("division by zero") }

  func negated(_ value: Value) throws -> Value {
    if case .float(let number) = value { return .float(-number) }
    guard let number = value.integer else {
      throw value.misuse("'-' does not go with a value of type '\(value.typeName)'")
    }
    guard number != .min else {
      throw TemplateError.limit("the result of '-' does not fit 64 bits")
    }
    return .integer(-number)
  }

  func positive(_ value: Value) throws -> Value {
    if case .float = value { return value }
    guard let number = value.integer else {
      throw value.misuse("'+' does not go with a value of type '\(value.typeName)'")
    }
    return .integer(number)
  }
}
