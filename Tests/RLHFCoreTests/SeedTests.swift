import Foundation
import RLHFCore
import Testing

struct SeedTests {
  // SplitMix64's published test vectors: the first numbers of its reference implementation.
  @Test(
    arguments: [
      (
        0,
        [
          0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f,
          0xf88b_b8a8_724c_81ec,
        ]
      ),
      (
        1_234_567,
        [
          6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
          4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
      ),
    ] as [(UInt64, [UInt64])])
  func splitMix64(state: UInt64, expected: [UInt64]) {
    var generator = SeededGenerator(state: state)
    #expect(expected.indices.map { _ in generator.next() } == expected)
    var other = Seed(state).generator
    #expect(other.next() == expected[0])
  }

  // Computed with a separate implementation in Python.
  @Test(
    arguments: [
      (0, "sampling", 0, 0x3855_f477_0e68_507a), (42, "rollout", 7, 0x277c_7279_505f_6059),
      (.max, "é😀", -1, 0xc9cd_1d78_3ecc_6a74), (1, "", 0, 0x1468_1df3_0754_59cb),
    ] as [(UInt64, String, Int, UInt64)])
  func derivedSeeds(value: UInt64, purpose: String, index: Int, expected: UInt64) {
    #expect(Seed(value).derived(purpose, index).value == expected)
  }

  @Test func derivedSeedsDiffer() {
    let seeds = (0..<1000).map { Seed(3).derived("step", $0) }
    #expect(Set(seeds).count == 1000)
    #expect(Seed(3).derived("a", 1) != Seed(3).derived("b", 1))
    #expect(Seed(3).derived("a", 1) != Seed(4).derived("a", 1))
    #expect(Seed(3).derived("a") == Seed(3).derived("a", 0))
  }

  @Test func uniformNumbers() {
    var generator = Seed(42).generator
    let numbers = (0..<3).map { _ in generator.uniform() }
    #expect(numbers == [0.7415648787718233, 0.1599103928769201, 0.27860113025513866])
    let many = (0..<10_000).map { _ in generator.uniform() }
    #expect(many.allSatisfy { (0..<1).contains($0) })
    #expect(abs(many.reduce(0, +) / 10_000 - 0.5) < 0.01)
  }

  @Test func standardShufflesAreReproducible() {
    var (first, second) = (Seed(9).generator, Seed(9).generator)
    let shuffled = (0..<20).shuffled(using: &first)
    #expect(shuffled == (0..<20).shuffled(using: &second))
    #expect(shuffled.sorted() == Array(0..<20))
  }

  @Test func codesAsItsNumber() throws {
    let seed: Seed = 18_446_744_073_709_551_615
    let json = try JSONEncoder().encode([seed])
    #expect(String(decoding: json, as: UTF8.self) == "[18446744073709551615]")
    #expect(try JSONDecoder().decode([Seed].self, from: json) == [seed])
  }
}
