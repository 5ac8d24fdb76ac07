import RLHFCore
import Torch

/// How a parameter's first values are drawn.
///
/// "Fan-in" is the number of inputs of one output: the product of all extents after the first; "fan-out" the first
/// extent times the receptive field. Both follow PyTorch's layout `[out, in, …]`.
public enum Initializer: Sendable, Hashable {
  /// All 0.
  case zeros
  /// All 1.
  case ones
  /// All the same value.
  case constant(Double)
  /// Normally distributed.
  case normal(mean: Double = 0, standardDeviation: Double)
  /// Uniform in `[-bound, bound]`.
  case uniform(bound: Double)
  /// Uniform in `±1/√fan-in`: what PyTorch's linear and convolution layers start with.
  case kaimingUniform
  /// Uniform in `±√(6 / (fan-in + fan-out))` (Glorot and Bengio 2010).
  case xavierUniform
  /// Orthonormal rows or columns, whichever are fewer, times the gain (Saxe et al., 2014).
  case orthogonal(gain: Double = 1)

  /// A float32 tensor of `shape` on the CPU; the same seed gives the same values.
  func values(shape: [Int], seed: Seed) -> Tensor {
    let fanIn = shape.dropFirst().reduce(1, *)
    switch self {
    case .zeros: return Tensor.zeros(shape)
    case .ones: return Tensor.ones(shape)
    case .constant(let value): return Tensor.full(shape, value)
    case .normal(let mean, let standardDeviation):
      let noise = Tensor.randn(shape, generator: RandomGenerator(seed: seed))
      return noise * standardDeviation + mean
    case .uniform(let bound): return uniform(shape, bound, seed)
    case .kaimingUniform:
      return uniform(shape, 1 / Double(max(fanIn, 1)).squareRoot(), seed)
    case .xavierUniform:
      let fanOut = (shape.first ?? 1) * shape.dropFirst(2).reduce(1, *)
      return uniform(shape, (6 / Double(max(fanIn + fanOut, 1))).squareRoot(), seed)
    case .orthogonal(let gain): return orthogonal(shape, gain, seed)
    }
  }

  private func uniform(_ shape: [Int], _ bound: Double, _ seed: Seed) -> Tensor {
    let unit = Tensor.rand(shape, generator: RandomGenerator(seed: seed))
    return (unit * 2 - 1) * bound
  }

  /// The first factor of a normally distributed matrix, with the signs that make it uniformly distributed.
  private func orthogonal(_ shape: [Int], _ gain: Double, _ seed: Seed) -> Tensor {
    precondition(shape.count >= 2, "an orthogonal initializer needs two dimensions, not \(shape)")
    let rows = shape[0]
    let columns = shape.dropFirst().reduce(1, *)
    let noise = Tensor.randn(
      [max(rows, columns), min(rows, columns)], generator: RandomGenerator(seed: seed),
      dtype: .float64)
    let (orthonormal, upper) = noise.qr()
    let matrix = orthonormal * upper.diagonal().sign() * gain
    return (rows >= columns ? matrix : matrix.transposed(0, 1)).to(.float32).reshaped(shape)
  }
}
