/// What follows a value: attributes, indices, calls, filters and tests.
extension Parser {
  mutating func postfix(_ value: Expression) throws -> Expression {
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

  mutating func filtered(_ value: Expression) throws -> Expression {
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
