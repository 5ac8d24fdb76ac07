public import RLHFCore

/// How much noise the steps of sampling add, and which of them are actions.
///
/// The last steps of usual schedules have a tiny deviation or none. Their log-probabilities are enormous or infinite, so
/// a policy's update by them would see nothing else (measured: with ten DDIM steps the deviations end with 0.285, 0.010
/// and 0).
public struct StepNoise: StageOptions, Hashable {
  /// The factor η of DDIM's deviation: 0 is deterministic, 1 is DDPM's (Song et al., 2021, equation 16); DDPM has none.
  public var eta = 1.0
  /// Steps with a smaller deviation add none: they are no actions.
  public var deterministicBelow = 0.0
  /// The least deviation of all other steps.
  public var floor = 0.0

  /// Creates the defaults: the scheduler's deviations with η 1.
  public init() {}

  /// Creates noise with the factor `eta`.
  public init(eta: Double, deterministicBelow: Double = 0, floor: Double = 0) {
    self.eta = eta
    self.deterministicBelow = deterministicBelow
    self.floor = floor
  }

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.fraction(eta, "eta")
    check.notNegative(deterministicBelow, "deterministicBelow")
    check.notNegative(floor, "floor")
  }

  /// The deviation that is used in place of the scheduler's.
  func adjusted(_ deviation: Double) -> Double {
    deviation == 0 || deviation < deterministicBelow ? 0 : max(deviation, floor)
  }
}

/// The steps of one sampling, from noise to a sample.
public struct DenoisingPlan: Sendable, Hashable {
  /// One step.
  public struct Step: Sendable, Hashable {
    /// The timestep that the step starts from, which the network is told.
    public let timestep: Int
    /// ᾱ there.
    let alpha: Double
    /// ᾱ where the step leads.
    let nextAlpha: Double
    /// The deviation of the noise that it adds.
    public let deviation: Double
  }

  /// The steps in order.
  public let steps: [Step]

  /// The timesteps that the steps start from.
  public var timesteps: [Int] { steps.map(\.timestep) }
  /// The deviations of the noise that the steps add.
  public var deviations: [Double] { steps.map(\.deviation) }
  /// The numbers of the steps that add noise: those that are actions.
  public var stochasticSteps: [Int] { steps.indices.filter { steps[$0].deviation > 0 } }
}
