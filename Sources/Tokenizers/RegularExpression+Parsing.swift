import RLHFCore

extension RegularExpression {
  /// Compiles `source`; what it does not know is an error that names it.
  init(_ source: String) throws {
    var compiler = Compiler(source)
    let root = try compiler.alternatives()
    guard compiler.isAtEnd else { throw compiler.unsupported("an unmatched ')'") }
    var program = try compiler.program(of: root)
    program.append(.accept)
    self.init(source: source, program: program, sets: compiler.sets)
  }
}

/// Reads an expression into a tree, and turns that into a program.
private struct Compiler {
  indirect enum Node {
    case set(Int)
    case sequence([Node])
    case alternatives([Node])
    case repeated(Node, least: Int, most: Int, RegularExpression.Mode)
    case look(Node, negated: Bool)
    case atomic(Node)
    case startOfText, endOfText
  }

  let source: String
  let scalars: [Unicode.Scalar]
  var position = 0
  var ignoresCase = false
  var sets: [CharacterMatcher] = []

  init(_ source: String) {
    self.source = source
    scalars = Array(source.unicodeScalars)
  }

  var isAtEnd: Bool { position == scalars.count }
  var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  func unsupported(_ what: String) -> RLHFError {
    RLHFError(
      .unsupported,
      "The regular expression '\(source)' has \(what) at character \(position + 1), which is not "
        + "supported. Use a tokenizer with another pre-tokenizer.")
  }

  mutating func take(_ characters: String) -> Bool {
    let wanted = Array(characters.unicodeScalars)
    guard scalars[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  mutating func alternatives() throws -> Node {
    var branches: [Node] = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  mutating func sequence() throws -> Node {
    var parts: [Node] = []
    while let scalar = current, scalar != "|", scalar != ")" {
      parts.append(try quantified(try atom()))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  mutating func quantified(_ atom: Node) throws -> Node {
    var least = 1
    var most = 1
    if take("*") {
      (least, most) = (0, .max)
    } else if take("+") {
      (least, most) = (1, .max)
    } else if take("?") {
      (least, most) = (0, 1)
    } else if take("{") {
      least = number() ?? 0
      most = least
      if take(",") { most = number() ?? .max }
      guard take("}"), least <= most, least <= 1000, most <= 1000 || most == .max else {
        throw unsupported("a quantifier of this form")
      }
      if current == "+" { throw unsupported("a quantifier of a quantifier") }
    } else {
      return atom
    }
    let mode: RegularExpression.Mode = take("?") ? .lazy : take("+") ? .possessive : .greedy
    if let next = current, "*+?".unicodeScalars.contains(next) {
      throw unsupported("a quantifier of a quantifier")
    }
    return .repeated(atom, least: least, most: most, mode)
  }

  mutating func number() -> Int? {
    let start = position
    while let scalar = current, ("0"..."9").contains(scalar) { position += 1 }
    var digits = String.UnicodeScalarView()
    digits.append(contentsOf: scalars[start..<position])
    return Int(String(digits))
  }

  mutating func atom() throws -> Node {
    if take("(") { return try group() }
    if take("[") { return add(try bracket()) }
    if take("^") || take("\\A") { return .startOfText }
    if take("$") || take("\\z") { return .endOfText }
    if take(".") {
      var set = CharacterMatcher()
      set.insert(0x0a...0x0a)
      return add(set.finished(negated: true))
    }
    var set = CharacterMatcher()
    if let scalar = try escapeOrScalar(into: &set) {
      set.insert(scalar, ignoresCase: ignoresCase)
    }
    return add(set.finished())
  }

  mutating func add(_ set: CharacterMatcher) -> Node {
    sets.append(set)
    return .set(sets.count - 1)
  }

  mutating func group() throws -> Node {
    let outer = ignoresCase
    defer { ignoresCase = outer }
    var wrap: (Node) -> Node = { $0 }
    if take("?") {
      if take("i:") {
        ignoresCase = true
      } else if take("-i:") {
        ignoresCase = false
      } else if take("=") {
        wrap = { .look($0, negated: false) }
      } else if take("!") {
        wrap = { .look($0, negated: true) }
      } else if take(">") {
        wrap = { .atomic($0) }
      } else if !take(":") {
        throw unsupported("a group of this kind")
      }
    }
    let inner = try alternatives()
    guard take(")") else { throw unsupported("a group that never ends") }
    return wrap(inner)
  }

  /// What is between `[` and `]`.
  mutating func bracket() throws -> CharacterMatcher {
    let isNegated = take("^")
    var set = CharacterMatcher()
    var isFirst = true
    while isFirst || current != "]" {
      if isAtEnd { throw unsupported("a set that never ends") }
      isFirst = false
      if take("&&") { throw unsupported("an intersection of sets") }
      if take("[") {
        if current == ":" { throw unsupported("a POSIX class") }
        set.insert(try bracket())
        continue
      }
      guard let lower = try escapeOrScalar(into: &set) else { continue }
      if current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
        position += 1
        var other = CharacterMatcher()
        guard let upper = try escapeOrScalar(into: &other), upper >= lower else {
          throw unsupported("a range without an end")
        }
        set.insert(lower.value...upper.value)
      } else {
        set.insert(lower, ignoresCase: ignoresCase)
      }
    }
    position += 1
    return set.finished(negated: isNegated)
  }

  /// Reads one character, or an escape; one that stands for a class goes into `set`, and there is no result.
  mutating func escapeOrScalar(into set: inout CharacterMatcher) throws -> Unicode.Scalar? {
    guard let scalar = current else { throw unsupported("an end where something was expected") }
    position += 1
    guard scalar == "\\" else { return scalar }
    guard let escaped = current else { throw unsupported("a lonely backslash") }
    position += 1
    switch escaped {
    case "r": return "\r"
    case "n": return "\n"
    case "t": return "\t"
    case "f": return "\u{c}"
    case "v": return "\u{b}"
    case "u", "x": return try codePoint(digits: escaped == "u" ? 4 : 2)
    case "s", "S", "d", "D", "w", "W":
      var part = CharacterMatcher()
      switch escaped {
      case "s", "S": part.insert(.space)
      case "d", "D": _ = part.insert(categoryNamed: "Nd")
      default: part.insertWords()
      }
      set.insert(part.finished(negated: escaped.properties.isUppercase))
      return nil
    case "p", "P":
      set.insert(try category(negated: escaped == "P"))
      return nil
    default:
      guard !escaped.properties.isAlphabetic, !("0"..."9").contains(escaped) else {
        position -= 1
        throw unsupported("the escape \\\(escaped)")
      }
      return escaped
    }
  }

  mutating func category(negated: Bool) throws -> CharacterMatcher {
    guard take("{") else { throw unsupported("a category without braces") }
    let isNegated = take("^") != negated
    let start = position
    while let scalar = current, scalar != "}" {
      _ = scalar
      position += 1
    }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: scalars[start..<position])
    var set = CharacterMatcher()
    guard take("}"), set.insert(categoryNamed: String(name)) else {
      position = start
      throw unsupported("the category '\(String(name))'")
    }
    return set.finished(negated: isNegated)
  }

  mutating func codePoint(digits: Int) throws -> Unicode.Scalar {
    let start = position
    let isBraced = take("{")
    var value: UInt32 = 0
    var count = 0
    while count < (isBraced ? 6 : digits), let scalar = current,
      let digit = Character(scalar).hexDigitValue
    {
      value = value << 4 | UInt32(digit)
      position += 1
      count += 1
    }
    guard count > 0, isBraced ? take("}") : count == digits, let scalar = Unicode.Scalar(value)
    else {
      position = start
      throw unsupported("an escape of a character")
    }
    return scalar
  }

  // MARK: - Program

  func program(of node: Node, at base: Int = 0) throws -> [RegularExpression.Instruction] {
    switch node {
    case .set(let set): return [.run(set: set, least: 1, most: 1, .possessive)]
    case .startOfText: return [.startOfText]
    case .endOfText: return [.endOfText]
    case .sequence(let parts):
      return try parts.reduce(into: []) { $0 += try program(of: $1, at: base + $0.count) }
    case .alternatives(let branches): return try program(ofAlternatives: branches[...], at: base)
    case .look(let inner, let negated):
      let body = try program(of: inner, at: base + 1) + [.accept]
      return [.look(end: base + 1 + body.count, negated: negated)] + body
    case .atomic(let inner):
      let body = try program(of: inner, at: base + 1) + [.accept]
      return [.atomic(end: base + 1 + body.count)] + body
    case .repeated(.set(let set), let least, let most, let mode):
      return [.run(set: set, least: least, most: most, mode)]
    case .repeated(let inner, let least, let most, .possessive):
      let greedy = Node.repeated(inner, least: least, most: most, .greedy)
      return try program(of: .atomic(greedy), at: base)
    case .repeated(let inner, let least, let most, let mode):
      return try program(ofRepeated: inner, least, most, mode, at: base)
    }
  }

  private func program(
    ofAlternatives branches: ArraySlice<Node>, at base: Int
  ) throws -> [RegularExpression.Instruction] {
    guard let first = branches.first else { return [] }
    if branches.count == 1 { return try program(of: first, at: base) }
    let preferred = try program(of: first, at: base + 1)
    let other = base + 1 + preferred.count + 1
    let rest = try program(ofAlternatives: branches.dropFirst(), at: other)
    return [.split(base + 1, other)] + preferred + [.jump(other + rest.count)] + rest
  }

  private func program(
    ofRepeated inner: Node, _ least: Int, _ most: Int, _ mode: RegularExpression.Mode, at base: Int
  ) throws -> [RegularExpression.Instruction] {
    guard !canBeEmpty(inner) else { throw unsupported("a repeated group that can be empty") }
    var result: [RegularExpression.Instruction] = []
    for _ in 0..<least { result += try program(of: inner, at: base + result.count) }
    func split(_ inside: Int, _ after: Int) -> RegularExpression.Instruction {
      mode == .lazy ? .split(after, inside) : .split(inside, after)
    }
    if most == .max {
      let start = base + result.count
      let body = try program(of: inner, at: start + 1)
      return result + [split(start + 1, start + body.count + 2)] + body + [.jump(start)]
    }
    let size = try program(of: inner, at: 0).count + 1
    let end = base + result.count + (most - least) * size
    guard end < 100_000 else { throw unsupported("a repetition of this size") }
    for _ in least..<most {
      let start = base + result.count
      result += [split(start + 1, end)] + (try program(of: inner, at: start + 1))
    }
    return result
  }

  private func canBeEmpty(_ node: Node) -> Bool {
    switch node {
    case .set: false
    case .sequence(let parts): parts.allSatisfy(canBeEmpty)
    case .alternatives(let branches): branches.contains(where: canBeEmpty)
    case .repeated(let inner, let least, _, _): least == 0 || canBeEmpty(inner)
    case .atomic(let inner): canBeEmpty(inner)
    case .look, .startOfText, .endOfText: true
    }
  }
}
