import FeedbackStore
import Foundation
import RLHFCore
import Testing

@testable import Studio

struct RouteTableTests {
  @Test func everyRouteIsDeclaredOnceAndWithAPolicy() throws {
    let routes = try Site().table.routes
    #expect(routes.count > 40)
    let names = routes.map { "\($0.method.rawValue) \($0.path)" }
    #expect(Set(names).count == names.count)
    for route in routes {
      let name = "\(route.method.rawValue) \(route.path)"
      #expect(!route.summary.isEmpty, "\(name)")
      #expect(route.method.isWrite == (route.guarding != .read), "\(name)")
      if route.method.isWrite {
        #expect(route.rate != nil, "\(name) is not counted")
        #expect(route.bodyLimit > 0 && route.bodyLimit <= 67_108_864, "\(name)")
        if route.guarding == .token { #expect(route.access != .anyone, "\(name)") }
      }
      if route.access == .anyone {
        #expect(
          [
            "/", "/join", "/dashboard", "/health", "/assets/{name}", "/api/openapi.json",
            "/api/join", "/api/login",
          ].contains(route.path.description), "\(name) is open")
      }
      if route.path.parameters.isEmpty == false, route.access == .rater {
        // What a rater names in a path is the rater's own, or is known by its content alone.
        #expect(route.reach == .own || route.path.description == "/media/{sha256}", "\(name)")
      }
    }
  }

  /// The matrix: every route × every role, against what the table declares.
  @Test func everyRouteAnswersEveryRoleAsDeclared() async throws {
    let site = try Site { options, _ in options.writeBurst = 10_000 }
    for role in [nil] + StudioRole.allCases.map(Optional.some) {
      let person =
        if let role { try await site.person("the \(role.rawValue)", role) } else { site.visitor }
      for route in site.table.routes
      where !["/api/logout", "/api/password"].contains(route.path.description) {
        let target = Self.target(route)
        let answer = await person.send(
          route.method.rawValue, target, route.method.isWrite ? [:] : nil)
        let isRefused = answer.status == 401 || answer.status == 403
        let name = "\(route.method.rawValue) \(target) as \(role?.rawValue ?? "nobody")"
        if route.access.admits(role) {
          let isOwnMark = ["signIn", "password", "forbidden"].contains(answer.code)
          #expect(!isRefused || isOwnMark, "\(name): \(answer.status)")
        } else {
          #expect(answer.status == (role == nil ? 401 : 403), "\(name): \(answer.status)")
          #expect(answer.code == (role == nil ? "signIn" : "forbidden"), "\(name)")
        }
        #expect(answer.status != 500, "\(name): \(answer.text)")
      }
    }
  }

  /// The matrix again, without the token: no write gets in.
  @Test func noWriteGetsInWithoutItsToken() async throws {
    let site = try Site { options, _ in options.writeBurst = 10_000 }
    let owner = try await site.person("owner", .owner)
    let before = try site.store.auditTrail().count
    for route in site.table.routes where route.guarding == .token {
      let target = Self.target(route)
      for (headers, status) in Self.forgeries {
        let answer = await owner.send(route.method.rawValue, target, [:], headers: headers)
        #expect(answer.status == status, "\(route.method.rawValue) \(target): \(headers)")
      }
    }
    #expect(try site.store.auditTrail().count == before)
    #expect(await owner.send("GET", "/api/session").status == 200)
  }

  private static let forgeries: [([String: String?], Int)] = [
    (["x-csrf-token": nil], 403), (["x-csrf-token": "guess"], 403), (["origin": nil], 403),
    (["origin": "https://evil.example"], 403), (["sec-fetch-site": "cross-site"], 403),
    (["content-type": "text/plain"], 415),
    (["content-type": "application/x-www-form-urlencoded"], 415),
    (["content-type": "multipart/form-data; boundary=b"], 415),
  ]

  static func target(_ route: Route) -> String {
    route.path.parameters.reduce(route.path.description) { path, name in
      path.replacing("{\(name)}", with: "something")
    }
  }

  @Test func otherMethodsAreToldWhichThereAre() async throws {
    let site = try Site()
    let answer = await site.visitor.send("DELETE", "/api/session")
    #expect(answer.status == 405)
    #expect(answer.headers["Allow"] == "GET, HEAD")
    #expect(await site.visitor.send("GET", "/api/answers/x").status == 405)
    #expect(await site.visitor.send("TRACE", "/").status == 405)
    #expect(await site.visitor.send("GET", "/nothing").status == 404)
    #expect(await site.visitor.send("GET", "/nothing", authority: "evil.example").status == 421)
  }

  @Test(arguments: [
    "/api//session", "/api/session/", "api/session", "/api/%00", "/api/%zz", "/api/%ff",
    "/assets/..%2findex.html", "/assets/../index.html", "/assets/%2e%2e/x", "/assets/index.html",
    "/assets/a%5cb", "/./", "//", "", "/assets/", "/%2e%2e/%2e%2e/etc/passwd",
  ])
  func oddPathsLeadNowhere(_ path: String) async throws {
    #expect(await (try Site()).visitor.send("GET", path).status == 404)
  }
}
