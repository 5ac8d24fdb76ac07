/// Makes statements of a template's tokens.
struct Parser {
  /// How deep blocks and parentheses may be nested.
  static let deepest = 100
  /// How many operators may follow each other in an expression.
  static let deepestExpression = 150

  private var tokens: [Token]
  private var index = 0
  /// The tags that are open, innermost last.
  private var openTags: [String] = []
  private var depth = 0
  /// How many loops are open in the macro that is being read.
  private var loops = 0
  /// Whether what is being read may never be evaluated: there, unknown filters and tests fail when they are used.
  private var isConditional = false
  /// The names that the open macros read, innermost last.
  private var reads: [Set<String>] = []
  /// Filters and tests that do not exist, reported when the rest has been read: a condition may follow that guards them.
  private var unknown: [TemplateError] = []

  /// The statements of `template`.
  static func statements(of template: String) throws -> [Statement] {
    var parser = Parser(tokens: try Lexer.tokens(of: template))
    let statements = try parser.body(until: [])
    if let error = parser.unknown.first { throw error }
    return statements
  }

  private init(tokens: [Token]) { self.tokens = tokens }

  // MARK: - Tokens

  var token: Token { tokens[index] }
  var kind: Token.Kind { tokens[index].kind }
  var position: Position { tokens[index].position }

  func lookAhead() -> Token.Kind { tokens[min(index + 1, tokens.count - 1)].kind }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol(symbol) }

  func isName(_ name: String) -> Bool { kind == .name(name) }

  mutating func skip(_ symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func skip(name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws {
    guard skip(symbol) else { throw unexpected("'\(symbol)'") }
  }

  mutating func expectName(_ expected: String = "a name") throws -> String {
    guard case .name(let name) = kind else { throw unexpected(expected) }
    guard name.unicodeScalars.first.map({ !$0.isASCIIDigit }) ?? false else {
      throw failure("'\(name)' is not a name")
    }
    advance()
    return name
  }

  func failure(_ message: String, at place: Position? = nil) -> TemplateError {
    TemplateError(.syntax, message, at: place ?? position)
  }

  func unexpected(_ expected: String) -> TemplateError {
    failure("found \(Self.description(of: kind)), expected \(expected)")
  }

  private static func description(of kind: Token.Kind) -> String {
    switch kind {
    case .data: "text"
    case .variableBegin: "'{{'"
    case .variableEnd: "'}}'"
    case .blockBegin: "'{%'"
    case .blockEnd: "'%}'"
    case .name(let name): "'\(name)'"
    case .string: "a string"
    case .integer, .float: "a number"
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the end of the template"
    }
  }

  // MARK: - Context

  /// Runs `parse` one level deeper.
  mutating func nested<Result>(_ parse: (inout Parser) throws -> Result) throws -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw TemplateError(.limit, "nested more than \(Self.deepest) levels deep", at: position)
    }
    return try parse(&self)
  }

  mutating func conditionally<Result>(
    _ condition: Bool = true, _ parse: (inout Parser) throws -> Result
  ) throws -> Result {
    let outer = isConditional
    isConditional = condition
    defer { isConditional = outer }
    return try parse(&self)
  }

  /// Reads what may turn out to be the first branch of `a if b`, in which unknown filters are no mistake.
  mutating func firstBranch(
    _ parse: (inout Parser) throws -> Expression
  ) throws -> Expression {
    let count = unknown.count
    let result = try parse(&self)
    if isName("if") { unknown.removeSubrange(count...) }
    return result
  }

  /// Notes that a macro reads `name`.
  mutating func note(_ name: String) {
    for index in reads.indices { reads[index].insert(name) }
  }

  /// Refuses a filter or test that does not exist, unless the branch may never be taken.
  mutating func check(_ kind: String, _ name: String, isKnown: Bool, at place: Position) {
    if !isKnown, !isConditional {
      unknown.append(failure("there is no \(kind) called '\(name)'", at: place))
    }
  }

  // MARK: - Statements

  /// Statements up to a tag in `ends`, which becomes the current token; up to the end without any.
  private mutating func body(until ends: [String]) throws -> [Statement] {
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
      throw failure("only 'autoescape false' is supported, as chat templates are not HTML", at: place)
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

  // MARK: - Macros

  private mutating func macro(at place: Position) throws -> MacroDefinition {
    let name = try expectName("the name of the macro")
    return try definition(name, until: "endmacro", at: place) { try $0.parameters() }
  }

  private mutating func callBlock(at place: Position) throws -> Statement {
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

  // MARK: - Targets

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
