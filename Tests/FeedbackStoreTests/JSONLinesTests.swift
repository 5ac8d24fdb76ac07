import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

struct JSONLinesTests {
  @Test func blankLinesCountButHoldNothing() throws {
    try withFolder { folder in
      let file = try folder.with("a.jsonl", lines: ["{\"a\":1}", "", " \t", "2"])
      let values = try JSONLines.values(of: file)
      #expect(values.map(\.line) == [1, 4])
      #expect(values.map(\.value) == [["a": 1], 2])
    }
  }

  @Test(arguments: [
    (
      ["{}", "{\"a\": nope}"],
      ":2: not JSON: the line found an unknown word, expected a value at byte 7."
    ),
    (
      ["{}", "", "{\"a\": \"b"],
      ":3: not JSON: the line ends inside a string that starts at byte 7."
    ),
    (
      ["[", "{}", "]"],
      ":1: not JSON: the line ends where a value was expected at byte 2. Expected one object per line, "
        + "not one array of all; `jq -c '.[]'` makes lines of it."
    ),
    (
      ["{", "\"a\": 1}"],
      ":1: not JSON: the line found the end, expected the name of a member in double quotes at byte 2. "
        + "Expected each object on one line of its own."
    ),
    (["chosen,rejected"], ":1: not JSON: the line found 'c', expected a value at byte 1."),
  ])
  func messages(lines: [String], message: String) throws {
    try withFolder { folder in
      let file = try folder.with("a.jsonl", lines: lines)
      #expect(thrown { _ = try JSONLines.values(of: file) }?.message == file.path + message)
    }
  }

  @Test func invalidUTF8NamesItsLine() throws {
    try withFolder { folder in
      let file = try folder.with(
        "a.jsonl", Array("{}\n{\"a\": \"".utf8) + [0xc3, 0x28] + Array("\"}\n".utf8))
      #expect(
        thrown { _ = try JSONLines.values(of: file) }?.message
          == "\(file.path):2: not JSON: the line holds invalid UTF-8 in a string at byte 7.")
    }
  }

  @Test(arguments: ["", "\n", " \n\n", "\u{feff}"])
  func emptyFiles(content: String) throws {
    try withFolder { folder in
      let file = try folder.with("a.jsonl", content.utf8)
      #expect(
        thrown { _ = try JSONLines.values(of: file) }?.message
          == "\(file.path) is empty; expected one JSON object per line.")
    }
  }

  @Test func readingGoesOnAfterALineThatIsNotJSON() throws {
    try withFolder { folder in
      let lines = try JSONLines(folder.with("a.jsonl", lines: ["1", "x", "3"]))
      var values: [JSONValue?] = []
      while let line = try lines.next() { values.append(try? line.value.get()) }
      #expect(values == [1, nil, 3])
    }
  }
}
