import Foundation
import Testing

@testable import Studio

struct PasswordsTests {
  private let passwords = Passwords(cost: .init(logRounds: 4, blockSize: 1, lanes: 1))

  @Test func onlyTheRightPasswordIsRight() async throws {
    let hash = try await passwords.hash("correct horse battery")
    #expect(try await passwords.verify("correct horse battery", against: hash))
    #expect(try await !passwords.verify("correct horse batterx", against: hash))
    #expect(try await !passwords.verify("", against: hash))
    #expect(try await !passwords.verify("correct horse battery", against: nil))
    #expect(try await !passwords.verify("x", against: "scrypt$99$8$1$AA$AA"))
  }

  @Test func theSamePasswordIsKeptInTwoWays() async throws {
    let (first, second) = (
      try await passwords.hash("correct horse"), try await passwords.hash("correct horse")
    )
    #expect(first != second)
    #expect(first.hasPrefix("scrypt$4$1$1$"))
    #expect(!first.contains("horse"))
  }

  /// The third vector of RFC 7914, section 12, is too slow for a test; this is the second.
  @Test func derivesTheKeyOfTheStandard() async throws {
    let salt = Tokens.base64URL(Array("NaCl".utf8))
    let digits = "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
    let key = stride(from: 0, to: 64, by: 2).map { index -> UInt8 in
      let start = digits.index(digits.startIndex, offsetBy: index)
      return UInt8(digits[start...].prefix(2), radix: 16) ?? 0
    }
    let stored = "scrypt$10$8$16$\(salt)$\(Tokens.base64URL(key))"
    #expect(try await passwords.verify("password", against: stored))
  }

  @Test(arguments: ["short", "", String(repeating: "x", count: 257)])
  func unsuitablePasswordsAreRefused(_ password: String) async {
    await #expect(throws: Refusal.self) { try await passwords.hash(password) }
  }
}
