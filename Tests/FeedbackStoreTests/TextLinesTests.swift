import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

struct TextLinesTests {
  private func lines(_ bytes: [UInt8], longest: Int = 1 << 20) throws -> [String] {
    try withFolder { folder in
      let file = try TextLines(folder.with("data", bytes), longestLine: longest)
      var lines: [String] = []
      while let line = try file.next() {
        #expect(line.number == lines.count + 1)
        lines.append(String(decoding: line.bytes, as: UTF8.self))
      }
      #expect(try file.next() == nil)
      return lines
    }
  }

  @Test(
    arguments: [
      ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]),
      ("\n\na\n\n", ["", "", "a", ""]), ("\u{feff}a\nb\n", ["a", "b"]), ("\u{feff}", []),
      ("a\rb\n", ["a\rb"]), ("\u{85}\u{2028}\0\n", ["\u{85}\u{2028}\0"]),
    ] as [(String, [String])])
  func endsOfLines(content: String, expected: [String]) throws {
    #expect(try lines(Array(content.utf8)) == expected)
    #expect(try lines(gzip(Array(content.utf8))) == expected)
  }

  @Test func piecesOfAnySizeJoin() throws {
    var generator = Seed(11).generator
    let expected = (0..<3000).map { index in
      "\(index) " + String(repeating: "x", count: Int.random(in: 0...400, using: &generator))
    }
    let content = Array(expected.joined(separator: "\n").utf8)
    #expect(content.count > 500_000)
    #expect(try lines(content) == expected)
    #expect(try lines(gzip(content)) == expected)
  }

  @Test func highlyPackedFilesUnpackInPieces() throws {
    let line = String(repeating: "a", count: 900_000)
    #expect(try lines(gzip(Array("\(line)\n\(line)\nb".utf8))) == [line, line, "b"])
  }

  @Test func membersOfGzipJoin() throws {
    let members = try gzip(Array("a\nb".utf8)) + gzip([]) + gzip(Array("c\nd".utf8))
    #expect(try lines(members) == ["a", "bc", "d"])
    #expect(try lines(members + [0, 0, 0]) == ["a", "bc", "d"])
  }

  @Test func cutGzipIsNoticedWhereverItIsCut() throws {
    let whole = try gzip(Array((0..<50).map { "line \($0)\n" }.joined().utf8))
    for length in [3, 10, whole.count / 2, whole.count - 8, whole.count - 1] {
      let error = thrown { _ = try lines(Array(whole[..<length])) }
      #expect(error?.code == .invalidData)
      #expect(error?.message.contains("is cut off: its gzip stream ends early") == true)
    }
  }

  @Test func damagedGzipIsNoticed() throws {
    var damaged = try gzip(Array((0..<500).map { "line \($0)\n" }.joined().utf8))
    damaged[damaged.count - 6] ^= 0xff
    #expect(
      thrown { _ = try lines(damaged) }?.message.contains("is not an intact gzip file") == true)
    let trailing = try gzip(Array("a\n".utf8)) + [0, 7]
    #expect(
      thrown { _ = try lines(trailing) }?.message
        .contains("has something after the end of its gzip stream") == true)
    let garbage = try gzip(Array("a\n".utf8)) + Array("garbage".utf8)
    #expect(thrown { _ = try lines(garbage) }?.code == .invalidData)
  }

  @Test func longLinesAreRefused() throws {
    let content = Array("short\n\(String(repeating: "x", count: 200_000))\n".utf8)
    #expect(try lines(content, longest: 200_000).count == 2)
    for content in [content, try gzip(content)] {
      let error = thrown { _ = try lines(content, longest: 199_999) }
      #expect(
        error?.message.hasSuffix(
          ":2: the line is longer than 199999 bytes; expected one JSON value per line.") == true)
    }
  }

  @Test(
    arguments: [
      (Array("PAR1xxxx".utf8), "a Parquet file"), (Array("PK\u{3}\u{4}".utf8), "a zip archive"),
      (Array("BZh9".utf8), "a bzip2 file"), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "an xz file"),
      ([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file"), ([0xff, 0xfe, 0x7b, 0], "in UTF-16"),
      ([0xfe, 0xff, 0, 0x7b], "in UTF-16"), (Array("ARROW1".utf8), "an Arrow file"),
    ] as [([UInt8], String)])
  func otherKindsAreNamed(bytes: [UInt8], kind: String) {
    #expect(
      thrown { _ = try lines(bytes) }?.message
        .hasSuffix("is \(kind); expected lines in UTF-8, plain or packed with gzip.") == true)
  }

  @Test func missingFilesAndFolders() throws {
    try withFolder { folder in
      let missing = thrown { _ = try TextLines(folder.appending(path: "none.jsonl")) }
      #expect(missing?.code == .notFound)
      #expect(
        missing?.message.hasSuffix("none.jsonl does not exist; expected a file there.") == true)
      let under = try folder.with("file", []).appending(path: "none")
      #expect(thrown { _ = try TextLines(under) }?.code == .notFound)
      #expect(
        thrown { _ = try TextLines(folder) }?.message
          .hasSuffix(" is a folder; expected a file. Name the files in it.") == true)
    }
  }

  @Test func progressAndHashAreThoseOfTheFileOnDisk() throws {
    try withFolder { folder in
      let packed = try gzip(Array("a\nb\n".utf8))
      let file = try TextLines(folder.with("a.gz", packed))
      while try file.next() != nil {}
      #expect(file.size == packed.count && file.bytesRead == packed.count)
      #expect(file.contentHash() == ContentHash(of: packed))
    }
  }
}
