import FeedbackStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import RLHFCore
import Testing

@testable import Studio

/// What only shows on a connection.
@Suite(.serialized)
struct ServingTests {
  @Test func everyAnswerTellsTheBrowserWhatToRefuse() async throws {
    let site = try Site()
    let app = site.studio.application()
    try await app.test(.router) { client in
      for (uri, status) in [
        ("/", 200), ("/join", 200), ("/health", 200), ("/api/session", 401), ("/nowhere", 404),
        ("/api/openapi.json", 200), ("/media/\(String(repeating: "0", count: 64))", 401),
      ] {
        // The tester asks for `localhost`, without a port.
        let answer = try await client.executeRequest(
          uri: uri, method: .get, headers: [:], body: nil)
        #expect(answer.status.code == status, "\(uri)")
        for (name, value) in SecurityHeaders.all where name != "Cache-Control" {
          let field = try #require(HTTPField.Name(name))
          #expect(answer.headers[field] == value, "\(name) of \(uri)")
        }
        let isPage = ["/", "/join"].contains(uri)
        #expect(answer.headers[.cacheControl] == (isPage ? "no-cache" : "no-store"))
      }
    }
    #expect(!SecurityHeaders.contentSecurityPolicy.contains("unsafe"))
    #expect(SecurityHeaders.contentSecurityPolicy.hasPrefix("default-src 'none'"))
  }

  @Test func halfRequestsAreClosed() async throws {
    let site = try Site { options, _ in
      options.port = 0
      options.idleSeconds = 0.4
      options.requestSeconds = 30
    }
    try await site.serving { port in
      let head = "POST /api/login HTTP/1.1\r\nHost: localhost:\(port)\r\n"
      let fields =
        "Origin: http://localhost:\(port)\r\nContent-Type: application/json\r\n"
        + "Content-Length: 100\r\n\r\n{\"name\""
      for text in ["", "GET / HTT", head, head + fields] {
        let wire = try Wire(port)
        wire.write(text)
        #expect(wire.read(30).isClosed, "\(text)")
      }
    }
  }

  @Test func aDrippingRequestIsClosed() async throws {
    let site = try Site { options, _ in
      options.port = 0
      options.idleSeconds = 5
      options.requestSeconds = 0.5
    }
    try await site.serving { port in
      let wire = try Wire(port)
      wire.write(
        "POST /api/login HTTP/1.1\r\nHost: localhost:\(port)\r\nOrigin: http://localhost:\(port)\r\n"
          + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
      let start = ContinuousClock.now
      while wire.write("x"), ContinuousClock.now - start < .seconds(3) {
        if wire.read(0.05).isClosed { break }
      }
      #expect(ContinuousClock.now - start < .seconds(2))
    }
  }

  @Test func limitsHoldOnAConnection() async throws {
    let site = try Site { options, _ in
      options.port = 0
      options.idleSeconds = 2
    }
    try await site.serving { port in
      func ask(_ method: String, _ path: String, _ fields: String, _ body: String = "") throws
        -> String
      {
        let wire = try Wire(port)
        wire.write("\(method) \(path) HTTP/1.1\r\nConnection: close\r\n\(fields)\r\n\(body)")
        return wire.read(30).text
      }
      let host = "Host: localhost:\(port)\r\n"
      let page = host + "Origin: http://localhost:\(port)\r\nContent-Type: application/json\r\n"
      #expect(try ask("GET", "/health", host).hasPrefix("HTTP/1.1 200"))
      #expect(try ask("GET", "/health", "Host: evil.example\r\n").hasPrefix("HTTP/1.1 421"))
      #expect(try ask("GET", "/health", "").hasPrefix("HTTP/1.1 4"))
      let big = String(repeating: "x", count: 5000)
      let told = try ask("POST", "/api/login", page + "Content-Length: 5000\r\n", big)
      #expect(told.hasPrefix("HTTP/1.1 413"))
      let chunked = try ask(
        "POST", "/api/login", page + "Transfer-Encoding: chunked\r\n",
        "1388\r\n\(big)\r\n0\r\n\r\n")
      #expect(chunked.hasPrefix("HTTP/1.1 413"))
      let long = "X-Long: \(String(repeating: "y", count: 200_000))\r\n"
      let header = try ask("GET", "/health", host + long)
      #expect(!header.hasPrefix("HTTP/1.1 2"))
      let many = (0..<200).map { "X-\($0): y\r\n" }.joined()
      #expect(try !ask("GET", "/health", host + many).hasPrefix("HTTP/1.1 2"))
    }
  }

  /// A form of another site gets in in no encoding, over a real connection.
  @Test func crossSiteFormsChangeNothing() async throws {
    let site = try Site { options, _ in options.port = 0 }
    let link = try #require(try site.studio.ownerInvitation())
    let token = String(link.split(separator: "#")[1])
    try await site.serving { port in
      let json = "{\"token\":\"\(token)\",\"name\":\"Eve\"}"
      let host = "Host: localhost:\(port)\r\n"
      let (foreign, own) = (
        "Origin: http://evil.example\r\n", "Origin: http://localhost:\(port)\r\n"
      )
      for (fields, status) in [
        (foreign + "Content-Type: text/plain\r\n", 403),
        (foreign + "Content-Type: application/json\r\n", 403),
        ("Content-Type: application/json\r\n", 403), ("Content-Type: text/plain\r\n", 403),
        (own + "Content-Type: text/plain\r\n", 415),
        (own + "Content-Type: application/x-www-form-urlencoded\r\n", 415),
        (own + "Content-Type: multipart/form-data; boundary=b\r\n", 415), (own, 415),
        (own + "Sec-Fetch-Site: cross-site\r\nContent-Type: application/json\r\n", 403),
      ] {
        let wire = try Wire(port)
        wire.write(
          "POST /api/join HTTP/1.1\r\nConnection: close\r\n\(host)\(fields)"
            + "Content-Length: \(json.utf8.count)\r\n\r\n\(json)")
        #expect(wire.read(30).text.hasPrefix("HTTP/1.1 \(status)"), "\(fields)")
        #expect(try site.store.accounts().isEmpty)
      }
    }
  }

  @Test func connectionsBeyondTheCapWait() async throws {
    let site = try Site { options, _ in
      options.port = 0
      options.connections = 2
      options.idleSeconds = 30
    }
    try await site.serving { port in
      let ask = "GET /health HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n"
      var wires: [Wire] = []
      for _ in 0..<2 {
        let wire = try Wire(port)
        wire.write(ask)
        #expect(wire.read(30, until: "ok").text.contains("200"))
        wires.append(wire)
      }
      // The kernel may have handed over one more before the cap was reached.
      let waiting = try (0..<4).map { _ in try Wire(port) }
      for wire in waiting { wire.write(ask) }
      let answered = waiting.count { !$0.read(0.2, until: "ok").text.isEmpty }
      #expect(answered <= 1)
      wires.removeAll()
      #expect(waiting.contains { $0.read(20, until: "ok").text.contains("200") })
    }
  }

  @Test func stoppingEndsEventsAndAnswersWhatIsUnderWay() async throws {
    let site = try Site { options, _ in options.port = 0 }
    let reviewer = try await site.person("reviewer", .reviewer)
    let cookie = try #require(reviewer.cookie)
    let start = ContinuousClock.now
    let wire = try await site.serving { port in
      let wire = try Wire(port)
      // The name of the cookie follows the port that was asked for.
      wire.write(
        "GET /api/events HTTP/1.1\r\nHost: localhost:\(port)\r\nCookie: \(cookie)\r\n\r\n")
      let hello = wire.read(30, until: "hello").text
      #expect(hello.contains("200") && hello.contains("event: hello"))
      site.studio.hub.send(ServerEvent(name: "job", data: ["id": "x\ny"]))
      #expect(wire.read(30, until: "job").text.contains("data: {\"id\":\"x\\ny\"}\n\n"))
      return wire
    }
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(wire.read(20).isClosed)
  }

  @Test func aPortThatIsTakenIsAClearError() async throws {
    let site = try Site { options, _ in options.port = 0 }
    try await site.serving { port in
      let other = try Site { options, _ in options.port = port }
      await #expect {
        try await other.studio.run(handlingSignals: false)
      } throws: { error in
        (error as? RLHFError)?.message.contains("port \(port)") == true
      }
    }
  }
}
