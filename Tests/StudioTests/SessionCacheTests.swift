import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore
@testable import Studio

struct SessionCacheTests {
  private static func session(expires: Double = 1_000_000) -> Session {
    Session(
      account: Account(
        rater: 1, id: "a", name: "Grace", role: .rater, isActive: true, hasPassword: false,
        created: 0),
      csrfHash: [], created: 0, seen: 0, expires: Int64(expires * 1000))
  }

  private static func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

  @Test func aSessionIsLookedUpOnceASecond() {
    let cache = SessionCache()
    var looked = 0
    func ask(_ seconds: Double) {
      _ = cache.session([1], now: Self.time(seconds)) {
        looked += 1
        return Self.session()
      }
    }
    for seconds in [100, 100.5, 100.9] { ask(seconds) }
    #expect(looked == 1)
    ask(101)
    #expect(looked == 2)
    // A clock that was set back remembers nothing for long.
    ask(50)
    #expect(looked == 3)
  }

  @Test func whatEndsIsNotRemembered() {
    let cache = SessionCache()
    let ending = Self.session(expires: 100.5)
    #expect(cache.session([1], now: Self.time(100)) { ending } != nil)
    #expect(cache.session([1], now: Self.time(100.6)) { nil } == nil)
    #expect(cache.session([2], now: Self.time(100)) { nil } == nil)
    #expect(cache.session([2], now: Self.time(100)) { Self.session() } != nil)
  }

  @Test func whatWasLookedUpBeforeAChangeIsNotRemembered() {
    let cache = SessionCache()
    _ = cache.session([1], now: Self.time(100)) { Self.session() }
    cache.forget()
    #expect(cache.session([1], now: Self.time(100)) { nil } == nil)
    _ = cache.session([1], now: Self.time(100)) {
      cache.forget()
      return Self.session()
    }
    #expect(cache.session([1], now: Self.time(100)) { nil } == nil)
  }

  @Test func itHoldsSoMany() {
    let cache = SessionCache(atMost: 3)
    for number in 0..<UInt8(10) {
      _ = cache.session([number], now: Self.time(100)) { Self.session() }
    }
    #expect(cache.session([0], now: Self.time(100)) { nil } == nil)
    #expect(cache.session([9], now: Self.time(100)) { nil } != nil)
  }

  @Test func anAccountThatIsClosedIsOutAtOnce() async throws {
    let site = try Site()
    let owner = try await site.person("owner", .owner)
    let rater = try await site.person("Grace")
    #expect(await rater.send("GET", "/api/session").status == 200)
    let id = try #require(
      try site.store.accounts().first { $0.name == "Grace" }?.id)
    let closed = await owner.send("PATCH", "/api/raters/\(id)", ["active": false])
    #expect(closed.status == 200)
    #expect(await rater.send("GET", "/api/session").status == 401)
    #expect(await owner.send("POST", "/api/logout", [:]).status == 204)
    #expect(await owner.send("GET", "/api/session").status == 401)
  }
}
