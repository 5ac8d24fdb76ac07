import Foundation
import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct AutoencoderKLTests {
  static func small() -> AutoencoderKLConfiguration {
    var shape = AutoencoderKLConfiguration()
    shape.blockChannels = [8, 16]
    shape.groupCount = 4
    return shape
  }

  @Test func imagesBecomeLatentsAndImages() throws {
    let model = try AutoencoderKL(Self.small(), seed: 1)
    let generator = RandomGenerator(seed: 2)
    let images = Tensor.randn([2, 3, 12, 8], generator: generator)
    withoutGradient {
      let latents = model.encode(images)
      #expect(latents.mean.shape == [2, 4, 6, 4])
      let noise = Tensor.randn([2, 4, 6, 4], generator: generator)
      let deviation = (latents.logVariance.exp()).sqrt()
      #expect(agrees(latents.sample(noise: noise), latents.mean + deviation * noise, within: 1e-5))
      #expect(latents.divergenceFromStandardNormal().min().item() > 0)
      #expect(model.decode(latents.mean).shape == [2, 3, 12, 8])
      let scaled = model.scaled(latents.mean)
      #expect(agrees(scaled, latents.mean * 0.18215, within: 1e-6))
      #expect(agrees(model.unscaled(scaled), latents.mean, within: 1e-5))
    }
  }

  @Test func theDivergenceOfAStandardNormalIsNone() {
    let zeros = Tensor.zeros([2, 4, 3, 3])
    let latents = LatentDistribution(mean: zeros, logVariance: zeros)
    #expect(latents.divergenceFromStandardNormal().floats() == [0, 0])
    let moved = LatentDistribution(mean: zeros + 1, logVariance: zeros)
    #expect(moved.divergenceFromStandardNormal().floats() == [18, 18])
  }

  @Test func writtenAndReadAgainItIsTheSame() throws {
    var shape = Self.small()
    shape.hasLatentInput = false
    shape.shift = 0.5
    let model = try AutoencoderKL(shape, seed: 1)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    let again = try AutoencoderKL.load(from: folder.url)
    #expect(again.configuration == shape)
    for (name, tensor) in model.parameters.parameters {
      #expect(again.parameters[parameter: name]?.floats() == tensor.floats())
    }
  }

  @Test(arguments: [
    (
      #""down_block_types": ["AttnDownEncoderBlock2D", "DownEncoderBlock2D"]"#,
      "supported are: DownEncoderBlock2D"
    ),
    (#""up_block_types": ["UpDecoderBlock2D"]"#, "up_block_types has 1 entries"),
    (#""latents_mean": [1, 2]"#, "'latents_mean' is set"),
    (#""norm_num_groups": 3"#, "multiples of norm_num_groups (3)"),
    (#""_class_name": "AutoencoderTiny""#, "supported are: AutoencoderKL"),
  ])
  func aConfigurationThatCannotBeIsRefused(entry: String, message: String) throws {
    let folder = try TemporaryFolder()
    try AutoencoderKL(Self.small()).save(to: folder.url)
    try replaceEntry(of: folder("config.json"), by: entry)
    let error = #expect(throws: RLHFError.self) { try AutoencoderKL.load(from: folder.url) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
