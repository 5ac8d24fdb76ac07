import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore
@testable import Studio

struct GzipReplyTests {
  @Test(
    arguments: [
      ("gzip", true), ("br, gzip;q=0.5", true), ("GZIP ; q=1", true), ("*", true),
      ("deflate, x-gzip", true), ("gzip;q=0", false), ("gzip;q=0, *", false), ("*;q=0", false),
      ("br", false), ("", false), ("identity", false), (nil, false),
    ] as [(String?, Bool)])
  func whoTakesGzip(header: String?, isTaken: Bool) {
    #expect(GzipReply.isAccepted(header) == isTaken)
  }

  @Test func whatIsPackedIsUnpackedToTheSame() throws {
    let bytes = (0..<5000).map { UInt8($0 % 7) }
    let packed = try #require(GzipReply.pack(bytes, level: 5))
    #expect(packed.count < 200)
    #expect(try Self.unpacked(packed) == bytes)
    #expect(GzipReply.pack(Array(bytes.prefix(1000)), level: 5) == nil)
    var generator = Seed(3).generator
    let noise = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    #expect(GzipReply.pack(noise, level: 5) == nil)
  }

  @Test func filesOfThePageArePackedUnderATagOfTheirOwn() async throws {
    let site = try Site()
    for (path, type) in [
      ("/", "text/html"), ("/assets/studio.js", "text/javascript"),
      ("/assets/studio.css", "text/css"),
    ] {
      let plain = await site.visitor.send("GET", path)
      let packed = await site.visitor.send("GET", path, headers: ["accept-encoding": "gzip, br"])
      #expect(plain.headers["Content-Encoding"] == nil)
      #expect(plain.headers["Vary"] == "Accept-Encoding")
      #expect(packed.headers["Vary"] == "Accept-Encoding")
      #expect(packed.headers["Content-Type"]?.hasPrefix(type) == true)
      guard plain.bytes.count >= GzipReply.shortest else { continue }
      #expect(packed.headers["Content-Encoding"] == "gzip", "\(path)")
      #expect(packed.headers["Content-Length"] == String(packed.bytes.count))
      #expect(packed.bytes.count < plain.bytes.count)
      #expect(try Self.unpacked(packed.bytes) == plain.bytes)
      let (tag, other) = (try #require(packed.headers["ETag"]), plain.headers["ETag"])
      #expect(tag != other)
      for (accepted, status) in [("gzip", 304), ("identity", 200)] {
        let again = await site.visitor.send(
          "GET", path, headers: ["accept-encoding": accepted, "if-none-match": tag])
        #expect(again.status == status)
        #expect(again.headers["Vary"] == "Accept-Encoding")
      }
      let head = await site.visitor.send("HEAD", path, headers: ["accept-encoding": "gzip"])
      #expect(head.headers["ETag"] == tag && head.bytes.isEmpty)
      #expect(head.headers["Content-Length"] == String(packed.bytes.count))
    }
  }

  @Test func figuresArePackedForThoseWhoTakeIt() async throws {
    let site = try Site()
    try site.addPairs(30)
    let owner = try await site.person("owner", .owner)
    for _ in 0..<30 { _ = await owner.submit(await owner.next().json) }
    let plain = await owner.send("GET", "/api/answers?limit=50")
    let packed = await owner.send(
      "GET", "/api/answers?limit=50", headers: ["accept-encoding": "gzip"])
    #expect(plain.headers["Vary"] == "Accept-Encoding" && plain.headers["Content-Encoding"] == nil)
    #expect(packed.headers["Content-Encoding"] == "gzip")
    #expect(packed.headers["Content-Type"] == "application/json")
    #expect(try Self.unpacked(packed.bytes) == plain.bytes)
    #expect(packed.bytes.count * 3 < plain.bytes.count)
    let refused = await site.visitor.send(
      "GET", "/api/answers", headers: ["accept-encoding": "gzip"])
    #expect(refused.status == 401 && refused.headers["Content-Encoding"] == nil)
  }

  /// The attack BREACH needs a secret and foreign words in one packed answer.
  @Test func nothingWithASecretIsPacked() async throws {
    let site = try Site()
    try site.addPairs(1)
    let owner = try await site.person("owner", .owner)
    for route in site.table.routes where route.isPacked {
      #expect(route.method == .get, "\(route.path)")
    }
    let gzip = ["accept-encoding": Optional("gzip")]
    let big = String(repeating: "guideline ", count: 500)
    var settings = await owner.send("GET", "/api/settings").json.objectValue ?? [:]
    settings["guidelines"] = .string(big)
    #expect(await owner.send("PUT", "/api/settings", .object(settings)).status == 200)
    for (method, path, body) in [
      ("GET", "/api/session", nil), ("POST", "/api/tasks/next", [:]),
      ("POST", "/api/invitations", ["role": "rater"]),
    ] as [(String, String, JSONValue?)] {
      let reply = await owner.send(method, path, body, headers: gzip)
      #expect(reply.status == 200 && reply.headers["Content-Encoding"] == nil, "\(path)")
    }
  }

  private static func unpacked(_ packed: [UInt8]) throws -> [UInt8] {
    let inflater = try GzipInflater(name: "the answer")
    var result = [UInt8](repeating: 0, count: 1 << 20)
    let progress = try packed.withUnsafeBytes { input in
      try result.withUnsafeMutableBytes { try inflater.inflate(input, into: $0) }
    }
    #expect(progress.consumed == packed.count && inflater.isBetweenMembers)
    return Array(result.prefix(progress.produced))
  }
}
