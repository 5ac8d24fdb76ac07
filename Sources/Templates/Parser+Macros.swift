/// Macros, and what values are assigned to.
extension Parser {
  mutating func macro(at place: Position) throws -> MacroDefinition {
    let name = try expectName("the name of the macro")
    return try definition(name, until: "endmacro", at: place) { try $0.parameters() }
  }

  mutating func callBlock(at place: Position) throws -> Statement {
    var call: Expression?
    let definition = try definition("caller", until: "endcall", at: place) { parser in
      let parameters = parser.isSymbol("(") ? try parser.parameters() : []
      let callPlace = parser.position
      let expression = try parser.expression()
      guard case .call = expression.kind else {
        throw parser.failure("'call' expects a call of a macro", at: callPlace)
      }
      call = expression
      return parameters
    }
    guard let call else { throw failure("'call' expects a call of a macro", at: place) }
    return .callBlock(call: call, definition)
  }

  private mutating func definition(
    _ name: String, until end: String, at place: Position,
    _ head: (inout Parser) throws -> [(name: String, value: Expression?)]
  ) throws -> MacroDefinition {
    let outerLoops = loops
    loops = 0
    reads.append([])
    defer { loops = outerLoops }
    let parameters: [(name: String, value: Expression?)]
    let body: [Statement]
    do {
      parameters = try head(&self)
      body = try conditionally(false) { try $0.block(until: end) }
    } catch {
      reads.removeLast()
      throw error
    }
    advance()
    let names = reads.removeLast()
    return MacroDefinition(
      name: name, parameters: parameters, body: body,
      reads: names.intersection(["varargs", "kwargs", "caller"]), position: place)
  }

  private mutating func parameters() throws -> [(name: String, value: Expression?)] {
    try expect("(")
    var parameters: [(name: String, value: Expression?)] = []
    while !isSymbol(")") {
      if !parameters.isEmpty { try expect(",") }
      let place = position
      let name = try expectName("the name of a parameter")
      let value = skip("=") ? try expression() : nil
      if value == nil, let last = parameters.last, last.value != nil {
        throw failure("a parameter without a default follows one with a default", at: place)
      }
      parameters.append((name, value))
    }
    try expect(")")
    return parameters
  }

  mutating func target(
    endsAt end: String? = nil, allowsAttributes: Bool = false
  ) throws -> Target {
    var targets: [Target] = []
    var isTuple = false
    while true {
      if let end, isName(end) { break }
      if kind == .blockEnd || isSymbol(")") || isSymbol("=") { break }
      targets.append(try singleTarget(allowsAttributes))
      guard skip(",") else { break }
      isTuple = true
    }
    guard isTuple || targets.count == 1 else { throw unexpected("a name to assign to") }
    return isTuple ? .tuple(targets) : targets[0]
  }

  private mutating func singleTarget(_ allowsAttributes: Bool) throws -> Target {
    if skip("(") {
      let target = try nested { try $0.target(allowsAttributes: allowsAttributes) }
      try expect(")")
      return target
    }
    let place = position
    let name = try expectName("a name to assign to")
    guard !Self.constants.contains(name) else {
      throw failure("cannot assign to '\(name)'", at: place)
    }
    if allowsAttributes, skip(".") { return .attribute(of: name, try expectName()) }
    return .name(name)
  }

  static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]
}
