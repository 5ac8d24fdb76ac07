import Media
import RLHF

/// Clean drawings of each prompt, and how near images come to the nearest of them.
struct DrawnBank {
  /// How a distance between two images is taken.
  enum Distance {
    /// The mean squared difference.
    case squared
    /// The mean absolute difference.
    case absolute
  }

  private let rows: [String: Tensor]
  private let scenes: DrawnScenes

  /// Draws the banks of what `prompts` ask for.
  init(_ scenes: DrawnScenes, prompts: some Sequence<ImagePrompt>, offset: Double) {
    self.scenes = scenes
    var rows: [String: Tensor] = [:]
    for text in Set(prompts.compactMap(\.text)) {
      let bank = scenes.bank(of: text, offset: offset)
      guard let first = bank.first else { continue }
      rows[text] = Tensor(bank.flatMap { $0 }, shape: [bank.count, first.count])
    }
    self.rows = rows
  }

  /// The distance of the artifact to the nearest clean drawing; `nil` where the prompt asks for no drawing.
  func distance(
    of sample: Sample<ImagePrompt, ImageArtifact>, _ distance: Distance
  ) throws -> Double? {
    guard let bank = sample.prompt.text.flatMap({ rows[$0] }) else { return nil }
    let image = try sample.artifact.square(scenes.size)
    let pixels = Tensor(
      image.samples.map { Float($0) / 255 }, shape: [1, image.samples.count])
    let difference = bank - pixels
    let distances = distance == .squared ? difference.square() : difference.abs()
    return distances.mean(dim: 1).min().item()
  }
}
