import RLHFCore
import Testing
import Torch

struct RandomGeneratorTests {
  private func draws(_ generator: RandomGenerator) -> [[Double]] {
    [
      Tensor.rand([20], generator: generator).doubles(),
      Tensor.randn([33], generator: generator).doubles(),
      Tensor.randn([3], generator: generator).doubles(),
      Tensor.uniform([4], low: -2, high: 3, generator: generator, dtype: .float64).doubles(),
      Tensor.normal([20], mean: 5, standardDeviation: 2, generator: generator).doubles(),
      Tensor.randomIntegers([50], in: -3..<9, generator: generator).doubles(),
      Tensor.randomPermutation(30, generator: generator).doubles(),
      Tensor.full([50], 0.3).bernoulli(generator: generator).doubles(),
      Tensor.ones([50]).dropout(0.3, generator: generator).doubles(),
      Tensor([0.2, 0.5, 0.3]).multinomial(8, replacement: true, generator: generator).doubles(),
    ]
  }

  @Test func theSeedDeterminesEveryDraw() {
    let first = draws(RandomGenerator(seed: 42))
    #expect(first == draws(RandomGenerator(seed: 42)))
    #expect(first == draws(RandomGenerator(seed: Seed(42))))
    let other = draws(RandomGenerator(seed: 43))
    for (a, b) in zip(first, other) { #expect(a != b) }
  }

  /// Of MT19937 seeded with 5489, the default of C++, whose tenth thousandth number the standard
  /// names.
  ///
  /// 4123659995. A uniform float32 is made of the lower 24 bits.
  @Test func theGeneratorIsMersenneTwister() {
    let draws = Tensor.rand([10_000], generator: RandomGenerator(seed: 5489))
    #expect(draws.floats()[9999] == Float(4_123_659_995 & 0xff_ffff) / 16_777_216)
  }

  @Test func savedStatesGoOnAlike() {
    let generator = RandomGenerator(seed: 1)
    _ = Tensor.randn([7], generator: generator)
    let state = generator.state
    let expected = draws(generator)
    #expect(draws(generator) != expected)
    generator.state = state
    #expect(draws(generator) == expected)
    let other = RandomGenerator(seed: 99)
    other.state = state
    #expect(draws(other) == expected)
  }

  @Test func generatorsDoNotInfluenceEachOther() {
    let expected = draws(RandomGenerator(seed: 7))
    let (first, second) = (RandomGenerator(seed: 7), RandomGenerator(seed: 8))
    var found = [Tensor.rand([20], generator: first).doubles()]
    _ = draws(second)
    found.append(Tensor.randn([33], generator: first).doubles())
    #expect(found == Array(expected.prefix(2)))
  }

  @Test func ranges() {
    let generator = RandomGenerator(seed: 1)
    let uniform = Tensor.uniform([10_000], low: -2, high: 3, generator: generator)
    #expect(uniform.min().item() >= -2 && uniform.max().item() < 3)
    #expect(abs(uniform.mean().item() - 0.5) < 0.08)
    let normal = Tensor.normal([10_000], mean: 5, standardDeviation: 2, generator: generator)
    #expect(abs(normal.mean().item() - 5) < 0.1)
    #expect(abs(normal.standardDeviation().item() - 2) < 0.08)
    let whole = Set(Tensor.randomIntegers([500], in: -3..<2, generator: generator).ints())
    #expect(whole == [-3, -2, -1, 0, 1])
    #expect(
      Tensor.randomPermutation(50, generator: generator).ints().sorted() == Array(0..<50))
    #expect(Tensor.rand([3], generator: generator, dtype: .bfloat16).dtype == .bfloat16)
  }

  @Test func categoricalInvertsTheDistribution() {
    let rows = Tensor([0.25, 0, 0.5, 0.25, 2, 0, 0, 0, 0, 0, 0, 3], shape: [3, 4])
    let expected: [(Double, [Int])] = [
      (0, [0, 0, 3]), (0.249, [0, 0, 3]), (0.25, [2, 0, 3]), (0.749, [2, 0, 3]),
      (0.75, [3, 0, 3]), (1.0.nextDown, [3, 0, 3]),
    ]
    for (uniform, indices) in expected {
      let found = rows.categorical(uniforms: .full([3], uniform, dtype: .float64))
      #expect(found.ints() == indices, "at \(uniform)")
      #expect(found.shape == [3])
    }
    #expect(rows[0].categorical(uniforms: Tensor(0.3)).ints() == [2])
  }

  /// A draw of a row is the same whatever its neighbours are.
  @Test func categoricalRowsAreIndependent() {
    let generator = RandomGenerator(seed: 2)
    let rows = Tensor.randn([16, 1000], generator: generator).softmax(dim: -1)
    let uniforms = Tensor.rand([16], generator: generator)
    let together = rows.categorical(uniforms: uniforms).ints()
    let alone = (0..<16).map {
      rows[$0..<($0 + 1)].categorical(uniforms: uniforms[$0..<($0 + 1)]).ints()[0]
    }
    #expect(together == alone)
  }

  /// Each share lies within five standard deviations of its probability.
  @Test func categoricalFollowsTheProbabilities() {
    let probabilities = [0.1, 0.6, 0, 0.3]
    let count = 20_000
    let uniforms = Tensor.rand([count], generator: RandomGenerator(seed: 3))
    let drawn = Tensor(probabilities).expanded([count, 4]).categorical(uniforms: uniforms)
    let shares = drawn.oneHot(classes: 4).mean(dim: 0).doubles()
    for (share, probability) in zip(shares, probabilities) {
      #expect(
        abs(share - probability)
          <= 5 * (probability * (1 - probability) / Double(count)).squareRoot())
    }
  }
}
