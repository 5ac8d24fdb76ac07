import Testing

@testable import RLHFCore

struct ContentHashTests {
  // The examples of FIPS 180-4 and its validation suite, and the sample line of the project's notes on formats.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      #"{"annotator":"u1","answer":"a","items":["sha256:aa","sha256:bb"],"order":[1,0],"prev":""#
        + String(repeating: "0", count: 64)
        + #"","schema":"vote.v1","task":"t1","vote":"0190c0de-0000-7000-8000-000000000001"}"#,
      "997903a26449de6624e7e5bddca27f9d725e2987bf059013c4a3871bf5f17419"
    ),
  ])
  func knownDigests(content: String, digest: String) {
    #expect(ContentHash(of: Array(content.utf8)).description == digest)
  }

  @Test func aMillionTimesA() {
    #expect(
      ContentHash(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)).description
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func piecesGiveTheSameDigest() {
    let content = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let whole = ContentHash(of: content)
    for size in [1, 3, 55, 56, 63, 64, 65, 128, 299] {
      var hash = SHA256()
      for start in stride(from: 0, to: content.count, by: size) {
        content[start..<min(start + size, content.count)].withUnsafeBytes { hash.update($0) }
      }
      #expect(hash.digest() == whole.bytes, "in pieces of \(size)")
    }
  }

  @Test func fractionsAreUniform() {
    let fractions = (0..<4000).map { ContentHash(of: Array("\($0)".utf8)).fraction }
    #expect(fractions.allSatisfy { (0..<1).contains($0) })
    #expect(abs(fractions.reduce(0, +) / 4000 - 0.5) < 0.02)
    #expect(ContentHash(of: Array("abc".utf8)).fraction == 0.7283949105904021)
  }
}
