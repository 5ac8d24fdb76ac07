/// Upper and lower case as Python's strings have them.
enum TextCase {
  static func upper(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { $0 += $1.properties.uppercaseMapping }
  }

  static func lower(_ text: String) -> String {
    let scalars = text.scalars
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      result += scalar == "Σ" ? sigma(scalars, index) : scalar.properties.lowercaseMapping
    }
    return result
  }

  /// For comparisons that take no notice of case.
  static func folded(_ text: String) -> String {
    upper(text).unicodeScalars.reduce(into: "") { $0 += $1.properties.lowercaseMapping }
  }

  /// The first character in title case, the rest in lower case.
  static func capitalized(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return "" }
    let lowered = lower(text).unicodeScalars
    // The rest is lowered in its context, of which the first character is part.
    let skipped = first.properties.lowercaseMapping.unicodeScalars.count
    return first.properties.titlecaseMapping + String(lowered.dropFirst(skipped))
  }

  /// Every run of cased characters capitalised: `str.title`.
  static func title(_ text: String) -> String {
    let scalars = text.scalars
    var result = ""
    var isInWord = false
    for (index, scalar) in scalars.enumerated() {
      if isInWord {
        result += scalar == "Σ" ? sigma(scalars, index) : scalar.properties.lowercaseMapping
      } else {
        result += scalar.properties.titlecaseMapping
      }
      isInWord = scalar.isCased
    }
    return result
  }

  static func swapped(_ text: String) -> String {
    let scalars = text.scalars
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      if scalar.properties.isUppercase {
        result += scalar == "Σ" ? sigma(scalars, index) : scalar.properties.lowercaseMapping
      } else if scalar.properties.isLowercase {
        result += scalar.properties.uppercaseMapping
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The filter `title`: what follows white space, a dash or an opening bracket is capitalised.
  static func titleWords(_ text: String) -> String {
    var words: [[Unicode.Scalar]] = [[]]
    var wasSeparator = false
    for scalar in text.unicodeScalars {
      let isSeparator =
        scalar.isPythonSpace || ["-", "(", "{", "[", "<"].contains(scalar)
      if isSeparator != wasSeparator { words.append([]) }
      words[words.count - 1].append(scalar)
      wasSeparator = isSeparator
    }
    return words.filter { !$0.isEmpty }.map { word in
      word[0].properties.uppercaseMapping + lower(word.dropFirst().text)
    }.joined()
  }

  /// The small sigma at `index`: another letter at the end of a word.
  private static func sigma(_ scalars: [Unicode.Scalar], _ index: Int) -> String {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return (before?.isCased ?? false) && !(after?.isCased ?? false) ? "ς" : "σ"
  }
}
