public import RLHF

extension ImageRealism {
  /// A small project to try the domain with: drawn scenes, half of them flawed.
  public func sampleProject() throws -> SampleProject<ImagePrompt, ImageArtifact>? {
    let scenes = DrawnScenes(size: 16)
    // Prompts of the same words in both splits: what is held out is the images.
    let heldOut = DrawnScene.texts.map { ImagePrompt($0, variation: 1) }
    return SampleProject(
      summary:
        "Drawn shapes, half of them noisy, hidden in part or coarse: a model learns to draw them, then to draw them clean, as people like them.",
      settings: Self.sampleSettings,
      demonstrations: try scenes.demonstrations(count: 3072, seed: 1)
        + scenes.demonstrations(count: 256, variation: 1, seed: 2),
      prompts: DrawnScene.texts.map { ImagePrompt($0) }, heldOutPrompts: heldOut)
  }

  /// The settings of the sample project: a U-Net of 165,587 parameters, minutes on two cores.
  ///
  /// Without the cost on the divergence, images of a prompt become alike: the diversity halves in 24 iterations.
  private static let sampleSettings: JSONValue = [
    "domain": ["drawings": true],
    "sft": [
      "epochs": 28, "batchSize": 64, "microbatchSize": 64, "learningRate": 0.004,
      "schedule": "cosine", "warmUp": 0.1, "averageDecay": 0.99, "evaluationInterval": 200,
      "checkpointInterval": 400,
    ],
    "reward": ["epochs": 4, "batchSize": 64, "learningRate": 0.002],
    "rounds": ["count": 3, "comparisons": 1024, "rater": "scripted"],
    "ppo": [
      "iterations": 24, "batchSize": 128, "learningRate": 2e-4, "checkpointInterval": 8,
      "kl": ["usesDistributions": true, "coefficient": 0.4],
    ],
    "evaluation": ["prompts": 16, "samplesPerPrompt": 16, "shown": 16],
  ]
}
