import Foundation
import Media
import RLHF
import TestSupport
import Testing

@testable import ImageRealism

@Suite("Prompts and images as values") struct ImageValuesTests {
  @Test(
    "prompts are read from words, from nothing and from objects",
    arguments: [
      (#""a cat""#, ImagePrompt("a cat")), ("null", ImagePrompt()), ("{}", ImagePrompt()),
      (#"{"text": "x", "variation": 2}"#, ImagePrompt("x", variation: 2)),
    ])
  func prompts(json: String, expected: ImagePrompt) throws {
    let prompt = try JSONDecoder().decode(ImagePrompt.self, from: Data(json.utf8))
    #expect(prompt == expected)
    #expect(
      try JSONDecoder().decode(ImagePrompt.self, from: JSONEncoder().encode(prompt)) == expected)
  }

  @Test("an image keeps its bytes through JSON")
  func artifacts() throws {
    let artifact = try ImageArtifact(
      RasterImage(unit: (0..<48).map { Float($0) / 48 }, size: 4), text: ["seed": "7"])
    let again = try JSONDecoder().decode(
      ImageArtifact.self, from: JSONEncoder().encode(artifact))
    #expect(again == artifact)
    #expect(try again.image().width == 4)
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(ImageArtifact.self, from: Data(#"{"type": "image/png"}"#.utf8))
    }
    #expect(throws: RLHFError.self) {
      try ImageArtifact(bytes: Array(artifact.file.bytes().prefix(40))).image()
    }
  }

  @Test("a file tells what it shows by its text, or by its folder where that is a class")
  func files() throws {
    let folder = try TemporaryFolder()
    let dogs = folder("dog")
    try FileManager.default.createDirectory(at: dogs, withIntermediateDirectories: true)
    let image = RasterImage(width: 6, height: 4, color: [9, 90, 200])
    try Data(image.png()).write(to: dogs.appending(path: "one.png"))
    try Data(image.png(text: ["prompt": "a cat"])).write(to: dogs.appending(path: "two.png"))
    try Data("no image".utf8).write(to: dogs.appending(path: "three.png"))
    var domain = ImageRealism()
    func prompt(_ name: String) throws -> String? {
      try domain.sample(fromFile: dogs.appending(path: name)).prompt.text
    }
    #expect(try prompt("one.png") == nil)
    #expect(try prompt("two.png") == "a cat")
    domain.configuration.classes = ["dog", "cat"]
    #expect(try prompt("one.png") == "dog")
    domain.configuration.classes = []
    domain.configuration.classFolders = true
    #expect(try prompt("one.png") == "dog")
    let error = #expect(throws: RLHFError.self) { try prompt("three.png") }
    #expect(error?.message.contains("three.png") == true)
    let one = try domain.sample(fromFile: dogs.appending(path: "one.png"))
    #expect(one.prompt != (try domain.sample(fromFile: dogs.appending(path: "two.png"))).prompt)
    #expect(try domain.file(of: one.artifact)?.type == "image/png")
    let sheet = try #require(try domain.overview(of: [one, one], captions: ["a", "b"]))
    #expect(try ImageArtifact(sheet).image().width > 20)
  }

  @Test("other sizes are brought to the square in the middle, transparency is over white")
  func squares() throws {
    let wide = RasterImage(width: 20, height: 10, color: [10, 200, 30, 0])
    let square = try ImageArtifact(wide).square(5)
    #expect((square.width, square.height, square.channels) == (5, 5, 3))
    #expect(square.samples.allSatisfy { $0 == 255 })
  }

  @Test("measures are what they say")
  func measures() {
    let flat = ImageMeasures(of: RasterImage(unit: Array(repeating: 0.5, count: 192), size: 8))
    #expect(abs(flat.brightness - 128.0 / 255) < 1e-9)
    #expect(flat.contrast < 1e-9)
    #expect(flat.sharpness < 1e-9)
    #expect(flat.noise < 1e-9)
    #expect(flat.colourfulness < 1e-9)
    // A straight edge is sharp, and no noise.
    let edge = ImageMeasures(
      of: RasterImage(unit: (0..<192).map { ($0 / 3) % 8 < 4 ? 0 : 1 }, size: 8))
    #expect(abs(edge.contrast - 0.5) < 1e-9)
    #expect(edge.noise < 1e-9)
    #expect(edge.sharpness > 0.4)
    var generator = (3 as Seed).generator
    let noisy = ImageMeasures(
      of: RasterImage(
        unit: (0..<3072).map { _ in Float(0.5 + 0.2 * (generator.uniform() - 0.5)) }, size: 32))
    // Three channels weigh 0.299, 0.587 and 0.114, so the noise of the luminance is smaller than that of each.
    let expected =
      0.2 / 12.0.squareRoot()
      * (0.299 * 0.299 + 0.587 * 0.587 + 0.114 * 0.114)
      .squareRoot()
    #expect(abs(noisy.noise - expected) < 0.2 * expected)
    let red = ImageMeasures(
      of: RasterImage(unit: (0..<192).map { $0 % 3 == 0 ? 1 : 0 }, size: 8))
    #expect(abs(red.colourfulness - 0.3 * hypot(1, 0.5)) < 1e-9)
  }

  @Test("settings that are impossible are named")
  func settings() {
    var configuration = ImageRealismConfiguration()
    configuration.size = 9
    configuration.channels = [12, 16]
    configuration.classes = ["x", "x"]
    configuration.steps = 0
    configuration.reward.channels = []
    configuration.adapter = ImageAdapterConfiguration()
    configuration.adapter?.rank = 0
    var check = SettingsCheck(section: "domain")
    configuration.validate(&check)
    for name in ["size", "channels", "classes", "steps", "domain.reward", "domain.adapter"] {
      #expect(check.problems.contains { $0.contains(name) }, "\(name)")
    }
    var fine = SettingsCheck(section: "domain")
    ImageRealismConfiguration().validate(&fine)
    #expect(fine.problems == [])
  }
}
