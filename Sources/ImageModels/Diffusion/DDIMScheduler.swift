import RLHFCore
public import Torch

/// Sampling that need not visit all timesteps, with as much noise as is asked for (Song et al., 2021, "DDIM").
public struct DDIMScheduler: DiffusionScheduler {
  /// What scheduler_config.json says.
  public let configuration: SchedulerConfiguration
  /// How much of the sample is left at each timestep.
  public let schedule: NoiseSchedule

  /// Creates the scheduler of a configuration, of whichever kind it is.
  public init(_ configuration: SchedulerConfiguration) throws {
    try configuration.validate()
    var configuration = configuration
    configuration.kind = .ddim
    self.configuration = configuration
    schedule = NoiseSchedule(configuration)
  }

  /// The steps of a sampling, whose deviations are η √((1-ᾱ')/(1-ᾱ) · (1-ᾱ/ᾱ')) (equation 16).
  public func plan(steps count: Int, noise: StepNoise = .init()) throws -> DenoisingPlan {
    let stride = configuration.timestepCount / max(count, 1)
    let steps = try timesteps(count).map { timestep in
      let alpha = schedule.alphas[timestep]
      let next = timestep - stride
      let nextAlpha =
        next >= 0 ? schedule.alphas[next] : configuration.endsClean ? 1 : schedule.alphas[0]
      let variance = (1 - nextAlpha) / (1 - alpha) * (1 - alpha / nextAlpha)
      return DenoisingPlan.Step(
        timestep: timestep, alpha: alpha, nextAlpha: nextAlpha,
        deviation: noise.adjusted(noise.eta * max(0, variance).squareRoot()))
    }
    return DenoisingPlan(steps: steps)
  }

  /// The distributions of the next samples, with means √ᾱ' x₀ + √(1-ᾱ'-σ²) ε (equation 12).
  public func step(
    _ indices: [Int], of plan: DenoisingPlan, output: Tensor, sample: Tensor
  ) -> GaussianStep {
    let steps = steps(indices, of: plan, sample: sample)
    let (original, noise) = prediction(steps, output: output, sample: sample)
    let kept = rows(steps.map { $0.nextAlpha.squareRoot() }, like: sample)
    // A deviation that was raised to a floor may leave no room for the direction.
    let direction = rows(
      steps.map { max(0, 1 - $0.nextAlpha - $0.deviation * $0.deviation).squareRoot() },
      like: sample)
    return GaussianStep(
      mean: original * kept + noise * direction, deviations: steps.map(\.deviation),
      predictedOriginal: original)
  }
}
