import Synchronization

/// Counts what comes in against floods: a bucket of tokens for each key, refilled at a steady rate.
final class RateLimiter: Sendable {
  /// How many tokens a bucket holds, and how many come back each second.
  struct Limit: Sendable, Hashable {
    var burst: Double
    var perSecond: Double
  }

  private struct Bucket {
    var tokens: Double
    var at: Double
  }

  private let limits: [RateClass: Limit]
  private let buckets = Mutex<[String: Bucket]>([:])

  init(_ limits: [RateClass: Limit]) {
    self.limits = limits
  }

  convenience init(_ options: StudioOptions) {
    self.init([
      .signIn: Limit(
        burst: Double(options.signInBurst), perSecond: options.signInsPerMinute / 60),
      .write: Limit(burst: Double(options.writeBurst), perSecond: options.writesPerSecond),
    ])
  }

  /// Takes a token at `time`, in seconds; where there is none, the seconds until there is.
  func wait(_ kind: RateClass, _ key: String, at time: Double) -> Double? {
    guard let limit = limits[kind] else { return nil }
    return buckets.withLock { buckets in
      if buckets.count >= 10_000 { Self.forgetFull(&buckets, limits, at: time) }
      let name = "\(kind.rawValue)/\(key)"
      var bucket = buckets[name] ?? Bucket(tokens: limit.burst, at: time)
      let gained = max(0, time - bucket.at) * limit.perSecond
      bucket = Bucket(tokens: min(limit.burst, bucket.tokens + gained), at: time)
      defer { buckets[name] = bucket }
      guard bucket.tokens >= 1 else { return (1 - bucket.tokens) / limit.perSecond }
      bucket.tokens -= 1
      return nil
    }
  }

  /// Forgets the buckets that are full again: a new one is the same.
  private static func forgetFull(
    _ buckets: inout [String: Bucket], _ limits: [RateClass: Limit], at time: Double
  ) {
    buckets = buckets.filter { name, bucket in
      let kind = name.split(separator: "/", maxSplits: 1).first.flatMap {
        RateClass(rawValue: String($0))
      }
      guard let limit = kind.flatMap({ limits[$0] }) else { return false }
      return bucket.tokens + (time - bucket.at) * limit.perSecond < limit.burst
    }
  }
}
