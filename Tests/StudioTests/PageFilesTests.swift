import FeedbackStore
import Foundation
import Testing

@testable import Studio

struct PageFilesTests {
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
