import FeedbackStore
import Foundation
import Testing

@testable import Studio

struct PageFilesTests {
  @Test func whatIsPackedIsAGzipMember() throws {
    let bytes = Array(String(repeating: "the same words again and again; ", count: 200).utf8)
    let packed = try Gzip.pack(bytes)
    #expect(packed.starts(with: [0x1f, 0x8b, 8]) && packed.count < bytes.count / 20)
    // The member ends with the length of what it holds.
    let length = packed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length == bytes.count)
    #expect(try Gzip.pack([]).starts(with: [0x1f, 0x8b]))
  }

  @Test(arguments: [
    ("gzip", true), ("gzip, deflate, br", true), ("br;q=1, GZIP;q=0.5", true), ("*", true),
    ("", false), ("br", false), ("gzip;q=0", false), ("gzip; q=0.000", false), ("xgzip", false),
  ])
  func onlyWhoWantsItGetsIt(_ header: String, isAccepted: Bool) {
    #expect(PageFiles.acceptsGzip(header) == isAccepted)
    #expect(!PageFiles.acceptsGzip(nil))
  }

  @Test func theTwoFormsOfAFileHaveTagsOfTheirOwn() async throws {
    let site = try Site()
    let person = try await site.person("Grace")
    let plain = await person.send("GET", "/assets/studio.js")
    let packed = await person.send(
      "GET", "/assets/studio.js", headers: ["accept-encoding": "gzip"])
    #expect(plain.headers["Content-Encoding"] == nil)
    #expect(packed.headers["Content-Encoding"] == "gzip")
    #expect(plain.headers["Vary"] == "Accept-Encoding")
    #expect(packed.headers["Content-Length"] == String(packed.bytes.count))
    let tag = try #require(packed.headers["ETag"])
    #expect(tag != plain.headers["ETag"])
    let again = await person.send(
      "GET", "/assets/studio.js", headers: ["accept-encoding": "gzip", "if-none-match": tag])
    #expect(again.status == 304 && again.bytes.isEmpty)
    let other = await person.send("GET", "/assets/studio.js", headers: ["if-none-match": tag])
    #expect(other.status == 200)
  }
}
