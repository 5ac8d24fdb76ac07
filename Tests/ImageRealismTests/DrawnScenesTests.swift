import Foundation
import Media
import RLHF
import Testing

@testable import ImageRealism

@Suite("Drawn scenes") struct DrawnScenesTests {
  private static let scenes = DrawnScenes(size: 16)

  @Test("shapes cover what they should, in their colour, on their ground")
  func shapes() throws {
    #expect(DrawnScene.texts.count == 16)
    #expect(DrawnScene(text: "a purple circle") == nil)
    for text in DrawnScene.texts {
      let scene = try #require(DrawnScene(text: text))
      #expect(scene.text == text)
      let shares = scene.shares(16)
      #expect(shares[8 * 16 + 8] == 1)
      #expect(shares[0] == 0)
      let pixels = scene.pixels(16)
      #expect(
        Array(pixels[(8 * 16 + 8) * 3..<(8 * 16 + 9) * 3])
          == scene.colour.components.map(Float.init))
      #expect(pixels[0] == Float(scene.ground))
    }
    let circle = try #require(DrawnScene(text: "a red circle"))
    let area = circle.shares(64).reduce(0, +) / 4096
    #expect(abs(area - Double.pi * circle.radius * circle.radius) < 0.005)
  }

  @Test("half of the demonstrations are flawed, and the same seed draws the same")
  func demonstrations() throws {
    let one = try Self.scenes.demonstrations(count: 96, seed: 4)
    #expect(one == (try Self.scenes.demonstrations(count: 96, seed: 4)))
    #expect(one != (try Self.scenes.demonstrations(count: 96, seed: 5)))
    #expect(Set(one.map(\.prompt)).count == 16)
    let bank = DrawnBank(Self.scenes, prompts: one.map(\.prompt), offset: 0.5)
    let utilities = try one.compactMap { try ScriptedImageRater.utility(of: $0, by: bank) }
    let clean = try Self.scenes.demonstrations(count: 96, isFlawed: false, seed: 4)
      .compactMap { try ScriptedImageRater.utility(of: $0, by: bank) }
    #expect(Statistics.mean(clean) > Statistics.mean(utilities) + 0.4)
    #expect(clean.allSatisfy { $0 > 4 })
    let share = Double(zip(utilities, clean).count { $0 < $1 - 0.05 }) / 96
    #expect(abs(share - 0.5) < 0.2)
  }

  @Test("every flaw is seen by rater and judge")
  func flaws() async throws {
    let rater = ScriptedImageRater(scenes: Self.scenes, temperature: 0)
    let judge = ScriptedImageJudge(scenes: Self.scenes)
    for flaw in DrawnFlaw.allCases {
      var comparisons: [Comparison<ImagePrompt, ImageArtifact>] = []
      for (index, text) in DrawnScene.texts.enumerated() where index % 5 == 0 {
        var generator = Seed(UInt64(index)).generator
        let scene = try #require(DrawnScene(text: text)).varied(&generator)
        let flawed = flaw.applied(to: scene.pixels(16), size: 16, &generator)
        comparisons.append(
          Comparison(
            prompt: ImagePrompt(text), first: try ImageArtifact(scene.image(16)),
            second: try ImageArtifact(RasterImage(unit: flawed, size: 16))))
      }
      for rater in [rater as any Rater<ImagePrompt, ImageArtifact>, judge] {
        let verdicts = try await rater.judge(comparisons, seed: 1).map(\.verdict)
        #expect(verdicts == [.first, .first, .first, .first], "\(flaw) \(rater.id)")
      }
    }
  }

  @Test("a prompt that asks for no drawing is skipped")
  func others() async throws {
    let artifact = try ImageArtifact(RasterImage(width: 16, height: 16, color: [9, 9, 9]))
    let other = try ImageArtifact(RasterImage(width: 16, height: 16, color: [8, 9, 9]))
    let comparison = Comparison(prompt: ImagePrompt("a dog"), first: artifact, second: other)
    let judgments = try await ScriptedImageRater(scenes: Self.scenes).judge(
      [comparison], seed: 1)
    #expect(judgments.map(\.verdict) == [.skip])
  }

  @Test("clean drawings are near the real ones as a set, flawed ones are not")
  func sets() throws {
    var domain = ImageRealism()
    domain.configuration.drawings = true
    let clean = try domain.measurements(
      ofAll: Self.scenes.demonstrations(count: 64, isFlawed: false, seed: 8))
    let flawed = try domain.measurements(ofAll: Self.scenes.demonstrations(count: 64, seed: 8))
    let (near, far) = (
      try #require(clean["kernelDistance"]), try #require(flawed["kernelDistance"])
    )
    #expect(far > near + 0.001)
    #expect((clean["diversity"] ?? 0) > 0.05)
    #expect(clean["frechetDistance"] == nil)
    let same = try Self.scenes.demonstrations(count: 1, seed: 8)
    #expect((try domain.measurements(ofAll: same + same)["diversity"] ?? 1) < 1e-6)
  }
}
