import Media
import RLHF

/// The images that the sample project draws: half of them clean, half with a flaw, so that a model that imitates them
/// has something to learn from people.
struct DrawnScenes: Sendable {
  /// The width and height of the images.
  var size: Int

  /// `count` scenes, the classes in turn; without `isFlawed`, all are clean.
  func demonstrations(
    count: Int, isFlawed: Bool = true, variation: Int? = nil, seed: Seed
  ) throws -> [Demonstration<ImagePrompt, ImageArtifact>] {
    try (0..<count).compactMap { index in
      var generator = seed.derived("scene", index).generator
      let text = DrawnScene.texts[index % DrawnScene.texts.count]
      guard let scene = DrawnScene(text: text)?.varied(&generator) else { return nil }
      var pixels = scene.pixels(size)
      if isFlawed, generator.uniform() < 0.5 {
        let flaws = DrawnFlaw.allCases
        pixels = flaws[Int.random(in: 0..<flaws.count, using: &generator)]
          .applied(to: pixels, size: size, &generator)
      }
      return Sample(
        prompt: ImagePrompt(text, variation: variation),
        artifact: try ImageArtifact(RasterImage(unit: pixels, size: size)))
    }
  }

  /// Clean scenes that `text` may ask for, on a grid of places, sizes and grounds: rows of interleaved values 0 to 1.
  ///
  /// `offset`, 0 to 1, moves the grid, so that two banks hold different scenes.
  func bank(of text: String?, offset: Double) -> [[Float]] {
    guard let scene = DrawnScene(text: text) else { return [] }
    func grid(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
      let width = (range.upperBound - range.lowerBound) / Double(count)
      return (0..<count).map { range.lowerBound + width * (Double($0) + offset) }
    }
    let colour = scene.colour.components.map { Float($0) }
    var rows: [[Float]] = []
    for x in grid(DrawnScene.places, 5) {
      for y in grid(DrawnScene.places, 5) {
        for radius in grid(DrawnScene.radii, 4) {
          var own = scene
          (own.x, own.y, own.radius) = (x, y, radius)
          let shares = own.shares(size).map { Float($0) }
          for ground in grid(DrawnScene.grounds, 6).map({ Float($0) }) {
            rows.append(
              shares.flatMap { share in colour.map { share * $0 + (1 - share) * ground } })
          }
        }
      }
    }
    return rows
  }
}
