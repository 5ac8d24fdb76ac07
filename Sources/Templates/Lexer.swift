/// A piece of a template.
struct Token: Sendable {
  enum Kind: Sendable, Equatable {
    case data(String)
    case variableBegin, variableEnd, blockBegin, blockEnd
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    case symbol(String)
    case end
  }

  var kind: Kind
  var position: Position
}

/// Cuts a template into tokens, with Jinja's rules for white space.
///
/// As for chat templates, a newline behind a block or a comment is dropped (`trim_blocks`), as is white space between
/// the start of a line and a block or comment (`lstrip_blocks`), and the one newline at the end of the template.
struct Lexer {
  let source: [Unicode.Scalar]
  private let lineStarts: [Int]
  var index = 0
  private var tokens: [Token] = []
  /// Whether the last piece ended with a newline, so that the next one starts a line.
  private var startsLine = true

  static func tokens(of template: String) throws -> [Token] {
    var lexer = Lexer(template)
    try lexer.run()
    return lexer.tokens
  }

  private init(_ template: String) {
    var scalars: [Unicode.Scalar] = []
    var previous: Unicode.Scalar = " "
    for scalar in template.unicodeScalars {
      switch scalar {
      case "\r": scalars.append("\n")
      case "\n" where previous == "\r": break
      default: scalars.append(scalar)
      }
      previous = scalar
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
    lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
  }

  private func position(of offset: Int) -> Position {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return Position(line: low + 1, column: offset - lineStarts[low] + 1)
  }

  func failure(_ message: String, at offset: Int) -> TemplateError {
    TemplateError(.syntax, message, at: position(of: offset))
  }

  private func has(_ text: StaticString, at offset: Int) -> Bool {
    let length = text.utf8CodeUnitCount
    guard offset + length <= source.count else { return false }
    return (0..<length).allSatisfy { source[offset + $0].value == UInt32(text.utf8Start[$0]) }
  }

  private func endOfSpace(from offset: Int) -> Int {
    var end = offset
    while end < source.count, source[end].isPythonSpace { end += 1 }
    return end
  }

  mutating func add(_ kind: Token.Kind, at offset: Int) {
    tokens.append(Token(kind: kind, position: position(of: offset)))
  }

  private mutating func run() throws {
    while index < source.count {
      guard let start = nextTag(from: index) else {
        add(.data(source[index...].text), at: index)
        break
      }
      try tag(at: start)
    }
    tokens.append(
      Token(kind: .end, position: tokens.last?.position ?? Position(line: 1, column: 1)))
  }

  private func nextTag(from offset: Int) -> Int? {
    var position = offset
    while position + 1 < source.count {
      if source[position] == "{" {
        switch source[position + 1] {
        case "{", "%", "#": return position
        default: break
        }
      }
      position += 1
    }
    return nil
  }

  private mutating func tag(at start: Int) throws {
    let kind = source[start + 1]
    var inside = start + 2
    var sign: Unicode.Scalar?
    if inside < source.count, source[inside] == "-" || source[inside] == "+" {
      sign = source[inside]
      inside += 1
    }
    data(upTo: start, sign: sign, isVariable: kind == "{")
    if kind == "#" { return try comment(from: inside, opened: start) }
    if kind == "%", let content = rawContent(from: inside) {
      return try raw(from: content, opened: start)
    }
    add(kind == "{" ? .variableBegin : .blockBegin, at: start)
    index = inside
    try expression(isVariable: kind == "{")
  }

  /// Adds the characters before a tag, without the white space that the tag drops.
  private mutating func data(upTo end: Int, sign: Unicode.Scalar?, isVariable: Bool) {
    var kept = end
    if sign == "-" {
      while kept > index, source[kept - 1].isPythonSpace { kept -= 1 }
    } else if sign == nil, !isVariable {
      var lineStart = end
      while lineStart > index, source[lineStart - 1] != "\n" { lineStart -= 1 }
      if lineStart > index || startsLine,
        source[lineStart..<end].allSatisfy(\.isPythonSpace)
      {
        kept = lineStart
      }
    }
    if kept > index { add(.data(source[index..<kept].text), at: index) }
  }

  private mutating func comment(from start: Int, opened: Int) throws {
    var end = start
    while end < source.count {
      if let next = endOfTag("#", at: end, trims: true) {
        index = next
        startsLine = source[next - 1] == "\n"
        return
      }
      end += 1
    }
    throw failure("the comment is not closed; expected '#}'", at: opened)
  }

  /// Behind the end of a tag such as `-%}` at `offset` and the white space it drops, if there is one.
  private func endOfTag(_ mark: StaticString, at offset: Int, trims: Bool) -> Int? {
    func closes(_ offset: Int) -> Bool { has(mark, at: offset) && has("}", at: offset + 1) }
    if source[offset] == "-", closes(offset + 1) { return endOfSpace(from: offset + 3) }
    if source[offset] == "+", trims, closes(offset + 1) { return offset + 3 }
    guard closes(offset) else { return nil }
    return trims && has("\n", at: offset + 2) ? offset + 3 : offset + 2
  }

  /// Where the content of a raw block starts, if `offset` is inside the tag that opens one.
  private func rawContent(from offset: Int) -> Int? {
    var end = endOfSpace(from: offset)
    guard has("raw", at: end) else { return nil }
    end = endOfSpace(from: end + 3)
    if has("-%}", at: end) { return endOfSpace(from: end + 3) }
    return has("%}", at: end) ? end + 2 : nil
  }

  private mutating func raw(from content: Int, opened: Int) throws {
    startsLine = source[content - 1] == "\n"
    index = content
    var end = content
    while end < source.count {
      if has("{%", at: end) {
        var inside = end + 2
        let sign = inside < source.count ? source[inside] : " "
        if sign == "-" || sign == "+" { inside += 1 }
        inside = endOfSpace(from: inside)
        if has("endraw", at: inside) {
          inside = endOfSpace(from: inside + 6)
          if inside < source.count, let next = endOfTag("%", at: inside, trims: true) {
            data(upTo: end, sign: sign == "-" || sign == "+" ? sign : nil, isVariable: false)
            index = next
            startsLine = source[next - 1] == "\n"
            return
          }
        }
      }
      end += 1
    }
    throw failure("the raw block is not closed; expected '{% endraw %}'", at: opened)
  }

  /// The tokens of an expression or a statement up to its end.
  private mutating func expression(isVariable: Bool) throws {
    var brackets: [Unicode.Scalar] = []
    while index < source.count {
      if brackets.isEmpty,
        let next = endOfTag(isVariable ? "}" : "%", at: index, trims: !isVariable)
      {
        add(isVariable ? .variableEnd : .blockEnd, at: index)
        index = next
        startsLine = source[next - 1] == "\n"
        return
      }
      let scalar = source[index]
      if scalar.isPythonSpace {
        index = endOfSpace(from: index)
      } else if scalar.isASCIIDigit {
        try number()
      } else if scalar.isWord {
        let start = index
        while index < source.count, source[index].isWord { index += 1 }
        add(.name(source[start..<index].text), at: start)
      } else if scalar == "'" || scalar == "\"" {
        try string()
      } else {
        try symbol(&brackets)
      }
    }
  }

  private mutating func symbol(_ brackets: inout [Unicode.Scalar]) throws {
    let start = index
    let two: [StaticString] = ["//", "**", "==", "!=", ">=", "<="]
    if let operation = two.first(where: { has($0, at: start) }) {
      index += 2
      return add(.symbol("\(operation)"), at: start)
    }
    let scalar = source[start]
    switch scalar {
    case "(": brackets.append(")")
    case "[": brackets.append("]")
    case "{": brackets.append("}")
    case ")", "]", "}":
      guard let expected = brackets.popLast() else {
        throw failure("unexpected '\(scalar)'", at: start)
      }
      guard expected == scalar else {
        throw failure("unexpected '\(scalar)', expected '\(expected)'", at: start)
      }
    case "+", "-", "/", "*", "%", "~", ">", "<", "=", ".", ":", "|", ",", ";": break
    default:
      throw failure(
        scalar == "'" || scalar == "\""
          ? "a string starts here that never ends" : "unexpected character '\(scalar)'", at: start)
    }
    index += 1
    add(.symbol(String(Character(scalar))), at: start)
  }
}
