/// Makes statements of a template's tokens.
struct Parser {
  /// How deep blocks and parentheses may be nested.
  static let deepest = 100
  /// How many operators may follow each other in an expression.
  static let deepestExpression = 150

  private var tokens: [Token]
  private var index = 0
  /// The tags that are open, innermost last.
  var openTags: [String] = []
  private var depth = 0
  /// How many loops are open in the macro that is being read.
  var loops = 0
  /// Whether what is being read may never be evaluated: there, unknown filters and tests fail when they are used.
  private var isConditional = false
  /// The names that the open macros read, innermost last.
  var reads: [Set<String>] = []
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
}
