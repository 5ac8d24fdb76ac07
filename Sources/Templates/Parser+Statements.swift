/// Statements.
extension Parser {
  /// Statements up to a tag in `ends`, which becomes the current token; up to the end without any.
  mutating func body(until ends: [String]) throws -> [Statement] {
    var result: [Statement] = []
    while true {
      switch kind {
      case .data(let text):
        advance()
        result.append(.text(text))
      case .variableBegin:
        advance()
        let value = try tuple()
        guard kind == .variableEnd else { throw unexpected("'}}'") }
        advance()
        result.append(.output(value))
      case .blockBegin:
        advance()
        if case .name(let name) = kind, ends.contains(name) { return result }
        if let statement = try nested({ try $0.statement(ends) }) { result.append(statement) }
        guard kind == .blockEnd else { throw unexpected("'%}'") }
        advance()
      case .end where ends.isEmpty: return result
      case .end:
        let tag = openTags.last.map { " of '\($0)'" } ?? ""
        throw failure("the template ends where the end\(tag) was expected: \(Self.list(ends))")
      default: throw unexpected("a tag")
      }
    }
  }

  private static func list(_ tags: [String]) -> String {
    tags.map { "'\($0)'" }.joined(separator: " or ")
  }

  /// The statements of a block: behind the `%}` of the tag that opens it, up to a tag in `ends`.
  mutating func block(until ends: String...) throws -> [Statement] {
    _ = skip(":")
    guard kind == .blockEnd else { throw unexpected("'%}'") }
    advance()
    return try body(until: ends)
  }

  private mutating func statement(_ ends: [String]) throws -> Statement? {
    let place = position
    guard case .name(let tag) = kind else { throw unexpected("the name of a tag") }
    openTags.append(tag)
    defer { openTags.removeLast() }
    advance()
    switch tag {
    case "for": return try loop(at: place)
    case "if": return try branches()
    case "set": return try set(at: place)
    case "macro": return .macro(try macro(at: place))
    case "call": return try callBlock(at: place)
    case "filter": return try filterBlock(at: place)
    case "with": return try scope(at: place)
    case "print": return try output()
    case "generation":
      let body = try block(until: "endgeneration")
      advance()
      return .generation(body, place)
    case "autoescape": return try autoescape(at: place)
    case "break", "continue":
      guard loops > 0 else { throw failure("'\(tag)' stands outside of a loop", at: place) }
      return tag == "break" ? .breakLoop : .continueLoop
    case "block", "extends", "include", "import", "from":
      throw failure(
        "the tag '\(tag)' is not supported; a chat template stands in one piece", at: place)
    default:
      openTags.removeLast()
      defer { openTags.append(tag) }
      var message = "unknown tag '\(tag)'"
      if !ends.isEmpty { message += "; expected \(Self.list(ends))" }
      if let open = openTags.last { message += " for the open '\(open)'" }
      throw failure(message, at: place)
    }
  }

  private mutating func loop(at place: Position) throws -> Statement {
    let target = try target(endsAt: "in")
    guard skip(name: "in") else { throw unexpected("'in'") }
    let sequence = try tuple(withConditional: false, endsAt: "recursive")
    let condition = skip(name: "if") ? try expression() : nil
    let isRecursive = skip(name: "recursive")
    loops += 1
    let body = try conditionally(false) { try $0.block(until: "endfor", "else") }
    loops -= 1
    var otherwise: [Statement] = []
    if isName("else") {
      advance()
      otherwise = try block(until: "endfor")
    }
    advance()
    return .loop(
      Loop(
        target: target, sequence: sequence, condition: condition, isRecursive: isRecursive,
        body: body, otherwise: otherwise, position: place))
  }

  private mutating func branches() throws -> Statement {
    try conditionally { parser in
      var branches: [(test: Expression, body: [Statement])] = []
      while true {
        let test = try parser.tuple(withConditional: false)
        branches.append((test, try parser.block(until: "elif", "else", "endif")))
        let isElif = parser.isName("elif")
        let isElse = parser.isName("else")
        parser.advance()
        if isElif { continue }
        guard isElse else { return .branches(branches, otherwise: []) }
        let otherwise = try parser.block(until: "endif")
        parser.advance()
        return .branches(branches, otherwise: otherwise)
      }
    }
  }

  private mutating func set(at place: Position) throws -> Statement {
    let target = try target(allowsAttributes: true)
    if skip("=") { return .set(target, try tuple(), place) }
    let filters = try filters()
    let body = try block(until: "endset")
    advance()
    return .setBlock(target, filters, body, place)
  }

  private mutating func filters() throws -> [FilterCall] {
    var filters: [FilterCall] = []
    while skip("|") { filters.append(try filterCall()) }
    return filters
  }

  private mutating func filterBlock(at place: Position) throws -> Statement {
    let filters = [try filterCall()] + (try filters())
    let body = try block(until: "endfilter")
    advance()
    return .filterBlock(filters, body, place)
  }

  private mutating func scope(at place: Position) throws -> Statement {
    var values: [(target: Target, value: Expression)] = []
    while kind != .blockEnd {
      if !values.isEmpty { try expect(",") }
      let target = try target()
      try expect("=")
      values.append((target, try expression()))
    }
    let body = try block(until: "endwith")
    advance()
    return .scope(values, body, place)
  }

  private mutating func autoescape(at place: Position) throws -> Statement {
    guard case .bool(false) = try expression().kind else {
      throw failure(
        "only 'autoescape false' is supported, as chat templates are not HTML", at: place)
    }
    let body = try block(until: "endautoescape")
    advance()
    return .scope([], body, place)
  }

  private mutating func output() throws -> Statement? {
    var values: [Expression] = []
    let place = position
    while kind != .blockEnd {
      if !values.isEmpty { try expect(",") }
      values.append(try expression())
    }
    return values.isEmpty ? nil : .output(try make(.concatenation(values), at: place, values))
  }
}
