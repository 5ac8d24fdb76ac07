extension Interpreter {
  /// The value of an expression; an error in it has its place.
  func evaluate(_ expression: Expression, in scope: Scope, caller: Value? = nil) throws -> Value {
    do {
      try budget.spend(1)
      let value = try nested { try evaluateKind(expression, in: scope, caller: caller) }
      switch value {
      case .string(let text), .markup(let text):
        try Budget.checkText(text.utf8.count)
        try budget.spend(text.utf8.count >> 6)
      case .list(let elements), .tuple(let elements):
        try Budget.checkList(elements.values.count)
        try budget.spend(elements.values.count >> 3)
      default: break
      }
      return value
    } catch let error as TemplateError {
      throw error.located(at: expression.position)
    }
  }

  // As with statements, the kinds that need much space on the stack have functions of their own.
  private func evaluateKind(
    _ expression: Expression, in scope: Scope, caller: Value?
  ) throws -> Value {
    switch expression.kind {
    case .none, .bool, .integer, .float, .string: return Self.constant(expression.kind)
    case .name(let name): return scope[name] ?? .undefined("'\(name)' is undefined")
    case .list, .tuple, .dictionary: return try collection(expression.kind, in: scope)
    case .not, .negative, .positive: return try unary(expression.kind, in: scope)
    case .and, .or: return try logical(expression.kind, in: scope)
    case .arithmetic, .concatenation, .comparison: return try binary(expression.kind, in: scope)
    case .conditional: return try conditional(expression.kind, in: scope)
    case .attribute, .item, .slice: return try access(expression.kind, in: scope)
    case .call: return try call(expression.kind, in: scope, caller: caller)
    case .filter, .test: return try applied(expression.kind, in: scope)
    }
  }

  private static func constant(_ kind: Expression.Kind) -> Value {
    switch kind {
    case .bool(let value): .bool(value)
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    case .string(let text): .string(text)
    default: .none
    }
  }

  private func collection(_ kind: Expression.Kind, in scope: Scope) throws -> Value {
    switch kind {
    case .list(let elements): try .list(elements.map { try evaluate($0, in: scope) })
    case .tuple(let elements): try .tuple(elements.map { try evaluate($0, in: scope) })
    case .dictionary(let members): try dictionary(members, in: scope)
    default: .none
    }
  }

  private func unary(_ kind: Expression.Kind, in scope: Scope) throws -> Value {
    switch kind {
    case .not(let operand): .bool(!(try evaluate(operand, in: scope).isTrue))
    case .negative(let operand): try negated(evaluate(operand, in: scope))
    case .positive(let operand): try positive(evaluate(operand, in: scope))
    default: .none
    }
  }

  private func logical(_ kind: Expression.Kind, in scope: Scope) throws -> Value {
    switch kind {
    case .and(let left, let right):
      let value = try evaluate(left, in: scope)
      return value.isTrue ? try evaluate(right, in: scope) : value
    case .or(let left, let right):
      let value = try evaluate(left, in: scope)
      return value.isTrue ? value : try evaluate(right, in: scope)
    default: return .none
    }
  }

  private func binary(_ kind: Expression.Kind, in scope: Scope) throws -> Value {
    switch kind {
    case .arithmetic(let operation, let left, let right):
      let value = try evaluate(left, in: scope)
      return try compute(operation, value, evaluate(right, in: scope))
    case .concatenation(let parts): return try concatenation(parts, in: scope)
    case .comparison(let first, let rest): return try comparison(first, rest, in: scope)
    default: return .none
    }
  }

  private func conditional(_ kind: Expression.Kind, in scope: Scope) throws -> Value {
    guard case .conditional(let test, let then, let otherwise) = kind else { return .none }
    if try evaluate(test, in: scope).isTrue { return try evaluate(then, in: scope) }
    return try otherwise.map { try evaluate($0, in: scope) }
      ?? .undefined("the condition is false, and there is no 'else'")
  }

  private func access(_ kind: Expression.Kind, in scope: Scope) throws -> Value {
    switch kind {
    case .attribute(let value, let name):
      return try attribute(name, of: evaluate(value, in: scope))
    case .item(let value, let index):
      let value = try evaluate(value, in: scope)
      return try item(evaluate(index, in: scope), of: value)
    case .slice(let value, let start, let stop, let step):
      return try slice(value, start, stop, step, in: scope)
    default: return .none
    }
  }

  private func applied(_ kind: Expression.Kind, in scope: Scope) throws -> Value {
    switch kind {
    case .filter(let value, let filter):
      return try apply(filter, to: evaluate(value, in: scope), in: scope)
    case .test(let value, let test):
      let value = try evaluate(value, in: scope)
      let result = try self.test(test.name, value, self.arguments(test.arguments, in: scope))
      return .bool(result != test.isNegated)
    default: return .none
    }
  }

  // MARK: - Parts

  private func dictionary(
    _ members: [(key: Expression, value: Expression)], in scope: Scope
  ) throws -> Value {
    var result = Value.Dictionary()
    for member in members {
      let key = try evaluate(member.key, in: scope)
      try result.set(key, evaluate(member.value, in: scope))
    }
    return .dictionary(result)
  }

  private func concatenation(_ parts: [Expression], in scope: Scope) throws -> Value {
    var result = ""
    for part in parts {
      result += try PythonText.string(evaluate(part, in: scope))
      try Budget.checkText(result.utf8.count)
    }
    return .string(result)
  }

  private func comparison(
    _ first: Expression, _ rest: [(Comparison, Expression)], in scope: Scope
  ) throws -> Value {
    var left = try evaluate(first, in: scope)
    for (operation, expression) in rest {
      let right = try evaluate(expression, in: scope)
      guard try compare(operation, left, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  private func slice(
    _ value: Expression, _ start: Expression?, _ stop: Expression?, _ step: Expression?,
    in scope: Scope
  ) throws -> Value {
    let value = try evaluate(value, in: scope)
    let bounds = try [start, stop, step].map { bound in
      try bound.map { try evaluate($0, in: scope) } ?? .none
    }
    return try slice(value, bounds[0], bounds[1], bounds[2])
  }

  /// The values of arguments.
  func arguments(_ arguments: CallArguments, in scope: Scope) throws -> Arguments {
    var result = Arguments(
      try arguments.positional.map { try evaluate($0, in: scope) },
      named: try arguments.named.map { ($0.name, try evaluate($0.value, in: scope)) })
    if let list = arguments.list {
      result.positional += try elements(of: evaluate(list, in: scope))
    }
    if let dictionary = arguments.dictionary {
      let value = try evaluate(dictionary, in: scope)
      guard case .dictionary(let members) = value else {
        throw value.misuse("'**' expects a dictionary, not '\(value.typeName)'")
      }
      for (key, value) in zip(members.keys, members.values) {
        guard let name = key.text else {
          throw TemplateError.evaluation("'**' expects a dictionary whose keys are strings")
        }
        result.named.append((name, value))
      }
    }
    return result
  }

  // MARK: - Calls

  private func call(
    _ kind: Expression.Kind, in scope: Scope, caller: Value?
  ) throws -> Value {
    guard case .call(let function, let arguments) = kind else { return .none }
    if case .attribute(let owner, let name) = function.kind {
      let owner = try evaluate(owner, in: scope)
      if Methods.has(name, owner) {
        return try Methods.call(name, on: owner, self.arguments(arguments, in: scope), self)
      }
      let value = try located(at: function.position) { try attribute(name, of: owner) }
      return try call(value, self.arguments(arguments, in: scope), caller: caller)
    }
    let value = try evaluate(function, in: scope)
    return try call(value, self.arguments(arguments, in: scope), caller: caller)
  }

  /// Calls a function, method, macro or loop.
  func call(_ value: Value, _ arguments: Arguments, caller: Value? = nil) throws -> Value {
    switch value {
    case .object(let macro as Macro): return try call(macro, arguments, caller: caller)
    case .object(let function as Function): return try function.call(self, arguments)
    case .object(let loop as LoopState): return try loop.recurse(self, arguments)
    default: throw value.misuse("a value of type '\(value.typeName)' cannot be called")
    }
  }

  /// Applies a filter.
  func apply(_ filter: FilterCall, to value: Value, in scope: Scope) throws -> Value {
    try located(at: filter.position) {
      try apply(filter.name, to: value, arguments(filter.arguments, in: scope))
    }
  }

  /// Applies the filter called `name`.
  func apply(_ name: String, to value: Value, _ arguments: Arguments) throws -> Value {
    guard let filter = Filters.all[name] else {
      throw TemplateError.evaluation("there is no filter called '\(name)'")
    }
    return try filter(self, value, arguments)
  }

  /// Applies the test called `name`.
  func test(_ name: String, _ value: Value, _ arguments: Arguments) throws -> Bool {
    guard let test = Tests.all[name] else {
      throw TemplateError.evaluation("there is no test called '\(name)'")
    }
    return try test(self, value, arguments)
  }
}
