import Foundation
import ImageModels
public import RLHF

extension ImageRealism {
  /// How different samples are, and how far they are as a whole from real images: drawings, or those of
  /// `domain.references`.
  public func measurements(
    ofAll samples: [Sample<ImagePrompt, ImageArtifact>]
  ) throws -> [String: Double] {
    guard samples.count > 1 else { return [:] }
    let pixels = ImagePixels(size: configuration.size)
    let images = try pixels(samples.map(\.artifact))
    var figures = ["diversity": try Self.diversity(of: images, prompts: samples.map(\.prompt))]
    if let real = try references(like: samples) {
      let (one, two) = (
        ImageFeatures.features(of: images), ImageFeatures.features(of: try pixels(real))
      )
      figures["kernelDistance"] = try FeatureDistance.kernel(one, two)
      if min(samples.count, real.count) >= 2 * ImageFeatures.count {
        figures["frechetDistance"] = try FeatureDistance.frechet(one, two)
      }
    }
    return figures
  }

  /// The mean distance between images of the same prompt, in root mean square differences of pixels.
  private static func diversity(of images: Tensor, prompts: [ImagePrompt]) throws -> Double {
    let rows = images.reshaped([images.shape[0], -1])
    let scale = Double(rows.shape[1]).squareRoot()
    let groups = Dictionary(grouping: prompts.indices) { prompts[$0].text }
      .values.filter { $0.count > 1 }
    guard !groups.isEmpty else { return try FeatureDistance.diversity(rows) / scale }
    return try groups.reduce(0) { sum, group in
      let own = rows.indexSelect(dim: 0, indices: Tensor(group))
      return try sum + FeatureDistance.diversity(own) / scale / Double(groups.count)
    }
  }

  /// Real images to compare with: as many clean drawings of the same prompts, or those of the settings' folder.
  private func references(
    like samples: [Sample<ImagePrompt, ImageArtifact>]
  ) throws -> [ImageArtifact]? {
    if let folder = configuration.references {
      return try ImageFolder(URL(filePath: folder)).artifacts()
    }
    guard configuration.drawings else { return nil }
    return try samples.enumerated().compactMap { index, sample in
      var generator = (12 as Seed).derived("reference", index).generator
      return try DrawnScene(text: sample.prompt.text).map {
        try ImageArtifact($0.varied(&generator).image(configuration.size))
      }
    }
  }
}
