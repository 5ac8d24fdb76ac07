public import Foundation
import NeuralNetworks
import RLHFCore

/// How noise is added in training and removed in sampling, read from and written to diffusers' scheduler_config.json.
public struct SchedulerConfiguration: Sendable, Hashable {
  /// The schedulers that can be built, by diffusers' class names.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Ho et al. (2020).
    case ddpm = "DDPMScheduler"
    /// Song et al. (2021).
    case ddim = "DDIMScheduler"
  }

  /// How the variance of a training step grows.
  public enum BetaSchedule: String, Sendable, Codable, CaseIterable {
    /// In a line.
    case linear
    /// Its root in a line (Rombach et al., 2022).
    case scaledLinear = "scaled_linear"
    /// So that what is left of the sample falls like a squared cosine (Nichol and Dhariwal, 2021).
    case squaredCosine = "squaredcos_cap_v2"
  }

  /// What the network predicts.
  public enum PredictionType: String, Sendable, Codable, CaseIterable {
    /// The noise ε.
    case epsilon
    /// The clean sample x₀.
    case sample
    /// The velocity √ᾱ ε - √(1-ᾱ) x₀ (Salimans and Ho, 2022).
    case velocity = "v_prediction"
  }

  /// Which of the training's timesteps sampling visits (Lin et al., 2024, table 2).
  public enum TimestepSpacing: String, Sendable, Codable, CaseIterable {
    /// From the first to the last in equal steps.
    case linspace
    /// Equal steps from the first on, plus the offset.
    case leading
    /// Equal steps back from the last.
    case trailing
  }

  /// The variance of a step of ``Kind/ddpm``.
  public enum VarianceType: String, Sendable, Codable, CaseIterable {
    /// The posterior's, β̃.
    case fixedSmall = "fixed_small"
    /// The posterior's, by way of its logarithm: the same.
    case fixedSmallLog = "fixed_small_log"
    /// That of the step forward, β.
    case fixedLarge = "fixed_large"
  }

  /// Which scheduler it is.
  public var kind = Kind.ddim
  /// The number of timesteps in training.
  public var timestepCount = 1000
  /// The first step's variance.
  public var betaStart = 0.0001
  /// The last step's variance.
  public var betaEnd = 0.02
  /// How the variance grows.
  public var betaSchedule = BetaSchedule.linear
  /// Variances that take the place of the schedule's.
  public var trainedBetas: [Double]?
  /// What the network predicts.
  public var prediction = PredictionType.epsilon
  /// Whether the predicted clean sample is clipped.
  public var clipsSample = true
  /// To which range around 0 it is clipped.
  public var clipRange = 1.0
  /// Whether the predicted clean sample is clipped to a percentile and scaled instead (Saharia et al., 2022).
  public var thresholds = false
  /// The fraction of elements within the percentile.
  public var thresholdRatio = 0.995
  /// The largest percentile.
  public var thresholdLimit = 1.0
  /// Which timesteps sampling visits.
  public var spacing = TimestepSpacing.leading
  /// What is added to the timesteps of ``TimestepSpacing/leading``.
  public var stepsOffset = 0
  /// Whether nothing of the sample is left at the last timestep (Lin et al., 2024).
  public var rescalesToZero = false
  /// Whether the last step of ``Kind/ddim`` leads to the clean sample; else to the first timestep's noise.
  public var endsClean = true
  /// The variance of ``Kind/ddpm``.
  public var variance = VarianceType.fixedSmall

  /// Creates the defaults of diffusers.
  public init() {}

  /// Checks that the numbers are possible.
  public func validate() throws {
    var check = SettingsCheck(section: "")
    check.positive(timestepCount, "num_train_timesteps")
    for (name, beta) in [("beta_start", betaStart), ("beta_end", betaEnd)] {
      check.require(beta > 0 && beta < 1, name, "a number above 0 and below 1", found: beta)
    }
    if let trainedBetas {
      check.require(
        trainedBetas.count == timestepCount, "trained_betas",
        "as many as num_train_timesteps (\(timestepCount))",
        found: "a list of \(trainedBetas.count)")
      check.require(
        trainedBetas.allSatisfy { $0 > 0 && $0 <= 1 }, "trained_betas", "numbers from 0 to 1",
        found: "a list with others")
    }
    check.positive(clipRange, "clip_sample_range")
    check.fraction(thresholdRatio, "dynamic_thresholding_ratio")
    check.require(
      thresholdLimit >= 1, "sample_max_value", "a number of at least 1", found: thresholdLimit)
    check.require(
      stepsOffset >= 0 && stepsOffset < timestepCount, "steps_offset",
      "a whole number from 0 to below \(timestepCount)", found: stepsOffset)
    try check.finish(source: "the scheduler's configuration is impossible")
  }

  /// The scheduler.
  public func makeScheduler() throws -> any DiffusionScheduler {
    switch kind {
    case .ddpm: try DDPMScheduler(self)
    case .ddim: try DDIMScheduler(self)
    }
  }
}

extension SchedulerConfiguration: Codable {
  /// Reads scheduler_config.json's object.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    self.init()
    guard let kind = try keys.choice("_class_name", Kind.self) else {
      throw RLHFError(.invalidConfiguration, "'_class_name' is missing, expected a String")
    }
    self.kind = kind
    timestepCount = try keys.optional("num_train_timesteps") ?? timestepCount
    betaStart = try keys.optional("beta_start") ?? betaStart
    betaEnd = try keys.optional("beta_end") ?? betaEnd
    betaSchedule = try keys.choice("beta_schedule") ?? betaSchedule
    trainedBetas = try keys.optional("trained_betas")
    prediction = try keys.choice("prediction_type") ?? prediction
    clipsSample = try keys.optional("clip_sample") ?? clipsSample
    clipRange = try keys.optional("clip_sample_range") ?? clipRange
    thresholds = try keys.optional("thresholding") ?? false
    thresholdRatio = try keys.optional("dynamic_thresholding_ratio") ?? thresholdRatio
    thresholdLimit = try keys.optional("sample_max_value") ?? thresholdLimit
    spacing = try keys.choice("timestep_spacing") ?? spacing
    stepsOffset = try keys.optional("steps_offset") ?? 0
    rescalesToZero = try keys.optional("rescale_betas_zero_snr") ?? false
    endsClean = try keys.optional("set_alpha_to_one") ?? true
    variance = try keys.choice("variance_type") ?? variance
  }

  /// Encodes the value, with the keys that diffusers writes for its kind.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("_class_name", kind)
    try keys.put("_diffusers_version", diffusersVersion)
    try keys.put("num_train_timesteps", timestepCount)
    try keys.put("beta_start", betaStart)
    try keys.put("beta_end", betaEnd)
    try keys.put("beta_schedule", betaSchedule)
    try keys.put("trained_betas", trainedBetas)
    try keys.put("prediction_type", prediction)
    try keys.put("clip_sample", clipsSample)
    try keys.put("clip_sample_range", clipRange)
    try keys.put("thresholding", thresholds)
    try keys.put("dynamic_thresholding_ratio", thresholdRatio)
    try keys.put("sample_max_value", thresholdLimit)
    try keys.put("timestep_spacing", spacing)
    try keys.put("steps_offset", stepsOffset)
    try keys.put("rescale_betas_zero_snr", rescalesToZero)
    switch kind {
    case .ddim: try keys.put("set_alpha_to_one", endsClean)
    case .ddpm: try keys.put("variance_type", variance)
    }
  }

  static let fileName = "scheduler_config.json"

  /// Reads scheduler_config.json of a directory.
  public static func load(from directory: URL) throws -> SchedulerConfiguration {
    let url = directory.appendingPathComponent(fileName)
    let configuration = try ConfigurationFile.read(SchedulerConfiguration.self, at: url)
    do {
      try configuration.validate()
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(url.path): \(error.message)")
    }
    return configuration
  }

  /// Writes scheduler_config.json into `directory`, which is made if need be.
  public func save(to directory: URL) throws {
    try DiffusersDirectory.make(directory)
    try ConfigurationFile.write(self, to: directory.appendingPathComponent(Self.fileName))
  }
}
