extension StringMethods {
  static func strip(
    _ owner: Value, _ arguments: Arguments, _ name: String, _ ends: TextSearch.Ends
  ) throws -> Value {
    let set = try arguments.bind(name, ["chars"]).optionalText(0)
    return .string(TextSearch.trimmed(owner.text ?? "", set, ends))
  }

  static func split(_ owner: Value, _ arguments: Arguments, _ name: String) throws -> Value {
    let bound = try arguments.bind(name, ["sep", "maxsplit"])
    let text = owner.text ?? ""
    let limit = try bound.integer(1, default: -1)
    let cuts = limit < 0 ? Int.max : limit
    let isFromRight = name == "rsplit"
    let parts: [String]
    if let separator = try bound.optionalText(0) {
      guard !separator.isEmpty else {
        throw TemplateError.evaluation("'\(name)' by an empty string")
      }
      parts =
        isFromRight
        ? TextSearch.splitFromRight(text, by: separator, limit: cuts)
        : TextSearch.split(text, by: separator, limit: cuts)
    } else {
      parts =
        isFromRight
        ? TextSearch.wordsFromRight(text, limit: cuts) : TextSearch.words(text, limit: cuts)
    }
    return try .list(parts.map { .string($0) })
  }

  static func lines(_ owner: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind("splitlines", ["keepends"])
    return try .list(
      TextSearch.lines(owner.text ?? "", keepsEnds: bound.bool(0)).map { .string($0) })
  }

  static func affix(_ owner: Value, _ arguments: Arguments, _ name: String) throws -> Value {
    let bound = try arguments.bind(name, ["affix", "start", "end"], required: 1)
    var text = owner.text ?? ""
    if bound[1] != nil || bound[2] != nil {
      let scalars = text.scalars
      let places = try Interpreter.positions(
        bound[1] ?? .none, bound[2] ?? .none, .none, count: scalars.count)
      text = places.lazy.map { scalars[$0] }.text
    }
    let parts: [Value]
    if case .tuple(let several) = bound[0] {
      parts = several.values
    } else {
      parts = [bound[0] ?? .none]
    }
    for part in parts {
      guard let part = part.text else {
        throw part.misuse(
          "'\(name)' expects a string or a tuple of strings, not '\(part.typeName)'")
      }
      if name == "startswith" ? starts(text, with: part) : ends(text, with: part) {
        return .bool(true)
      }
    }
    return .bool(false)
  }

  private static func starts(_ text: String, with part: String) -> Bool {
    text.utf8.starts(with: part.utf8)
  }

  private static func ends(_ text: String, with part: String) -> Bool {
    text.utf8.reversed().starts(with: part.utf8.reversed())
  }

  static func removing(_ owner: Value, _ arguments: Arguments, _ name: String) throws -> Value {
    let isPrefix = name == "removeprefix"
    let (text, part) = try textAndPart(
      owner, arguments, name, isPrefix ? "prefix" : "suffix")
    guard isPrefix ? starts(text, with: part) : ends(text, with: part) else { return .string(text) }
    let count = part.utf8.count
    let bytes = isPrefix ? text.utf8.dropFirst(count) : text.utf8.dropLast(count)
    return .string(String(decoding: bytes, as: UTF8.self))
  }

  static func textAndPart(
    _ owner: Value, _ arguments: Arguments, _ name: String, _ parameter: String
  ) throws -> (String, String) {
    (
      owner.text ?? "",
      try arguments.bind(name, [parameter], required: 1).text(0, default: "")
    )
  }

  static func replace(_ owner: Value, _ arguments: Arguments) throws -> Value {
    let bound = try arguments.bind("replace", ["old", "new", "count"], required: 2)
    return .string(
      try TextSearch.replace(
        bound.text(0, default: ""), with: bound.text(1, default: ""), in: owner.text ?? "",
        limit: bound.integer(2)))
  }

  static func count(_ owner: Value, _ arguments: Arguments) throws -> Value {
    let (text, part) = try range(owner, arguments, "count")
    guard !part.isEmpty else { return .integer(text.count + 1) }
    var (count, position) = (0, 0)
    while let next = find(part, in: text, from: position) {
      count += 1
      position = next + part.count
    }
    return .integer(count)
  }

  static func join(
    _ owner: Value, _ arguments: Arguments, _ interpreter: Interpreter
  ) throws -> Value {
    let bound = try arguments.bind("join", ["iterable"], required: 1)
    let parts = try interpreter.elements(of: bound[0] ?? .none).enumerated().map { index, part in
      guard let text = part.text else {
        throw part.misuse("'join' expects strings; element \(index) is of type '\(part.typeName)'")
      }
      return text
    }
    return .string(try joined(parts, owner.text ?? ""))
  }

  static func zeroFilled(_ owner: Value, _ arguments: Arguments) throws -> Value {
    let width = try arguments.bind("zfill", ["width"], required: 1).integer(0, default: 0)
    try Budget.checkText(width)
    let scalars = (owner.text ?? "").scalars
    let signLength = scalars.first == "-" || scalars.first == "+" ? 1 : 0
    var result = Array(scalars.prefix(signLength))
    result += Array(repeating: "0", count: max(width - scalars.count, 0))
    result += scalars.dropFirst(signLength)
    return .string(result.text)
  }

  static func expandedTabs(_ owner: Value, _ arguments: Arguments) throws -> Value {
    let size = try arguments.bind("expandtabs", ["tabsize"]).integer(0, default: 8)
    var (result, column) = ("", 0)
    for scalar in (owner.text ?? "").unicodeScalars {
      if scalar == "\t" {
        let count = size > 0 ? size - column % size : 0
        try Budget.checkText(count)
        result += String(repeating: " ", count: count)
        try Budget.checkText(result.utf8.count)
        column += count
      } else {
        result.unicodeScalars.append(scalar)
        column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
      }
    }
    return .string(result)
  }

  /// The characters to search, and those to look for.
  static func range(
    _ owner: Value, _ arguments: Arguments, _ name: String
  ) throws -> (text: [Unicode.Scalar], part: [Unicode.Scalar]) {
    let bound = try arguments.bind(name, ["sub", "start", "end"], required: 1)
    let text = (owner.text ?? "").scalars
    let places = try Interpreter.positions(
      bound[1] ?? .none, bound[2] ?? .none, .none, count: text.count)
    return (places.map { text[$0] }, try bound.text(0, default: "").scalars)
  }

  static func find(_ part: [Unicode.Scalar], in text: [Unicode.Scalar], from start: Int) -> Int? {
    guard start + part.count <= text.count else { return nil }
    return (start...text.count - part.count).first { place in
      part.indices.allSatisfy { text[place + $0] == part[$0] }
    }
  }

  /// `find`, `index` and their kin from the right.
  static func find(_ owner: Value, _ arguments: Arguments, _ name: String) throws -> Value {
    let bound = try arguments.bind(name, ["sub", "start", "end"], required: 1)
    let (text, part) = try range(owner, arguments, name)
    let count = (owner.text ?? "").unicodeScalars.count
    let start = try bound.optionalInteger(1) ?? 0
    let offset = start < 0 ? max(start + count, 0) : start
    var place: Int?
    if part.count <= text.count, offset <= count {
      let candidates = 0...text.count - part.count
      func matches(_ place: Int) -> Bool {
        part.indices.allSatisfy { text[place + $0] == part[$0] }
      }
      place =
        name.hasPrefix("r") ? candidates.last(where: matches) : candidates.first(where: matches)
    }
    if let place { return .integer(place + offset) }
    guard name.hasSuffix("find") else {
      throw TemplateError.evaluation("'\(name)' does not find the string")
    }
    return .integer(-1)
  }

  /// The parts with `separator` between them, if they are not too long.
  static func joined(_ parts: [String], _ separator: String) throws -> String {
    var size = 0
    for part in parts {
      size += part.utf8.count + separator.utf8.count
      try Budget.checkText(size - separator.utf8.count)
    }
    return parts.joined(separator: separator)
  }

  static func partition(_ owner: Value, _ arguments: Arguments, _ name: String) throws -> Value {
    let (text, separator) = try textAndPart(owner, arguments, name, "sep")
    guard !separator.isEmpty else { throw TemplateError.evaluation("'\(name)' by an empty string") }
    let isFromRight = name == "rpartition"
    let parts =
      isFromRight
      ? TextSearch.splitFromRight(text, by: separator, limit: 1)
      : TextSearch.split(text, by: separator, limit: 1)
    let result =
      parts.count == 2
      ? [parts[0], separator, parts[1]] : isFromRight ? ["", "", text] : [text, "", ""]
    return try .tuple(result.map { .string($0) })
  }

  static func pad(_ owner: Value, _ arguments: Arguments, _ name: String) throws -> Value {
    let bound = try arguments.bind(name, ["width", "fillchar"], required: 1)
    let width = try bound.integer(0, default: 0)
    let fill = try bound.text(1, default: " ").scalars
    guard fill.count == 1 else {
      throw TemplateError.evaluation("'\(name)' expects a single character to fill up with")
    }
    try Budget.checkText(width)
    let scalars = (owner.text ?? "").scalars
    let missing = max(width - scalars.count, 0)
    let left: Int
    switch name {
    case "ljust": left = 0
    case "rjust": left = missing
    default: left = missing / 2 + (missing & width & 1)
    }
    return .string(
      (Array(repeating: fill[0], count: left) + scalars
        + Array(repeating: fill[0], count: missing - left)).text)
  }
}
