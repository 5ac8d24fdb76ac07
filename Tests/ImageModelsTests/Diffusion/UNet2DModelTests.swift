import Foundation
import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

/// The U-Nets without context among the oracles.
private let networks = Oracles.names(in: "diffusion", holding: "config.json").filter {
  (try? UNet2DModel.load(from: Oracles.folder.appendingPathComponent("diffusion/\($0)"))) != nil
}

/// What the reference computed with one U-Net.
private struct UNetOracle {
  let oracle: Oracle
  let model: UNet2DModel
  let tolerance: Double

  init(_ name: String) throws {
    oracle = try Oracle(at: "diffusion/\(name)/expected")
    model = try UNet2DModel.load(from: oracle.directory)
    tolerance = oracle.json["tolerance"].double
  }

  func output() throws -> Tensor {
    model(
      try oracle.tensor("in.sample"), timesteps: try oracle.tensor("in.timestep"),
      classLabels: oracle.has("in.class_labels") ? try oracle.tensor("in.class_labels") : nil)
  }
}

@Suite(.enabled(if: !networks.isEmpty, "needs the oracles' diffusion models"))
struct UNet2DOracleTests {
  @Test(arguments: networks)
  func outputAndGradients(name: String) throws {
    let unet = try UNetOracle(name)
    let output = try unet.output()
    let expected = try unet.oracle.tensor("out.sample")
    #expect(largestDifference(output.detached(), expected) < unet.tolerance)
    #expect(unet.model.parameters.parameterCount == unet.oracle.json["parameters"].int)
    let loss = output.square().mean()
    #expect(abs(loss.item() - unet.oracle.json["mean_square"].double) < unet.tolerance)
    loss.backward()
    for (name, tensor) in unet.model.parameters.parameters {
      let expected = unet.oracle.json["gradient_norms_of_mean_square"][name].double
      let found = tensor.gradient?.norm().item() ?? .nan
      #expect(abs(found - expected) < unet.tolerance * max(1, expected), "\(name)")
    }
  }

  @Test(arguments: networks)
  func aPerturbedWeightIsNoticed(name: String) throws {
    let unet = try UNetOracle(name)
    let expected = try unet.oracle.tensor("out.sample")
    try withoutGradient {
      for (parameter, tensor) in unet.model.parameters.parameters {
        // A shift that all keys have in common changes no attention weight.
        if parameter.hasSuffix("to_k.bias") { continue }
        let before = tensor.copied()
        let noise = Tensor.randn(tensor.shape, generator: RandomGenerator(seed: 5))
        tensor.assign(from: tensor * 1.2 + noise * 0.2)
        let output = try unet.output()
        #expect(largestDifference(output, expected) > unet.tolerance, "\(parameter)")
        tensor.assign(from: before)
      }
      let output = try unet.output()
      #expect(largestDifference(output, expected) < unet.tolerance)
    }
  }

  @Test(arguments: networks)
  func writtenAndReadAgainItIsTheSame(name: String) throws {
    let unet = try UNetOracle(name)
    let folder = try TemporaryFolder()
    try unet.model.save(to: folder.url)
    let again = try UNet2DModel.load(from: folder.url)
    #expect(again.configuration == unet.model.configuration)
    let written = try OracleValue(contentsOf: folder("config.json"))
    let original = try OracleValue(
      contentsOf: unet.oracle.directory.appendingPathComponent("config.json"))
    #expect("\(written)".split(separator: ",").count == "\(original)".split(separator: ",").count)
    for (name, tensor) in unet.model.parameters.parameters {
      #expect(again.parameters[parameter: name]?.floats() == tensor.floats())
    }
  }
}

@Suite struct UNet2DModelTests {
  static func small() -> UNet2DConfiguration {
    var shape = UNet2DConfiguration()
    shape.sampleSize = ImageSize(8)
    shape.blockChannels = [8, 16]
    shape.downBlocks = [.plain, .attention]
    shape.upBlocks = [.attention, .plain]
    shape.layersPerBlock = 1
    shape.groupCount = 4
    shape.attentionHeadSize = 8
    shape.classCount = 3
    return shape
  }

  @Test func adaptersSitOnTheAttention() throws {
    let model = try UNet2DModel(Self.small(), seed: 1)
    let sample = Tensor.randn([2, 3, 8, 8], generator: RandomGenerator(seed: 2))
    func output() -> [Float] {
      withoutGradient {
        model(sample, timesteps: Tensor([3, 70]), classLabels: Tensor([0, 2])).floats()
      }
    }
    let before = output()
    var lora = LoRAConfiguration()
    lora.targets = .names(["to_q", "to_k", "to_v", "to_out.0"])
    lora.rank = 4
    let adapters = try AdapterSet(lora, on: model.parameters, seed: 3)
    // Four matrices each of the down level, the middle, and the two layers of the up level.
    #expect(adapters.targets.count == 16)
    #expect(output() == before)
    let loss = model(sample, timesteps: Tensor([3, 70]), classLabels: Tensor([0, 2])).square()
      .mean()
    loss.backward()
    let moved = adapters.parameters.trainable.filter { $0.name.hasSuffix("lora_B.weight") }
    #expect(moved.count == 16)
    for (name, tensor) in moved {
      #expect((tensor.gradient?.abs().max().item() ?? 0) > 0, "\(name)")
    }
    withoutGradient { for (_, tensor) in moved { tensor.assign(from: tensor + 0.1) } }
    #expect(output() != before)
    let without = adapters.withDisabled(output)
    #expect(without == before)
  }

  @Test func everyRowIsItsOwn() throws {
    let model = try UNet2DModel(Self.small(), seed: 1)
    let sample = Tensor.randn([3, 3, 8, 12], generator: RandomGenerator(seed: 2))
    let times = [5, 400, 999]
    withoutGradient {
      let all = model(sample, timesteps: Tensor(times), classLabels: Tensor([0, 1, 2]))
      for row in 0..<3 {
        let one = model(
          sample.narrow(dim: 0, start: row, length: 1), timesteps: Tensor([times[row]]),
          classLabels: Tensor([row]))
        #expect(agrees(one, all.narrow(dim: 0, start: row, length: 1), within: 1e-5))
      }
    }
  }

  @Test func dropoutNeedsAGenerator() throws {
    var shape = Self.small()
    shape.dropout = 0.5
    let model = try UNet2DModel(shape, seed: 1)
    let sample = Tensor.ones([1, 3, 8, 8])
    func output(_ generator: RandomGenerator?) -> [Float] {
      withoutGradient {
        model(
          sample, timesteps: Tensor([3]), classLabels: Tensor([0]), context: nil,
          dropout: generator
        ).floats()
      }
    }
    #expect(output(nil) == output(nil))
    #expect(output(RandomGenerator(seed: 4)) == output(RandomGenerator(seed: 4)))
    #expect(output(RandomGenerator(seed: 4)) != output(nil))
  }

  @Test(arguments: UNet2DConfiguration.TimeEmbeddingType.allCases)
  func everyTimeEmbeddingIsWrittenAndRead(type: UNet2DConfiguration.TimeEmbeddingType) throws {
    var shape = Self.small()
    shape.timeEmbedding = type
    shape.timestepCount = 100
    shape.classCount = nil
    shape.classEmbedding = .timestep
    let model = try UNet2DModel(shape, seed: 1)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    let again = try UNet2DModel.load(from: folder.url)
    let sample = Tensor.ones([2, 3, 8, 8])
    withoutGradient {
      func output(_ model: UNet2DModel) -> [Float] {
        model(sample, timesteps: Tensor([3, 9]), classLabels: Tensor([1, 2])).floats()
      }
      #expect(output(model) == output(again))
      #expect(output(model).allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: [
    (#""_class_name": "DiTTransformer2DModel""#, "supported are: UNet2DModel"),
    (
      #""down_block_types": ["DownBlock2D", "SkipDownBlock2D"]"#,
      "'SkipDownBlock2D' is not supported"
    ),
    (#""up_block_types": ["UpBlock2D", "KUpBlock2D"]"#, "ResnetUpsampleBlock2D"),
    (#""mid_block_type": "UNetMidBlock2DCrossAttn""#, "supported are: UNetMidBlock2D"),
    (#""resnet_time_scale_shift": "spatial""#, "supported are: default, scale_shift"),
    (#""act_fn": "mish""#, "supported are: silu"),
    (#""time_embedding_type": "none""#, "positional, fourier, learned"),
    (#""block_out_channels": [8, 16, 32]"#, "as many as down_block_types (2)"),
    (#""norm_num_groups": 5"#, "multiples of norm_num_groups (5)"),
    (#""attention_head_dim": 64"#, "attention_head_dim is 64"),
    (#""layers_per_block": 0"#, "layers_per_block is 0"),
    (#""in_channels": "three""#, "'in_channels' is not a Int"),
  ])
  func aConfigurationThatCannotBeIsRefused(entry: String, message: String) throws {
    let folder = try TemporaryFolder()
    let model = try UNet2DModel(Self.small())
    try model.save(to: folder.url)
    let url = folder("config.json")
    try replaceEntry(of: url, by: entry)
    let error = #expect(throws: RLHFError.self) { try UNet2DModel.load(from: folder.url) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(url.path) == true, "\(error?.message ?? "")")
  }

  @Test func weightsThatDoNotFitAreNamed() throws {
    let folder = try TemporaryFolder()
    try UNet2DModel(Self.small()).save(to: folder.url)
    var other = Self.small()
    other.classCount = 4
    other.layersPerBlock = 2
    let second = try TemporaryFolder()
    try UNet2DModel(other).save(to: second.url)
    try FileManager.default.removeItem(at: second("diffusion_pytorch_model.safetensors"))
    let missing = #expect(throws: RLHFError.self) { try UNet2DModel.load(from: second.url) }
    #expect(missing?.code == .notFound)
    try FileManager.default.copyItem(
      at: folder("diffusion_pytorch_model.safetensors"),
      to: second("diffusion_pytorch_model.safetensors"))
    let error = #expect(throws: RLHFError.self) { try UNet2DModel.load(from: second.url) }
    #expect(error?.message.contains("class_embedding.weight") == true)
    #expect(error?.message.contains("it lacks") == true)
  }

  @Test func oldNamesOfAttentionAreRead() throws {
    let model = try UNet2DModel(Self.small(), seed: 4)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    let old = model.parameters.parameters.map { name, tensor in
      var name = name.replacing(
        "mid_block.attentions.0.to_out.0", with: "mid_block.attentions.0.proj_attn")
      for (new, old) in [("to_q", "query"), ("to_k", "key"), ("to_v", "value")] {
        name = name.replacing(new, with: old)
      }
      return (name: name, tensor: tensor)
    }
    try WeightFiles.write(old, in: folder.url, named: "diffusion_pytorch_model")
    let again = try UNet2DModel.load(from: folder.url)
    for (name, tensor) in model.parameters.parameters {
      #expect(again.parameters[parameter: name]?.floats() == tensor.floats())
    }
  }
}
