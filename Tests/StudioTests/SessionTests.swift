import FeedbackStore
import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Studio

struct SessionTests {
  @Test func theFirstOwnerJoinsByALinkThatWorksOnce() async throws {
    let site = try Site()
    let link = try #require(try site.studio.ownerInvitation(port: 4000))
    #expect(link.hasPrefix("http://127.0.0.1:4000/join#"))
    let token = String(try #require(link.split(separator: "#").last))
    #expect(token.count == 43)
    var owner = site.visitor
    try await owner.join(token, name: "Ada", password: "correct horse battery")
    #expect(await owner.send("GET", "/api/session").json["rater"]?["role"] == "owner")
    #expect(try site.studio.ownerInvitation() == nil)
    #expect(try site.studio.ownerInvitation(always: true) != nil)
    let again = await site.visitor.send(
      "POST", "/api/join", ["token": .string(token), "name": "Eve"])
    #expect(again.status == 403)
    #expect(try site.store.accounts().map(\.name) == ["Ada"])
  }

  @Test func thereIsNoWayInWithoutAnInvitation() async throws {
    let site = try Site()
    for token in ["", "guess", Tokens.random()] {
      let answer = await site.visitor.send(
        "POST", "/api/join", ["token": .string(token), "name": "Eve"])
      #expect(answer.status == 403)
    }
    #expect(await site.visitor.send("POST", "/api/join", ["name": "Eve"]).status == 400)
    #expect(await site.visitor.send("POST", "/api/join", ["token": 3, "name": "E"]).status == 400)
    #expect(try site.store.accounts().isEmpty)
  }

  @Test func anInvitationEndsAndHasUses() async throws {
    let site = try Site()
    let owner = try await site.person("owner", .owner)
    let made = await owner.send(
      "POST", "/api/invitations", ["role": "rater", "uses": 2, "hours": 1])
    let link = try #require(made.json["link"]?.stringValue)
    #expect(link.hasPrefix("\(Browser.origin)/join#"))
    let token = String(try #require(link.split(separator: "#").last))
    for name in ["one", "two"] {
      var person = site.visitor
      try await person.join(token, name: name)
    }
    func attempt(_ token: String) async -> Int {
      await site.visitor.send("POST", "/api/join", ["token": .string(token), "name": "x"]).status
    }
    #expect(await attempt(token) == 403)
    let late = await owner.send("POST", "/api/invitations", ["role": "rater", "hours": 1])
    let lateLink = try #require(late.json["link"]?.stringValue)
    site.wait(3601)
    #expect(await attempt(String(lateLink.split(separator: "#")[1])) == 403)
    #expect(await owner.send("GET", "/api/invitations").json["invitations"] == [])
  }

  @Test func signingInNeedsTheRightPasswordOfAnOpenAccount() async throws {
    let site = try Site()
    let owner = try await site.person("owner", .owner)
    var person = try await site.person("Grace")
    #expect(
      await person.send("POST", "/api/password", ["password": "a long password"]).status == 204)
    // The old session ended with the change.
    #expect(await person.send("GET", "/api/session").status == 401)
    try await person.signIn("Grace", "a long password")
    func attempt(_ name: String, _ password: String) async -> Browser.Answer {
      await site.visitor.send(
        "POST", "/api/login", ["name": .string(name), "password": .string(password)])
    }
    let wrong = await attempt("Grace", "a wrong password")
    let unknown = await attempt("Nobody", "a wrong password")
    #expect(wrong.status == 401 && unknown.status == 401)
    #expect(wrong.bytes == unknown.bytes)
    #expect(await attempt("owner", "").status == 401)
    let id = try #require(try site.store.account(named: "Grace")?.id)
    #expect(await owner.send("PATCH", "/api/raters/\(id)", ["active": false]).status == 200)
    #expect(await person.send("GET", "/api/session").status == 401)
    #expect(await attempt("Grace", "a long password").status == 401)
  }

  @Test func guessingIsSlowedDown() async throws {
    let site = try Site { options, _ in
      options.signInBurst = 5
      options.signInsPerMinute = 6
    }
    func attempt() async -> Browser.Answer {
      await site.visitor.send("POST", "/api/login", ["name": "x", "password": "y"])
    }
    for _ in 0..<5 { #expect(await attempt().status == 401) }
    let refused = await attempt()
    #expect(refused.status == 429)
    #expect(refused.headers["Retry-After"] == "10")
    site.wait(10)
    #expect(await attempt().status == 401)
  }

  @Test func aSessionEndsWhenItIsNotUsedAndWhenItIsClosed() async throws {
    let site = try Site()
    let person = try await site.person("Grace")
    for _ in 0..<3 {
      site.wait(11 * 3600)
      #expect(await person.send("GET", "/api/session").status == 200)
    }
    site.wait(12 * 3600 + 1)
    #expect(await person.send("GET", "/api/session").status == 401)
    let other = try await site.person("Ada")
    let out = await other.send("POST", "/api/logout", [:])
    #expect(out.status == 204)
    #expect(out.headers["Set-Cookie"]?.contains("Max-Age=0") == true)
    #expect(await other.send("GET", "/api/session").status == 401)
  }

  @Test func theStoreKeepsNeitherTokensNorPasswords() async throws {
    let site = try Site(onDisk: true)
    let link = try #require(try site.studio.ownerInvitation())
    let token = String(link.split(separator: "#")[1])
    var owner = site.visitor
    try await owner.join(token, name: "Ada", password: "correct horse battery")
    let session = String(try #require(owner.cookie?.split(separator: "=").last))
    let csrf = try #require(owner.csrf)
    for name in try site.folder.names() where name.hasPrefix("feedback") {
      let bytes = try Data(contentsOf: site.folder(name))
      for secret in [token, session, csrf, "correct horse battery"] {
        #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "\(name)")
      }
    }
  }

  @Test func theCookieIsKeptFromScriptsAndFromOtherSites() throws {
    var options = StudioOptions()
    let plain = SessionCookie(options).header("abc")
    #expect(plain == "rlhf-session-8421=abc; Path=/; HttpOnly; SameSite=Strict")
    options.publicOrigin = "https://studio.example.org"
    let secure = SessionCookie(options).header("abc")
    #expect(
      secure == "__Host-rlhf-session=abc; Path=/; HttpOnly; SameSite=Strict; Secure")
    let cookie = SessionCookie(StudioOptions())
    let token = Tokens.random()
    #expect(cookie.token(in: "a=b; rlhf-session-8421=\(token); c=d") == token)
    #expect(cookie.token(in: "rlhf-session-8422=\(token)") == nil)
    #expect(cookie.token(in: "rlhf-session-8421=short") == nil)
    #expect(cookie.token(in: nil) == nil)
  }

  @Test func aRoleTakenAwayCounts() async throws {
    let site = try Site()
    let owner = try await site.person("owner", .owner)
    let reviewer = try await site.person("reviewer", .reviewer)
    #expect(await reviewer.send("GET", "/api/runs").status == 200)
    let id = try #require(try site.store.account(named: "reviewer")?.id)
    #expect(await owner.send("PATCH", "/api/raters/\(id)", ["role": "rater"]).status == 200)
    #expect(await reviewer.send("GET", "/api/runs").status == 401)
    let own = try #require(try site.store.account(named: "owner")?.id)
    #expect(await owner.send("PATCH", "/api/raters/\(own)", ["role": "rater"]).status == 409)
  }

  @Test func anotherAddressNeedsAnOwnerWithAPassword() async throws {
    let site = try Site { options, _ in options.host = "0.0.0.0" }
    #expect(throws: RLHFError.self) { try site.studio.checkAddress() }
    let link = try #require(try site.studio.ownerInvitation())
    let token = String(link.split(separator: "#")[1])
    let bare = await site.visitor.send(
      "POST", "/api/join", ["token": .string(token), "name": "Ada"])
    #expect(bare.status == 400 && bare.code == "password")
    var owner = site.visitor
    try await owner.join(token, name: "Ada", password: "correct horse battery")
    try site.studio.checkAddress()
    try Site().studio.checkAddress()
  }
}
