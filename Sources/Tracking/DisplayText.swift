import Foundation

/// Text on a terminal: how wide it is, and what must not reach it.
public enum DisplayText {
  /// The number of terminal cells that `text` takes: two for wide East Asian characters and emoji.
  static func width(_ text: String) -> Int {
    text.reduce(0) { $0 + width($1) }
  }

  /// One line that cannot steer the terminal: control characters become spaces, runs of them one.
  static func singleLine(_ text: String) -> String {
    var result = ""
    var wasSpace = false
    for scalar in text.unicodeScalars {
      let isSpace = isUnsafe(scalar) || scalar.properties.isWhitespace
      if !isSpace {
        result.unicodeScalars.append(scalar)
      } else if !wasSpace {
        result += " "
      }
      wasSpace = isSpace
    }
    return result
  }

  /// Lines that cannot steer the terminal: control characters but line feeds become spaces.
  public static func printable(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var result = String.UnicodeScalarView()
      for scalar in line.unicodeScalars { result.append(isUnsafe(scalar) ? " " : scalar) }
      return String(result)
    }.joined(separator: "\n")
  }

  /// `text` cut to `limit` cells, with an ellipsis where something is missing.
  static func truncated(_ text: String, to limit: Int, ellipsis: String = "…") -> String {
    guard width(text) > limit else { return text }
    let room = limit - width(ellipsis)
    guard room > 0 else { return String(repeating: ".", count: max(0, min(limit, 1))) }
    var result = ""
    var used = 0
    for character in text {
      used += width(character)
      if used > room { break }
      result.append(character)
    }
    return result + ellipsis
  }

  /// `text` on lines of at most `limit` cells, broken between words where possible.
  static func wrapped(_ text: String, to limit: Int) -> [String] {
    let limit = max(1, limit)
    var lines: [String] = []
    for paragraph in text.split(separator: /\r\n|\n|\r/, omittingEmptySubsequences: false) {
      let firstLine = lines.count
      var line = ""
      for word in singleLine(String(paragraph)).split(separator: " ") {
        var rest = word
        if !line.isEmpty, width(line) + 1 + width(String(rest)) > limit {
          if !line.isEmpty || lines.count == firstLine { lines.append(line) }
          line = ""
        }
        while line.isEmpty, width(String(rest)) > limit {
          let head = prefix(rest, cells: limit)
          lines.append(String(head))
          rest = rest.dropFirst(head.count)
        }
        line += line.isEmpty ? String(rest) : " \(rest)"
      }
      if !line.isEmpty || lines.count == firstLine { lines.append(line) }
    }
    return lines
  }

  /// `text` filled up with spaces to `width` cells.
  static func padded(_ text: String, to width: Int, atStart: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - self.width(text)))
    return atStart ? fill + text : text + fill
  }

  private static func prefix(_ text: Substring, cells: Int) -> Substring {
    var used = 0
    let end = text.indices.first { index in
      used += width(text[index])
      return used > cells
    }
    // A single character that is wider than the line stands alone.
    return text[..<max(end ?? text.endIndex, text.index(after: text.startIndex))]
  }

  private static func width(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.properties.isEmojiPresentation
      || character.unicodeScalars.contains(where: { $0 == "\u{fe0f}" })
    {
      return 2
    }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch first.value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff,
      0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }

  /// Characters that move the cursor, start an escape sequence or turn the direction of text around.
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
