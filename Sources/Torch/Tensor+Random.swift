import CTorch

// Random tensors, drawn on the generator's device.
extension Tensor {
  /// Numbers drawn uniformly from 0 inclusive to 1 exclusive.
  public static func rand(
    _ shape: [Int], generator: RandomGenerator, dtype: DType = .float32
  ) -> Tensor {
    uniform(shape, low: 0, high: 1, generator: generator, dtype: dtype)
  }

  /// Numbers drawn uniformly from `low` inclusive to `high` exclusive.
  public static func uniform(
    _ shape: [Int], low: Double, high: Double, generator: RandomGenerator,
    dtype: DType = .float32
  ) -> Tensor {
    make("uniform(\(shape), low: \(low), high: \(high))", []) {
      ct_rand(shape, shape.count, low, high, generator.handle, dtype.code, $0)
    }
  }

  /// Numbers drawn from the normal distribution of mean 0 and variance 1.
  public static func randn(
    _ shape: [Int], generator: RandomGenerator, dtype: DType = .float32
  ) -> Tensor {
    normal(shape, mean: 0, standardDeviation: 1, generator: generator, dtype: dtype)
  }

  /// Numbers drawn from a normal distribution.
  public static func normal(
    _ shape: [Int], mean: Double, standardDeviation: Double, generator: RandomGenerator,
    dtype: DType = .float32
  ) -> Tensor {
    make("normal(\(shape), mean: \(mean), standardDeviation: \(standardDeviation))", []) {
      ct_randn(shape, shape.count, mean, standardDeviation, generator.handle, dtype.code, $0)
    }
  }

  /// Integers drawn uniformly from `range`, as int64.
  public static func randomIntegers(
    _ shape: [Int], in range: Range<Int>, generator: RandomGenerator
  ) -> Tensor {
    make("randomIntegers(\(shape), in: \(range))", []) {
      ct_randint(shape, shape.count, range.lowerBound, range.upperBound, generator.handle, $0)
    }
  }

  /// The integers from 0 to `count - 1` in random order, as int64.
  public static func randomPermutation(_ count: Int, generator: RandomGenerator) -> Tensor {
    make("randomPermutation(\(count))", []) { ct_randperm(count, generator.handle, $0) }
  }

  /// 1 with the probability that the element is, else 0.
  public func bernoulli(generator: RandomGenerator) -> Tensor {
    make("bernoulli", [self]) { ct_bernoulli(handle, generator.handle, $0) }
  }

  /// Indices drawn in proportion to the elements of the last dimension: `[…, n]` gives `[…,
  /// count]`, int64.
  public func multinomial(
    _ count: Int, replacement: Bool = false, generator: RandomGenerator
  ) -> Tensor {
    make("multinomial(\(count))", [self]) {
      ct_multinomial(handle, count, replacement, generator.handle, $0)
    }
  }

  /// The index that a number between 0 and 1 falls on, for each row of probabilities.
  ///
  /// That is the first index at which the running sum of a row passes that share of its total:
  /// `[…, n]` with `uniforms` `[…]` gives `[…]`, int64. An index of probability 0 is never drawn; the probabilities need not add up to 1.
  public func categorical(uniforms: Tensor) -> Tensor {
    binary("categorical", uniforms, ct_categorical)
  }
}
