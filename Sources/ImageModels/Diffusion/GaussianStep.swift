import Foundation
import RLHFCore
public import Torch

/// One step of denoising as a distribution: independent normal elements with one deviation for each row of a batch.
///
/// It is what a policy over denoising steps acts by (Black et al., 2023, "DDPO").
public struct GaussianStep {
  /// How the elements of one row become one number.
  public enum Reduction: String, Sendable, Codable, CaseIterable {
    /// Their mean: DDPO's, whose ratios are the roots of order `elements` of those of the joint density.
    case mean
    /// Their sum: the logarithm of the joint density.
    case sum
  }

  /// The expected sample, `[B, …]`.
  public let mean: Tensor
  /// The standard deviation of every element of a row; where it is 0, the step is its mean.
  public let deviations: [Double]
  /// The clean sample that the network predicts, clipped where the scheduler clips, `[B, …]`.
  public let predictedOriginal: Tensor

  /// Creates a step with a deviation for each row.
  public init(mean: Tensor, deviations: [Double], predictedOriginal: Tensor) {
    precondition(
      mean.rank > 0 && deviations.count == mean.shape[0],
      "GaussianStep wants a deviation for each row of \(mean.shape), not \(deviations.count)")
    self.mean = mean
    self.deviations = deviations
    self.predictedOriginal = predictedOriginal
  }

  /// mean + deviation · noise.
  public func sample(noise: Tensor) -> Tensor {
    deviations.allSatisfy { $0 == 0 } ? mean : mean + noise * rows(deviations, like: mean)
  }

  /// The log-probability of `next` `[B, …]`, float32 `[B]`: of -(x-μ)²/2σ² - log σ - ½ log 2π the mean or the sum over
  /// the row's elements; 0 for a row whose deviation is 0.
  public func logProbability(of next: Tensor, reduction: Reduction = .mean) -> Tensor {
    precondition(
      next.shape == mean.shape,
      "GaussianStep has a mean \(mean.shape), the next sample is \(next.shape)")
    let wide = mean.to(.float32)
    let scale = rows(deviations.map { $0 == 0 ? 0 : 1 / $0 }, like: wide)
    let scores = (next.to(.float32) - wide) * scale
    let constants = deviations.map { $0 == 0 ? 0 : -log($0) - 0.5 * log(2 * Double.pi) }
    return reduced(scores.square() * -0.5, constants, reduction)
  }

  /// The divergence KL(self ‖ other), float32 `[B]`: the mean or the sum over a row's elements.
  ///
  /// An element's is (μ-μ')²/2σ'² + log(σ'/σ) + σ²/2σ'² - ½, of which only the first term is left where deviations are
  /// equal. A row whose deviations are 0 has none.
  public func divergence(from other: GaussianStep, reduction: Reduction = .mean) -> Tensor {
    precondition(
      other.mean.shape == mean.shape
        && zip(deviations, other.deviations).allSatisfy { ($0 == 0) == ($1 == 0) },
      "the divergence of steps \(mean.shape) and \(other.mean.shape) wants deviations that are 0 in the same rows"
    )
    let wide = mean.to(.float32)
    let scale = rows(other.deviations.map { $0 == 0 ? 0 : 1 / $0 }, like: wide)
    let scores = (wide - other.mean.to(.float32)) * scale
    let constants = zip(deviations, other.deviations).map { own, other in
      own == other ? 0 : log(other / own) + own * own / (2 * other * other) - 0.5
    }
    return reduced(scores.square() * 0.5, constants, reduction)
  }

  private func reduced(
    _ elements: Tensor, _ constants: [Double], _ reduction: Reduction
  ) -> Tensor {
    let flat = elements.reshaped([elements.shape[0], -1])
    let added = Tensor(constants.map(Float.init), device: mean.device)
    switch reduction {
    case .mean: return flat.mean(dim: 1) + added
    case .sum: return flat.sum(dim: 1) + added * Double(flat.shape[1])
    }
  }
}
