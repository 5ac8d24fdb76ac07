public import RLHF

/// The settings of image realism: the `domain:` section of `rlhf.yaml`.
public struct ImageRealismConfiguration: StageOptions {
  /// The width and height of the images of a model made from scratch; also what the small reward encoder sees.
  public var size = 16
  /// The names of the classes, in the order of the model's labels; where empty, those of the project's prompts.
  public var classes: [String] = []
  /// Whether the name of the folder of a file that is read is that of its class, whatever it is.
  public var classFolders = false
  /// The channels of each level of a model made from scratch, the finest first.
  public var channels = [16, 32]
  /// The number of residual blocks at each level.
  public var layersPerBlock = 1
  /// The number of levels, from the coarsest, that have attention beside the middle.
  public var attentionLevels = 0
  /// The number of groups of the model's normalisations.
  public var groups = 8
  /// The channels of a head of attention.
  public var headSize = 8
  /// The fraction of fine-tuning in which the class is withheld, so that guidance has something to guide from.
  public var classDropout = 0.0
  /// Whether fine-tuning sees each image mirrored half of the time.
  public var flips = false
  /// The number of denoising steps of sampling.
  public var steps = 10
  /// How much noise each step adds: 0 for none, 1 for as much as the model was trained with.
  public var eta = 1.0
  /// The least standard deviation of a step that is an action: smaller ones would outweigh all others in the ratio.
  public var deviationFloor = 0.02
  /// The standard deviation below which a step takes its mean and is no action.
  ///
  /// The last but one of ten steps has 0.01: it alone would make most of the divergence and of the gradient.
  public var deterministicBelow = 0.05
  /// How the log-densities of the numbers of a step become that of the step.
  public var reduction = ActionReduction.mean
  /// How far predictions go beyond the unconditional one, towards the prompt; 1 does not.
  public var guidance = 1.0
  /// The number of images that go through the model at once in sampling.
  public var samplingBatch = 64
  /// The low-rank adapters that training changes instead of the model; `nil` to train the whole model.
  public var adapter: ImageAdapterConfiguration?
  /// The encoder of the reward model.
  public var reward = ImageRewardConfiguration()
  /// Whether the images are the scenes that this plugin draws: they have a scripted rater and a judge.
  public var drawings = false
  /// A folder of real images that samples are compared with as a whole; training does not see it.
  public var references: String?

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(size, "size")
    check.require(
      !channels.isEmpty && channels.allSatisfy { $0 > 0 && $0 % max(groups, 1) == 0 }, "channels",
      "multiples of groups (\(groups))", found: channels)
    let factor = 1 << max(channels.count - 1, 0)
    check.require(
      size % factor == 0, "size", "a multiple of \(factor), for \(channels.count) levels",
      found: size)
    check.require(
      Set(classes).count == classes.count, "classes", "different names", found: classes)
    check.positive(layersPerBlock, "layersPerBlock")
    check.require(
      (0...channels.count).contains(attentionLevels), "attentionLevels",
      "0 to \(channels.count), the number of levels", found: attentionLevels)
    check.positive(groups, "groups")
    check.positive(headSize, "headSize")
    check.require(
      classDropout >= 0 && classDropout < 1, "classDropout", "a number from 0 to below 1",
      found: classDropout)
    check.positive(steps, "steps")
    check.fraction(eta, "eta")
    check.positive(deviationFloor, "deviationFloor")
    check.notNegative(deterministicBelow, "deterministicBelow")
    check.notNegative(guidance, "guidance")
    check.positive(samplingBatch, "samplingBatch")
    for (nested, name) in [(adapter as (any StageOptions)?, "adapter"), (reward, "reward")] {
      guard let nested else { continue }
      var own = SettingsCheck(section: "domain.\(name)")
      nested.validate(&own)
      check.include(own)
    }
  }
}

/// The low-rank adapters that training changes (LoRA, Hu and others 2021): `domain.adapter` in `rlhf.yaml`.
public struct ImageAdapterConfiguration: StageOptions, Equatable {
  /// The rank of the adapters.
  public var rank = 4
  /// The numerator of their scale, alpha / rank.
  public var alpha = 4.0
  /// The ends of the names of the layers that get an adapter: those of attention.
  public var targets = ["to_q", "to_k", "to_v", "to_out.0"]
  /// The seed of the adapters' first values.
  public var seed: Seed = 0

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) { lora.validate(&check) }

  /// The same in the terms of the adapters.
  var lora: LoRAConfiguration {
    var lora = LoRAConfiguration()
    lora.rank = rank
    lora.alpha = alpha
    lora.targets = .names(targets)
    return lora
  }
}

/// The encoder of the reward model: `domain.reward` in `rlhf.yaml`.
public struct ImageRewardConfiguration: StageOptions, Equatable {
  /// The directory of a CLIP vision tower by Hugging Face; `nil` for a small network that is trained from scratch.
  public var clip: String?
  /// Whether training changes the tower, too.
  public var trainsClip = false
  /// The channels of each level of the small network, the finest first.
  public var channels = [24, 48, 72]
  /// The width of what the encoder knows of the prompt; 0 for nothing.
  public var promptSize = 32
  /// The width of the features.
  public var hiddenSize = 64
  /// Whether training sees each image mirrored half of the time.
  public var flips = true

  /// Creates the defaults.
  public init() {}

  /// The number of groups of the small network's normalisations.
  static let groups = 8

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.require(
      !channels.isEmpty && channels.allSatisfy { $0 > 0 && $0 % Self.groups == 0 }, "channels",
      "multiples of \(Self.groups)", found: channels)
    check.notNegative(Double(promptSize), "promptSize")
    check.positive(hiddenSize, "hiddenSize")
    check.require(
      !trainsClip || clip != nil, "trainsClip", "false without clip", found: trainsClip)
  }
}
