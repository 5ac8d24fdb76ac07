import Foundation
public import Torch

/// Numbers as sines and cosines of falling frequencies (Vaswani et al., 2017; for timesteps Ho et al., 2020).
///
/// With h = ⌊size / 2⌋, frequency i of h is period^(-i / (h - shift)). Sines come first, then cosines; an odd size ends
/// with a 0.
public struct SinusoidalEmbedding: Sendable, Hashable {
  /// The length of a vector.
  public var size: Int
  /// Whether the cosines come first.
  public var cosinesFirst: Bool
  /// What is taken from h in the exponents: 1 makes the last frequency exactly 1 / period, 0 does not.
  public var frequencyShift: Double
  /// The ratio of the first frequency, which is 1, to the last.
  public var period: Double

  /// Creates the function; it has no parameters.
  public init(
    _ size: Int, cosinesFirst: Bool = false, frequencyShift: Double = 0, period: Double = 10_000
  ) {
    self.size = size
    self.cosinesFirst = cosinesFirst
    self.frequencyShift = frequencyShift
    self.period = period
  }

  /// Numbers `[B]` as vectors, float32 `[B, size]`.
  public func callAsFunction(_ numbers: Tensor) -> Tensor {
    precondition(
      numbers.rank == 1, "SinusoidalEmbedding wants numbers [B], not \(numbers.shape)")
    let half = size / 2
    let exponents = Tensor.arange(0, half, device: numbers.device).to(.float32)
    let frequencies = (exponents * (-log(period)) / (Double(half) - frequencyShift)).exp()
    let angles = numbers.to(.float32).unsqueezed(1) * frequencies.unsqueezed(0)
    let (sines, cosines) = (angles.sin(), angles.cos())
    let vectors = Tensor.concatenate(cosinesFirst ? [cosines, sines] : [sines, cosines], dim: 1)
    return size % 2 == 0 ? vectors : vectors.padded([0, 1])
  }
}
