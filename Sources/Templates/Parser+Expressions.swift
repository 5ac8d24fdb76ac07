extension Parser {
  /// An expression of known depth.
  func make(
    _ kind: Expression.Kind, at place: Position, _ children: [Expression] = []
  ) throws -> Expression {
    let depth = 1 + (children.lazy.map(\.depth).max() ?? 0)
    guard depth <= Self.deepestExpression else {
      throw TemplateError(
        .limit, "an expression of more than \(Self.deepestExpression) levels; assign parts of it to names",
        at: place)
    }
    return Expression(kind: kind, position: place, depth: depth)
  }

  /// Expressions with commas between them, or a single one.
  mutating func tuple(
    withConditional: Bool = true, endsAt end: String? = nil, isInParentheses: Bool = false
  ) throws -> Expression {
    let place = position
    var elements: [Expression] = []
    var isTuple = false
    while true {
      if kind == .variableEnd || kind == .blockEnd || isSymbol(")") { break }
      if let end, isName(end) { break }
      elements.append(try withConditional ? expression() : disjunction())
      guard skip(",") else { break }
      isTuple = true
    }
    if !isTuple, let first = elements.first { return first }
    guard isTuple || isInParentheses else { throw unexpected("an expression") }
    return try make(.tuple(elements), at: place, elements)
  }

  /// An expression, perhaps of the form `a if b else c`.
  mutating func expression() throws -> Expression {
    try nested { parser in
      let place = parser.position
      var result = try parser.firstBranch { try $0.disjunction() }
      while parser.skip(name: "if") {
        let (then, test) = (
          result, try parser.conditionally { try $0.disjunction() }
        )
        let otherwise =
          parser.skip(name: "else") ? try parser.conditionally { try $0.expression() } : nil
        result = try parser.make(
          .conditional(test: test, then: then, otherwise: otherwise), at: place,
          [test, then] + (otherwise.map { [$0] } ?? []))
      }
      return result
    }
  }

  private mutating func disjunction() throws -> Expression {
    let place = position
    var left = try conjunction()
    while skip(name: "or") {
      let right = try conjunction()
      left = try make(.or(left, right), at: place, [left, right])
    }
    return left
  }

  private mutating func conjunction() throws -> Expression {
    let place = position
    var left = try negation()
    while skip(name: "and") {
      let right = try negation()
      left = try make(.and(left, right), at: place, [left, right])
    }
    return left
  }

  private mutating func negation() throws -> Expression {
    let place = position
    guard skip(name: "not") else { return try comparison() }
    let operand = try nested { try $0.negation() }
    return try make(.not(operand), at: place, [operand])
  }

  private mutating func comparison() throws -> Expression {
    let place = position
    let first = try sum()
    var rest: [(Comparison, Expression)] = []
    while let operation = comparisonOperator() { rest.append((operation, try sum())) }
    if rest.isEmpty { return first }
    return try make(.comparison(first, rest), at: place, [first] + rest.map { $0.1 })
  }

  private mutating func comparisonOperator() -> Comparison? {
    switch kind {
    case .symbol(let symbol):
      guard let operation = Comparison(rawValue: symbol) else { return nil }
      advance()
      return operation
    case .name("in"):
      advance()
      return .contained
    case .name("not") where lookAhead() == .name("in"):
      advance()
      advance()
      return .notContained
    default: return nil
    }
  }

  private mutating func sum() throws -> Expression {
    try chain(["+", "-"]) { try $0.concatenation() }
  }

  private mutating func concatenation() throws -> Expression {
    let place = position
    var parts = [try product()]
    while skip("~") { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try make(.concatenation(parts), at: place, parts)
  }

  private mutating func product() throws -> Expression {
    try chain(["*", "/", "//", "%"]) { try $0.chain(["**"]) { try $0.unary() } }
  }

  /// Operands with operators of one rank between them, from left to right.
  private mutating func chain(
    _ symbols: [String], _ operand: (inout Parser) throws -> Expression
  ) throws -> Expression {
    let place = position
    var left = try operand(&self)
    while case .symbol(let symbol) = kind, symbols.contains(symbol),
      let operation = Arithmetic(rawValue: symbol)
    {
      advance()
      let right = try operand(&self)
      left = try make(.arithmetic(operation, left, right), at: place, [left, right])
    }
    return left
  }

  private mutating func unary(withFilters: Bool = true) throws -> Expression {
    let place = position
    var result: Expression
    if skip("-") {
      let operand = try nested { try $0.unary(withFilters: false) }
      result = try make(.negative(operand), at: place, [operand])
    } else if skip("+") {
      let operand = try nested { try $0.unary(withFilters: false) }
      result = try make(.positive(operand), at: place, [operand])
    } else {
      result = try primary()
    }
    result = try postfix(result)
    return withFilters ? try filtered(result) : result
  }

  mutating func primary() throws -> Expression {
    let place = position
    switch kind {
    case .name(let name):
      advance()
      return try make(named(name, at: place), at: place)
    case .string(var text):
      advance()
      while case .string(let more) = kind {
        text += more
        advance()
      }
      return try make(.string(text), at: place)
    case .integer(let value):
      advance()
      return try make(.integer(value), at: place)
    case .float(let value):
      advance()
      return try make(.float(value), at: place)
    case .symbol("("):
      advance()
      let result = try nested { try $0.tuple(isInParentheses: true) }
      try expect(")")
      return result
    case .symbol("["): return try list()
    case .symbol("{"): return try dictionary()
    default: throw unexpected("an expression")
    }
  }

  private mutating func named(_ name: String, at place: Position) throws -> Expression.Kind {
    switch name {
    case "true", "True": return .bool(true)
    case "false", "False": return .bool(false)
    case "none", "None": return .none
    default:
      guard name.unicodeScalars.first.map({ !$0.isASCIIDigit }) ?? false else {
        throw failure("'\(name)' is not a name", at: place)
      }
      note(name)
      return .name(name)
    }
  }

  private mutating func list() throws -> Expression {
    let place = position
    advance()
    var elements: [Expression] = []
    while !isSymbol("]") {
      elements.append(try expression())
      guard skip(",") else { break }
    }
    try expect("]")
    return try make(.list(elements), at: place, elements)
  }

  private mutating func dictionary() throws -> Expression {
    let place = position
    advance()
    var members: [(key: Expression, value: Expression)] = []
    while !isSymbol("}") {
      let key = try expression()
      try expect(":")
      members.append((key, try expression()))
      guard skip(",") else { break }
    }
    try expect("}")
    return try make(.dictionary(members), at: place, members.flatMap { [$0.key, $0.value] })
  }

  // MARK: - What follows a value

  private mutating func postfix(_ value: Expression) throws -> Expression {
    var result = value
    while case .symbol(let symbol) = kind {
      switch symbol {
      case ".": result = try attribute(of: result)
      case "[": result = try subscripted(result)
      case "(": result = try call(result)
      default: return result
      }
    }
    return result
  }

  private mutating func filtered(_ value: Expression) throws -> Expression {
    var result = value
    while true {
      if skip("|") {
        let filter = try filterCall()
        result = try make(
          .filter(result, filter), at: filter.position, [result] + filter.arguments.expressions)
      } else if isName("is") {
        result = try test(of: result)
      } else if isSymbol("(") {
        result = try call(result)
      } else {
        return result
      }
    }
  }

  private mutating func attribute(of value: Expression) throws -> Expression {
    let place = position
    advance()
    if case .integer(let number) = kind {
      advance()
      let index = try make(.integer(number), at: place)
      return try make(.item(value, index), at: place, [value, index])
    }
    guard case .name(let name) = kind else { throw unexpected("a name or number behind '.'") }
    advance()
    return try make(.attribute(value, name), at: place, [value])
  }

  private mutating func subscripted(_ value: Expression) throws -> Expression {
    let place = position
    advance()
    var parts: [Expression?] = [nil]
    var separators = 0
    while !isSymbol("]") {
      if skip(":") {
        separators += 1
        guard separators <= 2 else { throw unexpected("']'") }
        parts.append(nil)
      } else if parts[separators] == nil {
        parts[separators] = try expression()
        if separators == 0, isSymbol(",") { return try tupleSubscript(value, parts[0], at: place) }
      } else {
        throw unexpected("']'")
      }
    }
    advance()
    if separators == 0 {
      let index = try parts[0] ?? make(.tuple([]), at: place)
      return try make(.item(value, index), at: place, [value, index])
    }
    let step = parts.count > 2 ? parts[2] : nil
    return try make(
      .slice(value, start: parts[0], stop: parts[1], step: step), at: place,
      [value] + parts.compactMap { $0 })
  }

  private mutating func tupleSubscript(
    _ value: Expression, _ first: Expression?, at place: Position
  ) throws -> Expression {
    var elements = first.map { [$0] } ?? []
    while skip(","), !isSymbol("]") { elements.append(try expression()) }
    try expect("]")
    let index = try make(.tuple(elements), at: place, elements)
    return try make(.item(value, index), at: place, [value, index])
  }

  private mutating func call(_ function: Expression) throws -> Expression {
    let place = position
    let arguments = try arguments()
    return try make(.call(function, arguments), at: place, [function] + arguments.expressions)
  }

  private mutating func arguments() throws -> CallArguments {
    let place = position
    try expect("(")
    var arguments = CallArguments()
    while !isSymbol(")") {
      if skip("*") {
        guard arguments.list == nil, arguments.dictionary == nil else {
          throw failure("'*' stands behind '*' or '**'", at: place)
        }
        arguments.list = try expression()
      } else if skip("**") {
        guard arguments.dictionary == nil else { throw failure("'**' stands twice", at: place) }
        arguments.dictionary = try expression()
      } else if case .name(let name) = kind, lookAhead() == .symbol("=") {
        guard arguments.dictionary == nil else {
          throw failure("an argument stands behind '**'", at: place)
        }
        advance()
        advance()
        arguments.named.append((name, try expression()))
      } else {
        guard arguments.named.isEmpty, arguments.list == nil, arguments.dictionary == nil else {
          throw failure("an argument without a name follows those with names", at: position)
        }
        arguments.positional.append(try expression())
      }
      guard skip(",") else { break }
    }
    try expect(")")
    return arguments
  }

  private mutating func dottedName() throws -> String {
    var name = try expectName()
    while skip(".") { name += "." + (try expectName()) }
    return name
  }

  /// A filter without the `|` before it.
  mutating func filterCall() throws -> FilterCall {
    let place = position
    let name = try dottedName()
    check("filter", name, isKnown: Filters.names.contains(name), at: place)
    return FilterCall(
      name: name, arguments: isSymbol("(") ? try arguments() : CallArguments(), position: place)
  }

  private mutating func test(of value: Expression) throws -> Expression {
    let place = position
    advance()
    let isNegated = skip(name: "not")
    let namePlace = position
    let name = try dottedName()
    check("test", name, isKnown: Tests.names.contains(name), at: namePlace)
    var arguments = CallArguments()
    if isSymbol("(") {
      arguments = try self.arguments()
    } else if startsTestArgument {
      if isName("is") { throw failure("tests cannot be chained with 'is'") }
      arguments.positional = [try postfix(primary())]
    }
    let call = TestCall(name: name, arguments: arguments, isNegated: isNegated, position: place)
    return try make(.test(value, call), at: place, [value] + arguments.expressions)
  }

  private var startsTestArgument: Bool {
    switch kind {
    case .name("else"), .name("or"), .name("and"): false
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"): true
    default: false
    }
  }
}
