import FeedbackStore
import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Studio

struct MediaTests {
  private let content = (0..<1000).map { UInt8($0 % 251) }

  private func site() throws -> (Site, String) {
    let site = try Site()
    let hash = String(repeating: "0123456789abcdef", count: 4)
    let folder = site.folder("media")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(content).write(to: folder.appending(path: hash))
    try site.store.addMedia([MediaFile(sha256: hash, type: "audio/wav", bytes: content.count)])
    return (site, hash)
  }

  @Test func aFileIsSentWholeAndInParts() async throws {
    let (site, hash) = try site()
    let person = try await site.person("Grace")
    let whole = await person.send("GET", "/media/\(hash)")
    #expect(whole.status == 200 && whole.bytes == content)
    #expect(whole.headers["Content-Type"] == "audio/wav")
    #expect(whole.headers["ETag"] == "\"\(hash)\"")
    #expect(whole.headers["Accept-Ranges"] == "bytes")
    #expect(whole.headers["Cache-Control"]?.contains("immutable") == true)
    for (range, status, bytes, header) in [
      ("bytes=0-1", 206, 0..<2, "bytes 0-1/1000"),
      ("bytes=100-199", 206, 100..<200, "bytes 100-199/1000"),
      ("bytes=900-", 206, 900..<1000, "bytes 900-999/1000"),
      ("bytes=-500", 206, 500..<1000, "bytes 500-999/1000"),
      ("bytes=-9999", 206, 0..<1000, "bytes 0-999/1000"),
      ("bytes=999-5000", 206, 999..<1000, "bytes 999-999/1000"),
      ("bytes=1000-", 416, 0..<0, "bytes */1000"), ("bytes=-0", 416, 0..<0, "bytes */1000"),
      ("bytes=5-2", 200, 0..<1000, nil), ("bytes=0-1,5-6", 200, 0..<1000, nil),
      ("lines=0-1", 200, 0..<1000, nil), ("nonsense", 200, 0..<1000, nil),
    ] as [(String, Int, Range<Int>, String?)] {
      let answer = await person.send("GET", "/media/\(hash)", headers: ["range": range])
      #expect(answer.status == status, "\(range)")
      #expect(answer.headers["Content-Range"] == header, "\(range)")
      #expect(answer.bytes == Array(content[bytes]), "\(range)")
      if status != 416 {
        #expect(answer.headers["Content-Length"] == String(bytes.count), "\(range)")
      }
    }
  }

  @Test func conditionsAndHeadAreKept() async throws {
    let (site, hash) = try site()
    let person = try await site.person("Grace")
    func ask(_ method: String, _ headers: [String: String?]) async -> Browser.Answer {
      await person.send(method, "/media/\(hash)", headers: headers)
    }
    for known in ["\"\(hash)\"", "W/\"\(hash)\"", "\"x\", \"\(hash)\"", "*"] {
      let answer = await ask("GET", ["if-none-match": known])
      #expect(answer.status == 304 && answer.bytes.isEmpty, "\(known)")
      #expect(answer.headers["ETag"] == "\"\(hash)\"")
    }
    #expect(await ask("GET", ["if-none-match": "\"other\""]).status == 200)
    let same = await ask("GET", ["range": "bytes=0-1", "if-range": "\"\(hash)\""])
    #expect(same.status == 206)
    for other in ["\"other\"", "W/\"\(hash)\"", "Wed, 21 Oct 2015 07:28:00 GMT"] {
      #expect(
        await ask("GET", ["range": "bytes=0-1", "if-range": other]).status == 200, "\(other)")
    }
    let head = await ask("HEAD", ["range": "bytes=0-1"])
    #expect(head.status == 200 && head.bytes.isEmpty)
    #expect(head.headers["Content-Length"] == "1000")
  }

  @Test func onlyThoseWhoAreSignedInSeeMedia() async throws {
    let (site, hash) = try site()
    #expect(await site.visitor.send("GET", "/media/\(hash)").status == 401)
  }

  /// Nothing but a described file of the folder is ever opened.
  @Test func noPathLeadsOut() async throws {
    let (site, hash) = try site()
    let person = try await site.person("Grace")
    let folder = site.folder("media")
    let manager = FileManager.default
    try Data("secret".utf8).write(to: site.folder("secret"))
    func name(_ digit: String) -> String { String(repeating: digit, count: 64) }
    try manager.createSymbolicLink(
      at: folder.appending(path: name("a")), withDestinationURL: site.folder("secret"))
    try manager.createDirectory(
      at: folder.appending(path: name("b")), withIntermediateDirectories: true)
    try Data("unknown".utf8).write(to: folder.appending(path: name("c")))
    #expect(mkfifo(folder.appending(path: name("d")).path, 0o600) == 0)
    try site.store.addMedia(
      ["a", "b", "d", "e"].map { MediaFile(sha256: name($0), type: "image/png", bytes: 6) })
    let targets = [
      "../secret", "%2e%2e/secret", "..%2fsecret", "..%5csecret", "%2e%2e%2fsecret", "secret",
      "\(hash)%00", "%00\(hash)", "\(hash)/", "/\(hash)", "./\(hash)", hash.uppercased(),
      String(hash.dropLast()), hash + "0", "\(hash)/../../secret", "%252e%252e%252fsecret",
      "%c0%ae%c0%ae/secret", "\u{ff0e}\u{ff0e}/secret", "..;/secret", "file:///etc/passwd",
      "/etc/passwd", "%2fetc%2fpasswd", String(repeating: "f", count: 5000), "\(hash).html",
      name("\u{661}"), name("a"), name("b"), name("c"), name("d"), name("e"), "*", "", " ",
    ]
    for target in targets {
      let answer = await person.send("GET", "/media/\(target)")
      #expect(answer.status == 404, "\(target)")
      #expect(!answer.text.contains("secret"))
    }
    #expect(await person.send("GET", "/media/\(hash)").status == 200)
    // A folder that is itself a link is not gone through.
    try manager.moveItem(at: folder, to: site.folder("elsewhere"))
    try manager.createSymbolicLink(at: folder, withDestinationURL: site.folder("elsewhere"))
    #expect(await person.send("GET", "/media/\(hash)").status == 404)
  }

  @Test(arguments: ["text/html", "image/svg+xml", "application/javascript", "audio/x\r\nX: y", ""])
  func whatCouldRunIsSentAsBytes(_ type: String) {
    #expect(MediaReply.type(type) == "application/octet-stream")
  }
}
