import Foundation
import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

private let networks = Oracles.names(in: "diffusion", holding: "config.json").filter {
  (try? UNet2DConditionModel.load(
    from: Oracles.folder.appendingPathComponent("diffusion/\($0)"))) != nil
}

@Suite(.enabled(if: !networks.isEmpty, "needs the oracles' U-Nets with cross-attention"))
struct UNet2DConditionOracleTests {
  private func output(_ model: UNet2DConditionModel, _ oracle: Oracle) throws -> Tensor {
    model(
      try oracle.tensor("in.sample"), timesteps: try oracle.tensor("in.timestep"),
      context: try oracle.tensor("in.encoder_hidden_states"))
  }

  @Test(arguments: networks)
  func outputAndGradients(name: String) throws {
    let oracle = try Oracle(at: "diffusion/\(name)/expected")
    let tolerance = oracle.json["tolerance"].double
    let model = try UNet2DConditionModel.load(from: oracle.directory)
    let output = try output(model, oracle)
    let expected = try oracle.tensor("out.sample")
    #expect(largestDifference(output.detached(), expected) < tolerance)
    #expect(model.parameters.parameterCount == oracle.json["parameters"].int)
    let loss = output.square().mean()
    #expect(abs(loss.item() - oracle.json["mean_square"].double) < tolerance)
    loss.backward()
    for (name, tensor) in model.parameters.parameters {
      let expected = oracle.json["gradient_norms_of_mean_square"][name].double
      let found = tensor.gradient?.norm().item() ?? .nan
      #expect(abs(found - expected) < tolerance * max(1, expected), "\(name)")
    }
  }

  @Test(arguments: networks)
  func aPerturbedWeightIsNoticed(name: String) throws {
    let oracle = try Oracle(at: "diffusion/\(name)/expected")
    let model = try UNet2DConditionModel.load(from: oracle.directory)
    let expected = try oracle.tensor("out.sample")
    try withoutGradient {
      for (parameter, tensor) in model.parameters.parameters {
        let before = tensor.copied()
        let noise = Tensor.randn(tensor.shape, generator: RandomGenerator(seed: 5))
        tensor.assign(from: tensor * 1.2 + noise * 0.2)
        let output = try output(model, oracle)
        #expect(largestDifference(output, expected) > 1e-4, "\(parameter)")
        tensor.assign(from: before)
      }
    }
  }

  @Test(arguments: networks)
  func writtenAndReadAgainItIsTheSame(name: String) throws {
    let oracle = try Oracle(at: "diffusion/\(name)/expected")
    let model = try UNet2DConditionModel.load(from: oracle.directory)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    let again = try UNet2DConditionModel.load(from: folder.url)
    #expect(again.configuration == model.configuration)
    for (name, tensor) in model.parameters.parameters {
      #expect(again.parameters[parameter: name]?.floats() == tensor.floats())
    }
  }
}

@Suite struct UNet2DConditionModelTests {
  private func small() -> UNet2DConditionConfiguration {
    var shape = UNet2DConditionConfiguration()
    shape.blockChannels = [8, 16]
    shape.downBlocks = [.crossAttention, .plain]
    shape.upBlocks = [.plain, .crossAttention]
    shape.layersPerBlock = PerLevel(1)
    shape.headCount = .each([2, 4])
    shape.contextSize = PerLevel(6)
    shape.groupCount = 4
    return shape
  }

  @Test(arguments: [false, true])
  func paddingOfTheContextChangesNothing(isLinear: Bool) throws {
    var shape = small()
    shape.usesLinearProjection = isLinear
    let model = try UNet2DConditionModel(shape, seed: 1)
    let generator = RandomGenerator(seed: 2)
    // An odd size is rounded up on the way down and restored on the way up.
    let sample = Tensor.randn([2, 4, 7, 10], generator: generator)
    let context = Tensor.randn([2, 5, 6], generator: generator)
    let times = Tensor([4, 700])
    withoutGradient {
      let short = model(
        sample, timesteps: times, context: context.narrow(dim: 1, start: 0, length: 3))
      #expect(short.shape == sample.shape)
      let mask = Tensor([1, 1, 1, 0, 0, 1, 1, 1, 0, 0], shape: [2, 5]).to(.bool)
      let padded = model(
        sample, timesteps: times, classLabels: nil, context: context, contextMask: mask,
        dropout: nil)
      #expect(agrees(padded, short, within: 1e-5))
      let other = model(sample, timesteps: times, context: context)
      #expect(largestDifference(other, short) > 1e-4)
    }
  }

  @Test func guidanceByAContext() throws {
    let model = try UNet2DConditionModel(small(), seed: 1)
    let generator = RandomGenerator(seed: 2)
    let sample = Tensor.randn([2, 4, 8, 8], generator: generator)
    let (first, second) = (
      Tensor.randn([2, 3, 6], generator: generator), Tensor.randn([2, 3, 6], generator: generator)
    )
    let times = Tensor([4, 700])
    withoutGradient {
      let guided = model.guided(
        sample, timesteps: times, context: first, unconditionalContext: second, scale: 2.5)
      let (with, without) = (
        model(sample, timesteps: times, context: first),
        model(sample, timesteps: times, context: second)
      )
      #expect(agrees(guided, without + (with - without) * 2.5, within: 1e-4))
    }
  }

  @Test(arguments: [
    (#""dual_cross_attention": true"#, "'dual_cross_attention' is set"),
    (#""addition_embed_type": "text_time""#, "'addition_embed_type' is set"),
    (#""mid_block_type": "UNetMidBlock2DSimpleCrossAttn""#, "'mid_block_type' is set"),
    (#""down_block_types": ["DownBlock2D", "KDownBlock2D"]"#, "CrossAttnDownBlock2D"),
    (#""attention_head_dim": 3"#, "attention_head_dim is 3"),
    (#""attention_head_dim": [2, 2, 2]"#, "attention_head_dim is 3 values"),
    (#""cross_attention_dim": 0"#, "cross_attention_dim is 0"),
    (#""_class_name": "UNet2DModel""#, "supported are: UNet2DConditionModel"),
  ])
  func aConfigurationThatCannotBeIsRefused(entry: String, message: String) throws {
    let folder = try TemporaryFolder()
    try UNet2DConditionModel(small()).save(to: folder.url)
    try replaceEntry(of: folder("config.json"), by: entry)
    let error = #expect(throws: RLHFError.self) {
      try UNet2DConditionModel.load(from: folder.url)
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(folder("config.json").path) == true)
  }
}

/// Puts an entry in the place of the one of its key in a JSON object.
func replaceEntry(of url: URL, by entry: String) throws {
  let key = entry.prefix { $0 != ":" }.trimmingCharacters(in: ["\""])
  let document = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
  var object = try #require(document as? [String: Any])
  object.removeValue(forKey: key)
  let rest = try JSONSerialization.data(withJSONObject: object)
  try Data(("{\(entry), " + String(decoding: rest, as: UTF8.self).dropFirst()).utf8).write(to: url)
}
