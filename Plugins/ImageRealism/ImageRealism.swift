public import Foundation
import ImageModels
import Media
public import RLHF

/// Image realism: a diffusion model makes images, people say which look more real.
///
/// Policies are pipeline directories in the layout of diffusers. A new one is a small U-Net that learns from the
/// project's images; `--from` takes an existing one.
public struct ImageRealism: Domain {
  /// How the domain presents itself.
  public static let descriptor = DomainDescriptor(
    id: "image-realism", title: "Image realism", question: "Which image is better?",
    criteria: [
      .overall,
      Criterion(id: "realism", question: "Which image looks more real?"),
      Criterion(
        id: "technicality", question: "Which image is sharper, with fewer flaws of the picture?"),
      Criterion(
        id: "emotion", title: "Emotional content", question: "Which image moves you more?"),
    ])

  /// The settings in force.
  public var configuration = ImageRealismConfiguration()

  /// Creates the domain with its default configuration.
  public init() {}

  /// The settings of training that suit denoising steps.
  ///
  /// The ratio of a step is that of one number, a mean over all, so the clip range is small; the divergence is in the loss
  /// and exact; a few actions go through the model at once.
  public var stageSettings: JSONValue {
    [
      "sft": ["batchSize": 64, "microbatchSize": 64, "averageDecay": 0.995],
      "reward": ["epochs": 6, "batchSize": 64, "learningRate": 0.002],
      "ppo": [
        "algorithm": "ppo-per-prompt", "batchSize": 128, "minibatchSize": 64, "microbatchSize": 64,
        "epochs": 1, "actionsAtOnce": 1, "clipRange": 2.6e-4, "advantageClip": 5,
        "learningRate": 2e-4, "kl": ["usesDistributions": true, "coefficient": 0],
        "score": ["clip": .null],
      ],
    ]
  }

  /// Makes an untrained policy.
  public func makePolicy(
    for corpus: Corpus<ImagePrompt, ImageArtifact>, seed: Seed
  ) throws -> DiffusionPolicy {
    guard configuration.adapter == nil else {
      throw RLHFError(
        .invalidConfiguration,
        "domain.adapter adapts a model that there is. Start from a pipeline directory with --from, or fine-tune without domain.adapter first and set it for what follows."
      )
    }
    let classes =
      configuration.classes.isEmpty
      ? Set((corpus.demonstrations.map(\.prompt) + corpus.prompts).compactMap(\.text)).sorted()
      : configuration.classes
    var schedule = SchedulerConfiguration()
    // The last step then still begins above the least noise, so that its mean is defined.
    schedule.stepsOffset = 1
    let pipeline = try DiffusionPipeline(
      UNet2DModel(modelConfiguration(classes: classes.count), seed: seed),
      scheduler: DDIMScheduler(schedule))
    return try DiffusionPolicy(
      pipeline: pipeline, classes: classes, configuration: configuration)
  }

  private func modelConfiguration(classes: Int) -> UNet2DConfiguration {
    var model = UNet2DConfiguration()
    let levels = configuration.channels.count
    let plain = levels - configuration.attentionLevels
    model.sampleSize = ImageSize(configuration.size)
    model.blockChannels = configuration.channels
    model.layersPerBlock = configuration.layersPerBlock
    model.downBlocks = (0..<levels).map { $0 < plain ? .plain : .attention }
    model.upBlocks = (0..<levels).map { $0 < configuration.attentionLevels ? .attention : .plain }
    model.groupCount = configuration.groups
    model.attentionHeadSize = configuration.headSize
    if classes > 0 { model.classCount = classes + (configuration.classDropout > 0 ? 1 : 0) }
    return model
  }

  /// Makes an untrained encoder.
  public func makeEncoder(
    for corpus: Corpus<ImagePrompt, ImageArtifact>, policy: DiffusionPolicy?, seed: Seed
  ) throws -> ImageRewardEncoder {
    try ImageRewardEncoder(
      size: configuration.size, configuration: configuration.reward, seed: seed)
  }

  /// Reads an encoder from a directory.
  public func loadEncoder(from directory: URL) throws -> ImageRewardEncoder {
    try ImageRewardEncoder(from: directory)
  }

  /// Writes an encoder into a directory.
  public func saveEncoder(_ encoder: ImageRewardEncoder, to directory: URL) throws {
    try encoder.save(to: directory)
  }

  /// A few words that stand for the value in tables and reports.
  public func text(of prompt: ImagePrompt) -> String { prompt.text ?? "any image" }

  /// A few words that stand for the value in tables and reports.
  public func text(of artifact: ImageArtifact) -> String {
    guard let image = try? artifact.image() else { return "an image that cannot be read" }
    let figures = ImageMeasures(of: image).named.sorted { $0.key < $1.key }.map { name, value in
      "\(name) \((value * 1000).rounded() / 1000)"
    }
    return "\(image.width) × \(image.height): \(figures.joined(separator: ", "))"
  }

  /// A prompt made from what a person types.
  public func prompt(
    fromText text: String, after turns: [Sample<ImagePrompt, ImageArtifact>]
  ) -> ImagePrompt? {
    ImagePrompt(text.isEmpty ? nil : text)
  }

  /// A program that rates the plugin's own drawings, where the project is about them.
  public func makeScriptedRater() throws -> (any Rater<ImagePrompt, ImageArtifact>)? {
    configuration.drawings ? ScriptedImageRater(scenes: scenes) : nil
  }

  /// A judge of the plugin's own drawings that training never sees.
  public func makeHeldOutJudge() throws -> (any Rater<ImagePrompt, ImageArtifact>)? {
    configuration.drawings ? ScriptedImageJudge(scenes: scenes) : nil
  }

  var scenes: DrawnScenes { DrawnScenes(size: configuration.size) }

  /// Simple rules that a reward model is measured against.
  public var baselines: [PreferenceBaseline<ImagePrompt, ImageArtifact>] { ImageRules.all }

  /// Figures of the pixels that people look at beside the score.
  public func measurements(of sample: Sample<ImagePrompt, ImageArtifact>) -> [String: Double] {
    guard let image = try? sample.artifact.image() else { return [:] }
    return ImageMeasures(of: image).named
  }
}
