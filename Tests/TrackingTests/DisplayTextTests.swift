import Testing

@testable import Tracking

struct DisplayTextTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("ä", 1), ("a\u{308}", 1), ("日本", 4), ("한글", 4), ("😀", 2), ("👩‍👩‍👧", 2),
    ("🇩🇪", 2), ("❤️", 2), ("–", 1), ("ｱ", 1), ("Ａ", 2), ("\u{200b}", 0),
  ])
  func widths(text: String, cells: Int) {
    #expect(DisplayText.width(text) == cells)
  }

  @Test(arguments: [
    ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 4, "日…"), ("日本語", 5, "日本…"), ("ab", 1, "."),
    ("ab", 0, ""),
  ])
  func truncation(text: String, limit: Int, expected: String) {
    #expect(DisplayText.truncated(text, to: limit) == expected)
  }

  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]), ("abcdefgh", 3, ["abc", "def", "gh"]),
    ("a\n\nb", 5, ["a", "", "b"]), ("", 5, [""]), ("日本語", 3, ["日", "本", "語"]),
    ("日本", 1, ["日", "本"]), ("x abcdef y", 4, ["x", "abcd", "ef y"]), ("a\r\nb", 9, ["a", "b"]),
  ])
  func wrapping(text: String, limit: Int, lines: [String]) {
    #expect(DisplayText.wrapped(text, to: limit) == lines)
  }

  @Test func controlCharactersBecomeSpaces() {
    #expect(DisplayText.singleLine("a\u{1b}[31m\tb\u{202e}\r\n c") == "a [31m b c")
  }
}
