import Crypto
import CryptoExtras
import Dispatch
import Foundation
import RLHFCore
import Synchronization

/// Derives what is kept of a password, and checks passwords against it: scrypt (RFC 7914).
///
/// The work is slow on purpose, so it is done one after the other besides the threads that answer requests, and no more
/// than a few wait for it.
final class Passwords: Sendable {
  /// How slow it is: `2^logRounds` rounds over blocks of `128 · blockSize` bytes, `lanes` times.
  struct Cost: Sendable, Hashable {
    var logRounds = 15
    var blockSize = 8
    var lanes = 3
  }

  private let cost: Cost
  private let queue = DispatchQueue(label: "rlhf.studio.passwords")
  private let waiting = Mutex(0)
  /// The hash that stands for names that nobody has, so that they take as long as others.
  private let dummy: Mutex<String?> = Mutex(nil)

  init(cost: Cost = Cost()) {
    self.cost = cost
  }

  /// Throws unless a password has 10 to 256 characters.
  static func check(_ password: String) throws {
    guard (10...256).contains(password.count), password.utf8.count <= 1024 else {
      throw Refusal(400, "password", "a password has 10 to 256 characters; choose another.")
    }
  }

  /// What is kept of `password`: the costs, a random salt and the derived key.
  func hash(_ password: String) async throws -> String {
    try Self.check(password)
    let cost = cost
    return try await work { try Self.hash(password, cost) }
  }

  /// Whether `password` is the one of which `hash` is kept; where there is none, `false` after the same work.
  func verify(_ password: String, against hash: String?) async throws -> Bool {
    guard password.utf8.count <= 1024 else { return false }
    return try await work { [self] in
      let known = hash.flatMap(Stored.init)
      guard let stored = try known ?? Stored(dummyHash()) else { return false }
      let key = try Self.key(password, salt: stored.salt, stored.cost)
      return Tokens.areEqual(key, stored.key) && known != nil
    }
  }

  private func dummyHash() throws -> String {
    try dummy.withLock { value in
      let hash = try value ?? Self.hash(Tokens.random(), cost)
      value = hash
      return hash
    }
  }

  private func work<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    let isFull = waiting.withLock { count in
      count += 1
      return count > 16
    }
    defer { waiting.withLock { $0 -= 1 } }
    guard !isFull else { throw Refusal.tooMany(retryAfter: 5) }
    return try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Swift.Result(catching: body)) }
    }
  }

  private static func hash(_ password: String, _ cost: Cost) throws -> String {
    let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
    let key = try key(password, salt: salt, cost)
    return "scrypt$\(cost.logRounds)$\(cost.blockSize)$\(cost.lanes)$"
      + "\(Tokens.base64URL(salt))$\(Tokens.base64URL(key))"
  }

  private static func key(_ password: String, salt: [UInt8], _ cost: Cost) throws -> [UInt8] {
    // The same letters typed on another keyboard have the same normal form.
    let characters = Array(password.precomposedStringWithCompatibilityMapping.utf8)
    return try KDF.Scrypt.deriveKey(
      from: characters, salt: salt, outputByteCount: 32, rounds: 1 << cost.logRounds,
      blockSize: cost.blockSize, parallelism: cost.lanes
    ).withUnsafeBytes { Array($0) }
  }

  private struct Stored {
    let cost: Cost
    let salt: [UInt8]
    let key: [UInt8]

    init?(_ text: String) {
      let parts = text.split(separator: "$").map(String.init)
      guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]),
        (1...20).contains(rounds), let block = Int(parts[2]), (1...32).contains(block),
        let lanes = Int(parts[3]), (1...16).contains(lanes),
        let salt = Tokens.bytes(base64URL: parts[4]), let key = Tokens.bytes(base64URL: parts[5]),
        key.count == 32
      else { return nil }
      cost = Cost(logRounds: rounds, blockSize: block, lanes: lanes)
      self.salt = salt
      self.key = key
    }
  }
}
