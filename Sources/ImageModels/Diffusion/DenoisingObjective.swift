public import RLHFCore
public import Torch

/// How a network learns to denoise: the mean squared error of its prediction at random timesteps (Ho et al., 2020,
/// equation 14).
public struct DenoisingObjective: StageOptions, Hashable {
  /// The largest signal-to-noise ratio that counts in full, γ: an error in x₀ at ratio s weighs min(s, γ) (Hang et al.,
  /// 2023, "min-SNR", who take 5); `nil` leaves the errors as they are.
  public var signalLimit: Double?
  /// How often a label is replaced by the null class, so that guidance has something to compare with.
  public var labelDropout = 0.1

  /// Creates the defaults: no weights, one label in ten replaced.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    if let signalLimit { check.positive(signalLimit, "signalLimit") }
    check.fraction(labelDropout, "labelDropout")
  }

  /// The loss of a batch.
  ///
  /// - Parameters:
  ///   - originals: Clean samples in -1...1, `[B, C, H, W]`.
  ///   - classLabels: The class of each, exactly where the network has classes.
  ///   - nullClass: The class that stands for none; without one, labels are never replaced.
  ///   - predictor: The network.
  ///   - scheduler: What adds the noise.
  ///   - generator: Draws timesteps, noise, replacements of labels and dropout.
  /// - Returns: The mean over the batch, a scalar with gradient where it is enabled.
  public func loss(
    of originals: Tensor, classLabels: [Int]? = nil, nullClass: Int? = nil,
    by predictor: any NoisePredictor, _ scheduler: any DiffusionScheduler,
    generator: RandomGenerator
  ) -> Tensor {
    let batch = originals.shape[0]
    let timesteps = Tensor.randomIntegers(
      [batch], in: 0..<scheduler.configuration.timestepCount, generator: generator)
    let times = timesteps.ints()
    let noise = Tensor.randn(originals.shape, generator: generator)
    var labels = classLabels
    if let nullClass, labelDropout > 0, labels != nil {
      let replaced = Tensor.rand([batch], generator: generator).floats()
      labels = labels.map { labels in
        zip(labels, replaced).map { Double($1) < labelDropout ? nullClass : $0 }
      }
    }
    let output = predictor(
      scheduler.addNoise(to: originals, noise: noise, timesteps: times), timesteps: timesteps,
      classLabels: labels.map { Tensor($0, device: originals.device) }, context: nil,
      dropout: generator)
    let target = scheduler.target(original: originals, noise: noise, timesteps: times)
    let errors = (output - target).square().reshaped([batch, -1]).mean(dim: 1)
    let weights = times.map { Float(weight(of: $0, scheduler)) }
    return (errors * Tensor(weights, device: errors.device)).mean()
  }

  /// The weight of the squared error of what the network predicts at a timestep.
  public func weight(of timestep: Int, _ scheduler: any DiffusionScheduler) -> Double {
    guard let signalLimit else { return 1 }
    let ratio = scheduler.schedule.signalToNoise(timestep)
    let limited = min(ratio, signalLimit)
    return switch scheduler.configuration.prediction {
    case .epsilon: ratio == 0 ? 1 : limited / ratio
    case .sample: limited
    case .velocity: limited / (ratio + 1)
    }
  }
}
