import Foundation
import RLHFCore
public import Torch

/// Adds noise in training and takes it away in sampling, as a scheduler of diffusers does.
public protocol DiffusionScheduler: Sendable {
  /// What scheduler_config.json says.
  var configuration: SchedulerConfiguration { get }
  /// How much of the sample is left at each timestep.
  var schedule: NoiseSchedule { get }

  /// The steps of a sampling.
  ///
  /// - Parameters:
  ///   - count: The number of steps.
  ///   - noise: How much noise they add.
  /// - Returns: The steps, the noisiest first.
  /// - Throws: An error where there are fewer timesteps than steps.
  func plan(steps count: Int, noise: StepNoise) throws -> DenoisingPlan

  /// The distributions of the next samples.
  ///
  /// - Parameters:
  ///   - indices: The number of the step in the plan for each row; one number stands for all rows.
  ///   - plan: What ``plan(steps:noise:)`` gave.
  ///   - output: What the network predicted, `[B, …]`.
  ///   - sample: The noisy samples, `[B, …]`.
  /// - Returns: The distributions, with gradient where it is enabled.
  func step(
    _ indices: [Int], of plan: DenoisingPlan, output: Tensor, sample: Tensor
  ) -> GaussianStep
}

extension DiffusionScheduler {
  /// The sample at the noise of a timestep for each row.
  public func addNoise(to original: Tensor, noise: Tensor, timesteps: [Int]) -> Tensor {
    schedule.noisy(original, noise: noise, timesteps: timesteps)
  }

  /// What the network should predict at a timestep for each row.
  public func target(original: Tensor, noise: Tensor, timesteps: [Int]) -> Tensor {
    switch configuration.prediction {
    case .epsilon: noise
    case .sample: original
    case .velocity: schedule.velocity(original, noise: noise, timesteps: timesteps)
    }
  }

  /// The timesteps of a sampling, the noisiest first.
  func timesteps(_ count: Int) throws -> [Int] {
    let total = configuration.timestepCount
    guard (1...total).contains(count) else {
      throw RLHFError(
        .invalidConfiguration,
        "Sampling is to take \(count) steps; expected from 1 to the \(total) timesteps of training."
      )
    }
    let timesteps: [Int]
    switch configuration.spacing {
    case .linspace:
      let width = count == 1 ? 0 : Double(total - 1) / Double(count - 1)
      timesteps = (0..<count).reversed().map {
        Int((Double($0) * width).rounded(.toNearestOrEven))
      }
    case .leading:
      timesteps = (0..<count).reversed().map { $0 * (total / count) + configuration.stepsOffset }
    case .trailing:
      let width = Double(total) / Double(count)
      timesteps = (0..<count).map {
        Int((Double(total) - Double($0) * width).rounded(.toNearestOrEven)) - 1
      }
    }
    guard let last = timesteps.first, last < total else {
      throw RLHFError(
        .invalidConfiguration,
        "\(count) steps with steps_offset \(configuration.stepsOffset) reach beyond the \(total) timesteps of training. Take fewer steps or a smaller offset."
      )
    }
    return timesteps
  }

  /// The clean sample that the network's output means, clipped as configured, and the noise that it means without
  /// clipping.
  func prediction(
    _ steps: [DenoisingPlan.Step], output: Tensor, sample: Tensor
  ) -> (original: Tensor, noise: Tensor) {
    let kept = rows(steps.map { $0.alpha.squareRoot() }, like: sample)
    let added = rows(steps.map { (1 - $0.alpha).squareRoot() }, like: sample)
    let original: Tensor
    let noise: Tensor
    switch configuration.prediction {
    case .epsilon:
      original = (sample - output * added) / kept
      noise = output
    case .sample:
      original = output
      noise = (sample - output * kept) / added
    case .velocity:
      original = sample * kept - output * added
      noise = output * kept + sample * added
    }
    return (limited(original), noise)
  }

  /// The steps of the rows of a batch.
  func steps(_ indices: [Int], of plan: DenoisingPlan, sample: Tensor) -> [DenoisingPlan.Step] {
    precondition(
      (indices.count == 1 || indices.count == sample.shape[0])
        && indices.allSatisfy(plan.steps.indices.contains),
      "a step below \(plan.steps.count) is wanted for each of \(sample.shape[0]) samples, not \(indices)"
    )
    let chosen = indices.map { plan.steps[$0] }
    return chosen.count == 1 ? Array(repeating: chosen[0], count: sample.shape[0]) : chosen
  }

  private func limited(_ original: Tensor) -> Tensor {
    if configuration.thresholds { return thresholded(original) }
    guard configuration.clipsSample else { return original }
    return original.clamped(min: -configuration.clipRange, max: configuration.clipRange)
  }

  /// Clips each row to a percentile of its absolute elements, at least 1, and scales it to -1...1 (Saharia et al., 2022).
  private func thresholded(_ original: Tensor) -> Tensor {
    let shape = original.shape
    let flat = original.reshaped([shape[0], -1])
    let (count, magnitudes) = (flat.shape[1], flat.abs().sorted(dim: 1).values)
    let place = configuration.thresholdRatio * Double(count - 1)
    let (below, above) = (Int(place.rounded(.down)), Int(place.rounded(.up)))
    let limit = magnitudes.narrow(dim: 1, start: below, length: 1)
      .lerp(
        magnitudes.narrow(dim: 1, start: above, length: 1), weight: place - Double(below)
      ).clamped(min: 1, max: configuration.thresholdLimit)
    return (flat.minimum(limit).maximum(limit * -1) / limit).reshaped(shape)
  }
}
