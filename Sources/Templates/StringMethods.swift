/// The methods of Python's strings.
enum StringMethods {
  static let all: [String: Methods.Method] =
    plain.mapValues(method).merging(questions.mapValues(method)) { first, _ in first }
    .merging(others) { first, _ in first }

  private static func method(
    _ change: @escaping @Sendable (String) -> String
  ) -> Methods.Method {
    { owner, arguments, _ in
      _ = try arguments.bind("method", [])
      return .string(change(owner.text ?? ""))
    }
  }

  private static func method(
    _ question: @escaping @Sendable (String) -> Bool
  ) -> Methods.Method {
    { owner, arguments, _ in
      _ = try arguments.bind("method", [])
      return .bool(question(owner.text ?? ""))
    }
  }

  private static let plain: [String: @Sendable (String) -> String] = [
    "upper": TextCase.upper, "lower": TextCase.lower, "casefold": TextCase.folded,
    "capitalize": TextCase.capitalized, "title": TextCase.title, "swapcase": TextCase.swapped,
  ]

  private static let questions: [String: @Sendable (String) -> Bool] = [
    "isalnum": { every($0) { $0.isLetter || $0.properties.numericType != nil } },
    "isalpha": { every($0, \.isLetter) },
    "isascii": { $0.utf8.allSatisfy { $0 < 0x80 } },
    "isdecimal": { every($0) { $0.properties.numericType == .decimal } },
    "isdigit": {
      every($0) { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
    },
    "isnumeric": { every($0) { $0.properties.numericType != nil } },
    "isidentifier": {
      every($0, \.isWord) && !($0.unicodeScalars.first?.isASCIIDigit ?? true)
    },
    "islower": { isLower($0) }, "isupper": { isUpper($0) },
    "isspace": { every($0, \.isPythonSpace) },
    "isprintable": { $0.unicodeScalars.allSatisfy(\.isPrintable) },
    "istitle": { text in
      text.unicodeScalars.contains(where: \.isCased) && TextCase.title(text).isIdentical(to: text)
    },
  ]

  private static func every(_ text: String, _ test: (Unicode.Scalar) -> Bool) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy(test)
  }

  /// Whether there are cased characters, none of them upper case.
  static func isLower(_ text: String) -> Bool {
    text.unicodeScalars.contains(where: \.isCased)
      && text.unicodeScalars.allSatisfy { !$0.isCased || $0.properties.isLowercase }
  }

  /// Whether there are cased characters, none of them lower case.
  static func isUpper(_ text: String) -> Bool {
    text.unicodeScalars.contains(where: \.isCased)
      && text.unicodeScalars.allSatisfy { !$0.isCased || $0.properties.isUppercase }
  }

  private static let others: [String: Methods.Method] = [
    "strip": { owner, arguments, _ in try strip(owner, arguments, "strip", .both) },
    "lstrip": { owner, arguments, _ in try strip(owner, arguments, "lstrip", .start) },
    "rstrip": { owner, arguments, _ in try strip(owner, arguments, "rstrip", .end) },
    "split": { owner, arguments, _ in try split(owner, arguments, "split") },
    "rsplit": { owner, arguments, _ in try split(owner, arguments, "rsplit") },
    "splitlines": { owner, arguments, _ in try lines(owner, arguments) },
    "startswith": { owner, arguments, _ in try affix(owner, arguments, "startswith") },
    "endswith": { owner, arguments, _ in try affix(owner, arguments, "endswith") },
    "removeprefix": { owner, arguments, _ in try removing(owner, arguments, "removeprefix") },
    "removesuffix": { owner, arguments, _ in try removing(owner, arguments, "removesuffix") },
    "replace": { owner, arguments, _ in try replace(owner, arguments) },
    "find": { owner, arguments, _ in try find(owner, arguments, "find") },
    "rfind": { owner, arguments, _ in try find(owner, arguments, "rfind") },
    "index": { owner, arguments, _ in try find(owner, arguments, "index") },
    "rindex": { owner, arguments, _ in try find(owner, arguments, "rindex") },
    "count": { owner, arguments, _ in try count(owner, arguments) },
    "join": { owner, arguments, interpreter in try join(owner, arguments, interpreter) },
    "format": { owner, arguments, interpreter in
      .string(try BraceFormat.format(owner.text ?? "", arguments, interpreter))
    },
    "partition": { owner, arguments, _ in try partition(owner, arguments, "partition") },
    "rpartition": { owner, arguments, _ in try partition(owner, arguments, "rpartition") },
    "center": { owner, arguments, _ in try pad(owner, arguments, "center") },
    "ljust": { owner, arguments, _ in try pad(owner, arguments, "ljust") },
    "rjust": { owner, arguments, _ in try pad(owner, arguments, "rjust") },
    "zfill": { owner, arguments, _ in try zeroFilled(owner, arguments) },
    "expandtabs": { owner, arguments, _ in try expandedTabs(owner, arguments) },
  ]
}
