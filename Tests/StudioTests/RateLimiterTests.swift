import Testing

@testable import Studio

struct RateLimiterTests {
  private let limiter = RateLimiter([.signIn: .init(burst: 3, perSecond: 0.5)])

  @Test func aBurstIsFreeAndThenItDrips() {
    for _ in 0..<3 { #expect(limiter.wait(.signIn, "a", at: 100) == nil) }
    #expect(limiter.wait(.signIn, "a", at: 100) == 2)
    #expect(limiter.wait(.signIn, "a", at: 101) == 1)
    #expect(limiter.wait(.signIn, "a", at: 102) == nil)
    #expect(limiter.wait(.signIn, "a", at: 102) == 2)
  }

  @Test func keysDoNotShare() {
    for _ in 0..<3 { _ = limiter.wait(.signIn, "a", at: 0) }
    #expect(limiter.wait(.signIn, "b", at: 0) == nil)
    #expect(limiter.wait(.write, "a", at: 0) == nil)
  }

  @Test func aClockThatGoesBackGivesNothing() {
    for _ in 0..<3 { _ = limiter.wait(.signIn, "a", at: 1000) }
    #expect(limiter.wait(.signIn, "a", at: 0) != nil)
  }

  @Test func manyKeysAreForgottenOnceFull() {
    for key in 0..<20_000 { _ = limiter.wait(.signIn, "\(key)", at: Double(key)) }
    #expect(limiter.wait(.signIn, "0", at: 20_000) == nil)
  }
}
