import Foundation
public import Torch

/// How much of the sample is left at each timestep of training: ᾱ (Ho et al., 2020, equation 4).
///
/// The numbers are rounded as PyTorch's float32 has them, so that small differences of them agree with diffusers'.
public struct NoiseSchedule: Sendable, Hashable {
  /// ᾱ of each timestep: x = √ᾱ x₀ + √(1-ᾱ) ε.
  public let alphas: [Double]

  init(_ configuration: SchedulerConfiguration) {
    let betas = Self.betas(configuration)
    var cumulative = Self.cumulative(betas.map { 1 - $0 })
    if configuration.rescalesToZero {
      cumulative = Self.cumulative(Self.rescaled(cumulative))
    }
    alphas = cumulative.map(Double.init)
  }

  /// x = √ᾱ x₀ + √(1-ᾱ) ε, the sample `[B, …]` with noise of the same shape, at a timestep for each row.
  public func noisy(_ original: Tensor, noise: Tensor, timesteps: [Int]) -> Tensor {
    let (kept, added) = roots(timesteps, like: original)
    return original * kept + noise * added
  }

  /// √ᾱ ε - √(1-ᾱ) x₀ (Salimans and Ho, 2022).
  public func velocity(_ original: Tensor, noise: Tensor, timesteps: [Int]) -> Tensor {
    let (kept, added) = roots(timesteps, like: original)
    return noise * kept - original * added
  }

  /// The ratio ᾱ / (1-ᾱ) of the sample's power to the noise's.
  public func signalToNoise(_ timestep: Int) -> Double {
    alphas[timestep] / (1 - alphas[timestep])
  }

  private func roots(_ timesteps: [Int], like sample: Tensor) -> (Tensor, Tensor) {
    precondition(
      timesteps.count == sample.shape[0] && timesteps.allSatisfy(alphas.indices.contains),
      "a timestep below \(alphas.count) is wanted for each of \(sample.shape[0]) samples, not "
        + "\(timesteps)")
    return (
      rows(timesteps.map { alphas[$0].squareRoot() }, like: sample),
      rows(timesteps.map { (1 - alphas[$0]).squareRoot() }, like: sample)
    )
  }

  private static func betas(_ configuration: SchedulerConfiguration) -> [Float] {
    if let betas = configuration.trainedBetas { return betas.map(Float.init) }
    let count = configuration.timestepCount
    let (start, end) = (configuration.betaStart, configuration.betaEnd)
    switch configuration.betaSchedule {
    case .linear: return line(from: start, to: end, count)
    case .scaledLinear:
      return line(from: start.squareRoot(), to: end.squareRoot(), count).map { $0 * $0 }
    case .squaredCosine:
      func left(_ time: Double) -> Double {
        let cosine = cos((time + 0.008) / 1.008 * Double.pi / 2)
        return cosine * cosine
      }
      return (0..<count).map { step in
        let (now, next) = (Double(step) / Double(count), Double(step + 1) / Double(count))
        return Float(min(1 - left(next) / left(now), 0.999))
      }
    }
  }

  /// Numbers in equal steps, from both ends as `torch.linspace` computes them.
  private static func line(from start: Double, to end: Double, _ count: Int) -> [Float] {
    let (start, end) = (Float(start), Float(end))
    guard count > 1 else { return [start] }
    let step = (end - start) / Float(count - 1)
    return (0..<count).map { index in
      index < count / 2 ? start + step * Float(index) : end - step * Float(count - index - 1)
    }
  }

  private static func cumulative(_ alphas: [Float]) -> [Float] {
    var product = 1.0
    return alphas.map { alpha in
      product *= Double(alpha)
      return Float(product)
    }
  }

  /// The steps' alphas after √ᾱ was shifted and scaled so that the first stays and the last is 0 (Lin et al., 2024,
  /// algorithm 1).
  private static func rescaled(_ cumulative: [Float]) -> [Float] {
    var roots = cumulative.map { $0.squareRoot() }
    let (first, last) = (roots[0], roots[roots.count - 1])
    roots = roots.map { ($0 - last) * (first / (first - last)) }
    let squares = roots.map { $0 * $0 }
    // The way over the variances rounds as diffusers does.
    return [1 - (1 - squares[0])] + zip(squares.dropFirst(), squares).map { 1 - (1 - $0 / $1) }
  }
}

/// Numbers for the rows of a batch, `[B, 1, …]` in the element type and on the device of `sample` `[B, …]`; one number
/// for all of them stays one.
func rows(_ numbers: [Double], like sample: Tensor) -> Tensor {
  let single = Set(numbers).count == 1
  let shape = single ? [] : [numbers.count] + Array(repeating: 1, count: sample.rank - 1)
  return Tensor(single ? [numbers[0]] : numbers, shape: shape).to(sample.dtype).to(sample.device)
}
