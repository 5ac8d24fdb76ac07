/// Filters on strings.
enum TextFilters {
  static let all: [String: Filters.Filter] = [
    "upper": { try change($1, $2, "upper", TextCase.upper) },
    "lower": { try change($1, $2, "lower", TextCase.lower) },
    "capitalize": { try change($1, $2, "capitalize", TextCase.capitalized) },
    "title": { try change($1, $2, "title", TextCase.titleWords) },
    "string": { _, value, arguments in
      _ = try arguments.bind("string", [])
      if case .markup = value { return value }
      return .string(try PythonText.string(value))
    },
    "safe": { try .markup(bare($1, $2, "safe")) },
    "escape": { _, value, _ in .markup(try escaped(value)) },
    "e": { _, value, _ in .markup(try escaped(value)) },
    "forceescape": { try .markup(escapedText(bare($1, $2, "forceescape"))) },
    "striptags": { try .string(withoutTags(bare($1, $2, "striptags"))) },
    "trim": { _, value, arguments in
      let set = try arguments.bind("trim", ["chars"]).optionalText(0)
      return .string(TextSearch.trimmed(try PythonText.string(value), set, .both))
    },
    "replace": { _, value, arguments in
      let bound = try arguments.bind("replace", ["old", "new", "count"], required: 2)
      return .string(
        try TextSearch.replace(
          PythonText.string(bound[0] ?? .none), with: PythonText.string(bound[1] ?? .none),
          in: PythonText.string(value), limit: bound.optionalInteger(2)))
    },
    "center": { _, value, arguments in
      let width = try arguments.bind("center", ["width"]).integer(0, default: 80)
      return try StringMethods.pad(
        .string(PythonText.string(value)), Arguments([.integer(width)]), "center")
    },
    "indent": { _, value, arguments in try indented(value, arguments) },
    "truncate": { _, value, arguments in try truncated(value, arguments) },
    "wordcount": { _, value, _ in
      var (count, isInWord) = (0, false)
      for scalar in try PythonText.string(value).unicodeScalars {
        if scalar.isWord, !isInWord { count += 1 }
        isInWord = scalar.isWord
      }
      return .integer(count)
    },
    "wordwrap": { _, value, arguments in try wrapped(value, arguments) },
    "format": { _, value, arguments in
      guard arguments.positional.isEmpty || arguments.named.isEmpty else {
        throw TemplateError.evaluation("'format' takes values with or without names, not both")
      }
      let values: Value =
        try arguments.named.isEmpty
        ? .tuple(arguments.positional)
        : .dictionary(Value.Dictionary(arguments.named.map { (.string($0.name), $0.value) }))
      return .string(try PrintfFormat.format(PythonText.string(value), values))
    },
    "tojson": { _, value, arguments in try json(value, arguments) },
    "urlencode": { interpreter, value, _ in try urlEncoded(value, interpreter) },
  ]

  private static func bare(_ value: Value, _ arguments: Arguments, _ name: String) throws -> String
  {
    _ = try arguments.bind(name, [])
    return try PythonText.string(value)
  }

  private static func change(
    _ value: Value, _ arguments: Arguments, _ name: String, _ change: (String) -> String
  ) throws -> Value {
    .string(change(try bare(value, arguments, name)))
  }

  /// The characters with those escaped that mean something in HTML, unless they count as HTML already.
  static func escaped(_ value: Value) throws -> String {
    if case .markup(let text) = value { return text }
    return escapedText(try PythonText.string(value))
  }

  private static func escapedText(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "'": result += "&#39;"
      case "\"": result += "&#34;"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func withoutTags(_ text: String) -> String {
    var (result, isInTag) = ("", false)
    for scalar in text.unicodeScalars {
      if scalar == "<" { isInTag = true }
      if !isInTag { result.unicodeScalars.append(scalar) }
      if scalar == ">" { isInTag = false }
    }
    return TextSearch.words(result, limit: .max).joined(separator: " ")
  }

  private static func indented(_ value: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind("indent", ["width", "first", "blank"])
    guard let text = value.text else {
      throw value.misuse("'indent' expects a string, not '\(value.typeName)'")
    }
    let indentation: String
    if let own = bound[0]?.text {
      indentation = own
    } else {
      let width = try bound.integer(0, default: 4)
      try Budget.checkText(width)
      indentation = String(repeating: " ", count: max(width, 0))
    }
    var lines = TextSearch.lines(text + "\n", keepsEnds: false)
    try Budget.checkText(text.utf8.count + indentation.utf8.count * lines.count)
    for index in lines.indices.dropFirst() where bound.bool(2) || !lines[index].isEmpty {
      lines[index] = indentation + lines[index]
    }
    return .string((bound.bool(1) ? indentation : "") + lines.joined(separator: "\n"))
  }

  private static func truncated(_ value: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind("truncate", ["length", "killwords", "end", "leeway"])
    let length = try bound.integer(0, default: 255)
    let end = try bound.text(2, default: "...")
    let leeway = try bound.optionalInteger(3) ?? 5
    let kept = length - end.unicodeScalars.count
    guard kept >= 0, leeway >= 0 else {
      throw TemplateError.evaluation(
        "'truncate' to \(length) characters leaves no room for the end")
    }
    guard try SequenceFilters.length(of: value) > length + leeway else { return value }
    guard let text = value.text?.scalars else {
      throw value.misuse("'truncate' expects a string, not '\(value.typeName)'")
    }
    let start = text.prefix(kept).text
    if bound.bool(1) { return .string(start + end) }
    let words = TextSearch.splitFromRight(start, by: " ", limit: 1)
    return .string((words.first ?? "") + end)
  }

  /// Lines of at most `width` characters, broken at spaces; longer words are broken too unless that is switched off.
  private static func wrapped(_ value: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind(
      "wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"])
    let width = try bound.integer(0, default: 79)
    guard width > 0 else { throw TemplateError.evaluation("'wordwrap' expects a positive width") }
    let breaks = bound[1].map(\.isTrue) ?? true
    let separator = try bound.optionalText(2) ?? "\n"
    guard let text = value.text else {
      throw value.misuse("'wordwrap' expects a string, not '\(value.typeName)'")
    }
    let lines = TextSearch.lines(text, keepsEnds: false)
    return .string(
      try StringMethods.joined(
        lines.map { line in
          try StringMethods.joined(wrap(line, width, breaksWords: breaks), separator)
        }, separator))
  }

  private static func wrap(_ line: String, _ width: Int, breaksWords: Bool) -> [String] {
    var result: [String] = []
    var current: [Unicode.Scalar] = []
    for word in TextSearch.words(line, limit: .max) {
      var word = word.scalars[...]
      if !current.isEmpty, current.count + 1 + word.count <= width {
        current += [" "] + word
        continue
      }
      if !current.isEmpty { result.append(current.text) }
      while breaksWords, word.count > width {
        result.append(word.prefix(width).text)
        word = word.dropFirst(width)
      }
      current = Array(word)
    }
    return current.isEmpty ? result : result + [current.text]
  }

  private static func json(_ value: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind("tojson", ["ensure_ascii", "indent", "separators", "sort_keys"])
    var indentation: String?
    if let text = bound[1]?.text {
      indentation = text
    } else if let width = try bound.optionalInteger(1) {
      try Budget.checkText(width)
      indentation = String(repeating: " ", count: max(width, 0))
    }
    var separators: (item: String, key: String)?
    switch bound[2] {
    case .list(let parts), .tuple(let parts):
      guard parts.values.count == 2, let item = parts.values[0].text, let key = parts.values[1].text
      else { throw TemplateError.evaluation("'tojson' expects two strings as 'separators'") }
      separators = (item, key)
    case nil, .some(.none): break
    default: throw TemplateError.evaluation("'tojson' expects two strings as 'separators'")
    }
    return .string(
      try JSONWriter.text(
        of: value,
        JSONWriter(
          escapesNonASCII: bound.bool(0), indentation: indentation, separators: separators,
          sortsKeys: bound.bool(3))))
  }

  private static func urlEncoded(_ value: Value, _ interpreter: Interpreter) throws -> Value {
    func quoted(_ value: Value, spaces: String, keeps: String) throws -> String {
      try PythonText.string(value).utf8.reduce(into: "") { result, byte in
        let scalar = Unicode.Scalar(byte)
        if byte < 0x80, scalar.isWord || "-.~\(keeps)".unicodeScalars.contains(scalar) {
          result.unicodeScalars.append(scalar)
        } else if byte == 0x20 {
          result += spaces
        } else {
          let digits = String(byte, radix: 16, uppercase: true)
          result += "%" + (digits.count < 2 ? "0" : "") + digits
        }
      }
    }
    if value.text != nil { return .string(try quoted(value, spaces: "%20", keeps: "/")) }
    let pairs: [Value]
    switch value {
    case .dictionary: pairs = try Methods.items(of: value)
    case .list, .tuple, .object: pairs = try interpreter.elements(of: value)
    default: return .string(try quoted(value, spaces: "%20", keeps: "/"))
    }
    return .string(
      try pairs.map { pair in
        let parts = try interpreter.elements(of: pair)
        guard parts.count == 2 else {
          throw TemplateError.evaluation("'urlencode' expects pairs of name and value")
        }
        return try quoted(parts[0], spaces: "+", keeps: "") + "="
          + quoted(parts[1], spaces: "+", keeps: "")
      }.joined(separator: "&"))
  }
}
