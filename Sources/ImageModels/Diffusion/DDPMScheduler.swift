import RLHFCore
public import Torch

/// Sampling from the posterior of the noising (Ho et al., 2020, "DDPM").
public struct DDPMScheduler: DiffusionScheduler {
  /// What scheduler_config.json says.
  public let configuration: SchedulerConfiguration
  /// How much of the sample is left at each timestep.
  public let schedule: NoiseSchedule

  /// Creates the scheduler of a configuration, of whichever kind it is.
  public init(_ configuration: SchedulerConfiguration) throws {
    try configuration.validate()
    var configuration = configuration
    configuration.kind = .ddpm
    self.configuration = configuration
    schedule = NoiseSchedule(configuration)
  }

  /// The steps of a sampling, with β̃ = (1-ᾱ')/(1-ᾱ) β or β = 1-ᾱ/ᾱ' as variance; the step from timestep 0 has none.
  public func plan(steps count: Int, noise: StepNoise = .init()) throws -> DenoisingPlan {
    let timesteps = try timesteps(count)
    let steps = timesteps.indices.map { index in
      let timestep = timesteps[index]
      let alpha = schedule.alphas[timestep]
      let nextAlpha = index + 1 < count ? schedule.alphas[timesteps[index + 1]] : 1
      let beta = 1 - alpha / nextAlpha
      let variance =
        switch configuration.variance {
        case .fixedSmall, .fixedSmallLog: max((1 - nextAlpha) / (1 - alpha) * beta, 1e-20)
        case .fixedLarge: beta
        }
      return DenoisingPlan.Step(
        timestep: timestep, alpha: alpha, nextAlpha: nextAlpha,
        deviation: timestep == 0 ? 0 : noise.adjusted(variance.squareRoot()))
    }
    return DenoisingPlan(steps: steps)
  }

  /// The distributions of the next samples, with means √ᾱ' β / (1-ᾱ) x₀ + √(ᾱ/ᾱ') (1-ᾱ')/(1-ᾱ) x (equation 7).
  public func step(
    _ indices: [Int], of plan: DenoisingPlan, output: Tensor, sample: Tensor
  ) -> GaussianStep {
    let steps = steps(indices, of: plan, sample: sample)
    let original = prediction(steps, output: output, sample: sample).original
    let fromOriginal = rows(
      steps.map { $0.nextAlpha.squareRoot() * (1 - $0.alpha / $0.nextAlpha) / (1 - $0.alpha) },
      like: sample)
    let fromSample = rows(
      steps.map { ($0.alpha / $0.nextAlpha).squareRoot() * (1 - $0.nextAlpha) / (1 - $0.alpha) },
      like: sample)
    return GaussianStep(
      mean: original * fromOriginal + sample * fromSample, deviations: steps.map(\.deviation),
      predictedOriginal: original)
  }
}
