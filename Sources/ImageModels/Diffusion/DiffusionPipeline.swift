public import Foundation
import NeuralNetworks
import RLHFCore
public import Torch

/// A network and a scheduler that make images of noise: a directory with model_index.json, as diffusers' `DDPMPipeline`
/// and `DDIMPipeline` have it.
public struct DiffusionPipeline {
  /// The pipelines that can be read, by diffusers' class names.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Sampling by the scheduler that the directory names.
    case ddpm = "DDPMPipeline"
    /// Sampling by ``DDIMScheduler``, whichever the directory names.
    case ddim = "DDIMPipeline"
  }

  /// The network.
  public let predictor: UNet2DModel
  /// Adds and takes away noise.
  public let scheduler: any DiffusionScheduler

  /// Creates a pipeline.
  public init(_ predictor: UNet2DModel, scheduler: any DiffusionScheduler) throws {
    let shape = predictor.configuration
    guard shape.inputChannels == shape.outputChannels else {
      throw RLHFError(
        .incompatibleModel,
        "The network takes \(shape.inputChannels) channels and predicts \(shape.outputChannels), expected as many. Learned variances are not supported."
      )
    }
    self.predictor = predictor
    self.scheduler = scheduler
  }

  /// Makes images of noise.
  ///
  /// - Parameters:
  ///   - noise: The noise to start from, standard normal `[B, C, H, W]`.
  ///   - steps: The number of steps.
  ///   - stepNoise: How much noise the steps add; none by default where the scheduler can do without.
  ///   - classLabels: The class of each image, exactly where the network has classes.
  ///   - guidance: Strengthens the classes.
  ///   - draw: Gives the standard normal noise, of the shape of `noise`, of the step with that number; it is called for
  ///     the steps that add some.
  /// - Returns: The images in -1...1 where the scheduler clips, else about that, `[B, C, H, W]`.
  /// - Throws: An error where the number of steps is impossible.
  public func generate(
    from noise: Tensor, steps: Int, stepNoise: StepNoise = StepNoise(eta: 0),
    classLabels: [Int]? = nil, guidance: Guidance? = nil, draw: (_ step: Int) -> Tensor
  ) throws -> Tensor {
    let plan = try scheduler.plan(steps: steps, noise: stepNoise)
    let labels = classLabels.map { Tensor($0, device: noise.device) }
    return withoutGradient {
      var sample = noise
      for (index, timestep) in plan.timesteps.enumerated() {
        let times = Tensor(
          Array(repeating: timestep, count: noise.shape[0]), device: noise.device)
        let output =
          if let guidance, let labels {
            predictor.guided(sample, timesteps: times, classLabels: labels, by: guidance)
          } else {
            predictor(sample, timesteps: times, classLabels: labels)
          }
        let step = scheduler.step([index], of: plan, output: output, sample: sample)
        sample = plan.deviations[index] > 0 ? step.sample(noise: draw(index)) : step.mean
      }
      return sample
    }
  }

  /// Makes images of noise that `generator` draws, at first and for the steps; see
  /// ``generate(from:steps:stepNoise:classLabels:guidance:draw:)``.
  public func generate(
    _ count: Int, size: ImageSize? = nil, steps: Int, stepNoise: StepNoise = StepNoise(eta: 0),
    classLabels: [Int]? = nil, guidance: Guidance? = nil, generator: RandomGenerator
  ) throws -> Tensor {
    guard let size = size ?? predictor.sampleSize else {
      throw RLHFError(
        .invalidConfiguration,
        "The network's configuration has no sample_size, and no size was given. Give one.")
    }
    let shape = [count, predictor.channelCount, size.height, size.width]
    return try generate(
      from: Tensor.randn(shape, generator: generator), steps: steps, stepNoise: stepNoise,
      classLabels: classLabels, guidance: guidance
    ) { _ in Tensor.randn(shape, generator: generator) }
  }

  /// Reads a directory with model_index.json, "unet" and "scheduler".
  ///
  /// - Parameters:
  ///   - directory: The pipeline's directory.
  ///   - dtype: The element type to compute in.
  ///   - device: Where the parameters live.
  /// - Returns: The pipeline.
  /// - Throws: An error that names the file and what does not fit.
  public static func load(
    from directory: URL, dtype: DType = .float32, device: Device = .cpu
  ) throws -> DiffusionPipeline {
    let index = try ConfigurationFile.read(
      PipelineIndex.self, at: directory.appendingPathComponent(PipelineIndex.fileName))
    var configuration = try SchedulerConfiguration.load(
      from: directory.appendingPathComponent("scheduler"))
    configuration.kind = index.kind == .ddim ? .ddim : index.scheduler
    let predictor = try UNet2DModel.load(
      from: directory.appendingPathComponent("unet"), dtype: dtype, device: device)
    do {
      return try DiffusionPipeline(predictor, scheduler: configuration.makeScheduler())
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(directory.path): \(error.message)")
    }
  }

  /// Writes model_index.json, "unet" and "scheduler" into `directory`, which is made if need be.
  public func save(to directory: URL) throws {
    try predictor.save(to: directory.appendingPathComponent("unet"))
    try scheduler.configuration.save(to: directory.appendingPathComponent("scheduler"))
    let kind = scheduler.configuration.kind
    try ConfigurationFile.write(
      PipelineIndex(kind: kind == .ddim ? .ddim : .ddpm, scheduler: kind),
      to: directory.appendingPathComponent(PipelineIndex.fileName))
  }
}

/// What model_index.json says: the classes of the parts.
private struct PipelineIndex: Codable {
  static let fileName = "model_index.json"

  var kind: DiffusionPipeline.Kind
  var scheduler: SchedulerConfiguration.Kind

  init(kind: DiffusionPipeline.Kind, scheduler: SchedulerConfiguration.Kind) {
    self.kind = kind
    self.scheduler = scheduler
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    _ = try keys.required("_class_name", String.self)
    kind = try keys.choice("_class_name") ?? .ddpm
    try keys.requirePart("unet", [UNet2DConfiguration.className])
    let name = try keys.requirePart(
      "scheduler", SchedulerConfiguration.Kind.allCases.map(\.rawValue))
    scheduler = SchedulerConfiguration.Kind(rawValue: name) ?? .ddpm
  }

  func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("_class_name", kind)
    try keys.put("_diffusers_version", diffusersVersion)
    try keys.put("unet", ["diffusers", UNet2DConfiguration.className])
    try keys.put("scheduler", ["diffusers", scheduler.rawValue])
  }
}
