import FeedbackStore
import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Studio

/// Connections that keep a server busy and bring nothing; with the other tests of connections, one after another.
extension ServingTests {
  @Test func silentAndHalfRequestsDoNotKeepPeopleFromVoting() async throws {
    let site = try Site { options, _ in options.port = 0 }
    try site.addPairs(20)
    let person = try await site.person("Grace")
    try await site.serving { port in
      // Each takes a descriptor on either side.
      let count = min(2000, Descriptors.allow(connections: 4200) / 2 - 100)
      let silent = try (0..<count).map { number in
        let wire = try Wire(port)
        if number % 4 == 1 { wire.write("GET /api/session HTT") }
        if number % 4 == 2 {
          wire.write(
            "POST /api/answers HTTP/1.1\r\nHost: localhost:\(port)\r\nContent-Length: 100\r\n\r\n{")
        }
        return wire
      }
      let start = ContinuousClock.now
      for _ in 0..<20 { #expect(try await person.vote(over: port) == 200) }
      #expect(ContinuousClock.now - start < .seconds(10))
      withExtendedLifetime(silent) {}
    }
    #expect(try site.answerCount() == 20)
  }

  @Test func thoseWhoDoNotReadDoNotKeepPeopleFromVoting() async throws {
    let site = try Site { options, _ in options.port = 0 }
    try site.addPairs(20)
    let hash = try site.addMedia(bytes: 4_000_000)
    let person = try await site.person("Grace")
    let cookie = try #require(person.cookie)
    try await site.serving { port in
      // Each asks for far more than a connection holds, over and over, and takes nothing.
      let slow = try (0..<40).map { _ in
        let wire = try Wire(port)
        let ask =
          "GET /media/\(hash) HTTP/1.1\r\nHost: localhost:\(port)\r\nCookie: \(cookie)\r\n\r\n"
        wire.write(String(repeating: ask, count: 5))
        return wire
      }
      let start = ContinuousClock.now
      for _ in 0..<20 { #expect(try await person.vote(over: port) == 200) }
      #expect(ContinuousClock.now - start < .seconds(10))
      #expect(slow[0].read(20, until: "Content-Length").text.contains("200 OK"))
    }
    #expect(try site.answerCount() == 20)
  }
}

extension Site {
  /// Adds a file that people may ask for; its name.
  fileprivate func addMedia(bytes count: Int) throws -> String {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let hash = ContentHash(of: content).description
    let media = folder("media")
    try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
    try Data(content).write(to: media.appending(path: hash))
    try store.addMedia([MediaFile(sha256: hash, type: "audio/wav", bytes: count)])
    return hash
  }
}

extension Browser {
  /// Takes a task and answers it over a connection; the status of the last answer.
  fileprivate func vote(over port: Int) async throws -> Int {
    let next = try ask(port, "/api/tasks/next", ["not": []])
    guard let start = next.firstRange(of: "\r\n\r\n") else { return 0 }
    let view = try JSONValue(parsing: String(next[start.upperBound...]))
    let body = Self.submission(
      view, ["kind": "pair", "verdict": "first"], id: UUID().uuidString.lowercased())
    return try Int(ask(port, "/api/answers", body).dropFirst(9).prefix(3)) ?? 0
  }

  private func ask(_ port: Int, _ path: String, _ body: JSONValue) throws -> String {
    let wire = try Wire(port)
    let text = body.description
    wire.write(
      """
      POST \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\nOrigin: http://localhost:\(port)\r\n\
      Cookie: \(cookie ?? "")\r\nX-CSRF-Token: \(csrf ?? "")\r\nConnection: close\r\n\
      Content-Type: application/json\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)
      """)
    return wire.read(30).text
  }
}
