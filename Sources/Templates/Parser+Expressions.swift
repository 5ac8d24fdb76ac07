extension Parser {
  /// An expression of known depth.
  func make(
    _ kind: Expression.Kind, at place: Position, _ children: [Expression] = []
  ) throws -> Expression {
    let depth = 1 + (children.lazy.map(\.depth).max() ?? 0)
    guard depth <= Self.deepestExpression else {
      throw TemplateError(
        .limit,
        "an expression of more than \(Self.deepestExpression) levels; assign parts of it to names",
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
}
