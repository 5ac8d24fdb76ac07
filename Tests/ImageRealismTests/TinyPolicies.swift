import Foundation
import ImageModels
import RLHF

@testable import ImageRealism

/// Small policies whose weights are random, and far enough from zero that every parameter shows.
enum TinyPolicies {
  static let prompts = ["a", "b", "a", "b"].map { ImagePrompt($0) }

  static func domain(_ change: (inout ImageRealismConfiguration) -> Void = { _ in }) -> ImageRealism
  {
    var domain = ImageRealism()
    domain.configuration.size = 8
    domain.configuration.channels = [8, 16]
    domain.configuration.groups = 4
    domain.configuration.headSize = 4
    domain.configuration.classes = ["a", "b"]
    domain.configuration.steps = 4
    change(&domain.configuration)
    return domain
  }

  static func policy(
    seed: Seed = 1, _ change: (inout ImageRealismConfiguration) -> Void = { _ in }
  ) throws -> DiffusionPolicy {
    try domain(change).makePolicy(for: Corpus(), seed: seed)
  }

  static func demonstrations(
    _ count: Int = 12
  ) throws -> [Demonstration<ImagePrompt, ImageArtifact>] {
    try (0..<count).map { index in
      let shade = Float(index % 4) / 4
      return Sample(
        prompt: prompts[index % 2],
        artifact: try ImageArtifact(
          .init(unit: (0..<192).map { $0 % 3 == index % 2 ? 1 - shade / 2 : shade }, size: 8)))
    }
  }

  /// The mean brightness of each image.
  static func brightness(_ samples: [Sample<ImagePrompt, ImageArtifact>]) throws -> [Double] {
    try samples.map { ImageMeasures(of: try $0.artifact.image()).brightness }
  }
}
