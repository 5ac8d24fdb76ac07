import RLHF

/// Simple rules that a reward model of images is measured against: more, or less, of one figure.
enum ImageRules {
  static let all: [PreferenceBaseline<ImagePrompt, ImageArtifact>] = [
    rule("noise", \.noise), rule("sharpness", \.sharpness), rule("contrast", \.contrast),
    rule("colourfulness", \.colourfulness), rule("brightness", \.brightness),
  ]

  /// More of `figure`, or less, as the training pairs have it.
  private static func rule(
    _ name: String, _ figure: any KeyPath<ImageMeasures, Double> & Sendable
  ) -> PreferenceBaseline<ImagePrompt, ImageArtifact> {
    PreferenceBaseline(name: name) { pairs in
      @Sendable func value(_ artifact: ImageArtifact) throws -> Double {
        ImageMeasures(of: try artifact.image())[keyPath: figure]
      }
      let wins = try pairs.reduce(0.0) { sum, pair in
        let difference = try value(pair.chosen) - value(pair.rejected)
        return sum + pair.weight * (difference > 0 ? 1 : difference < 0 ? -1 : 0)
      }
      let sign: Double = wins < 0 ? -1 : 1
      return { sample in sign * ((try? value(sample.artifact)) ?? 0) }
    }
  }
}
