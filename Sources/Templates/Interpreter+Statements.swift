extension Interpreter {
  /// Runs statements in `scope`.
  func execute(_ statements: [Statement], in scope: Scope) throws -> Flow {
    try nested {
      for statement in statements {
        try budget.spend(1)
        let flow = try execute(statement, in: scope)
        if flow != .normal { return flow }
      }
      return .normal
    }
  }

  // Every kind of statement has a function of its own, so that the stack of a deep recursion holds only what it needs.
  private func execute(_ statement: Statement, in scope: Scope) throws -> Flow {
    switch statement {
    case .text, .output: try writeOutput(of: statement, in: scope)
    case .branches: return try executeBranches(statement, in: scope)
    case .loop: try executeLoop(statement, in: scope)
    case .set, .setBlock: try executeSet(statement, in: scope)
    case .macro, .callBlock: try executeMacro(statement, in: scope)
    case .filterBlock: try executeFilter(statement, in: scope)
    case .scope: return try executeScope(statement, in: scope)
    case .generation: try executeGeneration(statement, in: scope)
    case .breakLoop: return .broken
    case .continueLoop: return .continued
    }
    return .normal
  }

  private func writeOutput(of statement: Statement, in scope: Scope) throws {
    if case .text(let text) = statement { try write(text) }
    guard case .output(let expression) = statement else { return }
    let value = try evaluate(expression, in: scope)
    try located(at: expression.position) { try write(PythonText.string(value)) }
  }

  private func executeBranches(_ statement: Statement, in scope: Scope) throws -> Flow {
    guard case .branches(let branches, let otherwise) = statement else { return .normal }
    for (test, body) in branches where try evaluate(test, in: scope).isTrue {
      return try execute(body, in: scope)
    }
    return try execute(otherwise, in: scope)
  }

  private func executeSet(_ statement: Statement, in scope: Scope) throws {
    if case .set(let target, let expression, let position) = statement {
      try assign(evaluate(expression, in: scope), to: target, in: scope, at: position)
    }
    guard case .setBlock(let target, let filters, let body, let position) = statement else {
      return
    }
    let text = try captured { _ = try execute(body, in: Scope(in: scope)) }
    let value = try apply(filters, to: .string(text), in: scope)
    try assign(value, to: target, in: scope, at: position)
  }

  private func executeMacro(_ statement: Statement, in scope: Scope) throws {
    if case .macro(let definition) = statement {
      scope[definition.name] = try .object(macro(definition, in: scope))
    }
    guard case .callBlock(let call, let definition) = statement else { return }
    let caller = try macro(definition, in: scope)
    let value = try evaluate(call, in: scope, caller: .object(caller))
    try write(PythonText.string(value))
  }

  private func executeFilter(_ statement: Statement, in scope: Scope) throws {
    guard case .filterBlock(let filters, let body, let position) = statement else { return }
    let text = try captured { _ = try execute(body, in: Scope(in: scope)) }
    let value = try apply(filters, to: .string(text), in: scope)
    try located(at: position) { try write(PythonText.string(value)) }
  }

  private func executeScope(_ statement: Statement, in scope: Scope) throws -> Flow {
    guard case .scope(let values, let body, let position) = statement else { return .normal }
    let inner = Scope(in: scope)
    for (target, expression) in values {
      try assign(evaluate(expression, in: scope), to: target, in: inner, at: position)
    }
    return try execute(body, in: inner)
  }

  private func executeGeneration(_ statement: Statement, in scope: Scope) throws {
    guard case .generation(let body, _) = statement else { return }
    try generation(body, in: scope)
  }

  /// Gives errors without a place the place of what is being evaluated.
  func located<Result>(at position: Position, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as TemplateError {
      throw error.located(at: position)
    }
  }

  private func macro(_ definition: MacroDefinition, in scope: Scope) throws -> Macro {
    keep(scope)
    return try keep(Macro(definition, scope: scope))
  }

  private func apply(
    _ filters: [FilterCall], to value: Value, in scope: Scope
  ) throws -> Value {
    try filters.reduce(value) { try apply($1, to: $0, in: scope) }
  }

  // MARK: - Loops

  private func executeLoop(_ statement: Statement, in scope: Scope) throws {
    guard case .loop(let loop) = statement else { return }
    let sequence = try evaluate(loop.sequence, in: scope)
    try run(loop, over: sequence, depth: 0, in: scope)
  }

  private func run(_ loop: Loop, over sequence: Value, depth: Int, in scope: Scope) throws {
    var elements = try located(at: loop.position) { try self.elements(of: sequence) }
    try budget.spend(elements.count)
    if let condition = loop.condition {
      elements = try elements.filter { element in
        let inner = Scope(in: scope)
        try assign(element, to: loop.target, in: inner, at: loop.position)
        return try evaluate(condition, in: inner).isTrue
      }
    }
    guard !elements.isEmpty else {
      _ = try execute(loop.otherwise, in: Scope(in: scope))
      return
    }
    let state = try keep(
      LoopState(
        elements, depth: depth,
        recursion: loop.isRecursive ? recursion(of: loop, depth: depth + 1, in: scope) : nil))
    for (index, element) in elements.enumerated() {
      state.index = index
      let inner = Scope(in: scope)
      inner["loop"] = .object(state)
      try assign(element, to: loop.target, in: inner, at: loop.position)
      if try execute(loop.body, in: inner) == .broken { break }
    }
  }

  private func recursion(of loop: Loop, depth: Int, in scope: Scope) -> Function {
    Function("loop") { interpreter, arguments in
      let sequence = try arguments.bind("loop", ["iterable"], required: 1)[0] ?? .none
      return .string(
        try interpreter.captured {
          try interpreter.run(loop, over: sequence, depth: depth, in: scope)
        })
    }
  }

  /// What a loop over `value` goes through.
  func elements(of value: Value) throws -> [Value] {
    switch value {
    case .undefined: return []
    case .string(let text), .markup(let text):
      try Budget.checkList(text.utf8.count)
      return text.unicodeScalars.map { .string(String(Character($0))) }
    case .list(let elements), .tuple(let elements): return elements.values
    case .dictionary(let dictionary): return dictionary.keys
    case .range(let span): return (0..<span.count).map { .integer(span.value(at: $0)) }
    case .object(let once as OneShot): return once.take()
    case .object(let view as DictionaryView): return view.values
    default:
      throw TemplateError.evaluation("a value of type '\(value.typeName)' cannot be gone through")
    }
  }

  // MARK: - Assignment

  private func assign(
    _ value: Value, to target: Target, in scope: Scope, at position: Position
  ) throws {
    switch target {
    case .name(let name): scope[name] = value
    case .attribute(let name, let attribute):
      guard case .object(let namespace as Namespace) = scope[name] else {
        throw TemplateError(
          .evaluation, "'\(name)' is no namespace; its attributes cannot be set", at: position)
      }
      try located(at: position) { try namespace.set(attribute, value) }
    case .tuple(let targets):
      let parts = try located(at: position) {
        guard !value.isUndefined else { throw value.misuse("") }
        return try elements(of: value)
      }
      guard parts.count == targets.count else {
        throw TemplateError(
          .evaluation, "\(parts.count) values cannot be assigned to \(targets.count) names",
          at: position)
      }
      for (part, target) in zip(parts, targets) {
        try assign(part, to: target, in: scope, at: position)
      }
    }
  }

  // MARK: - Macros

  /// Calls a macro.
  func call(_ macro: Macro, _ arguments: Arguments, caller: Value?) throws -> Value {
    let definition = macro.definition
    let scope = Scope(in: macro.scope)
    var named = arguments.named
    var caller = caller
    if let index = named.firstIndex(where: { $0.name == "caller" }) {
      caller = named.remove(at: index).value
    }
    for (index, parameter) in definition.parameters.enumerated() {
      var value = index < arguments.positional.count ? arguments.positional[index] : nil
      if let place = named.firstIndex(where: { $0.name == parameter.name }) {
        guard value == nil else {
          throw TemplateError.evaluation(
            "the macro '\(definition.name)' was given '\(parameter.name)' twice")
        }
        value = named.remove(at: place).value
      }
      if value == nil, let standard = parameter.value {
        value = try evaluate(standard, in: scope)
      }
      scope[parameter.name] =
        value ?? .undefined("the parameter '\(parameter.name)' was not given")
    }
    try bindRest(
      definition, Array(arguments.positional.dropFirst(definition.parameters.count)), named,
      caller: caller, in: scope)
    return .string(try captured { _ = try execute(definition.body, in: scope) })
  }

  private func bindRest(
    _ definition: MacroDefinition, _ positional: [Value], _ named: [(name: String, value: Value)],
    caller: Value?, in scope: Scope
  ) throws {
    let reads = definition.reads
    if reads.contains("varargs") {
      scope["varargs"] = try .tuple(positional)
    } else if !positional.isEmpty {
      throw TemplateError.evaluation(
        "the macro '\(definition.name)' takes at most \(definition.parameters.count) arguments")
    }
    if reads.contains("kwargs") {
      scope["kwargs"] = .dictionary(
        try Value.Dictionary(named.map { (.string($0.name), $0.value) }))
    } else if let first = named.first {
      throw TemplateError.evaluation(
        "the macro '\(definition.name)' has no parameter '\(first.name)'")
    }
    if reads.contains("caller"), !definition.parameters.contains(where: { $0.name == "caller" }) {
      scope["caller"] =
        caller ?? .undefined("there is no caller: the macro was not called by 'call'")
    } else if caller != nil, !reads.contains("caller") {
      throw TemplateError.evaluation(
        "the macro '\(definition.name)' was called by 'call' but does not use 'caller'")
    }
  }
}
