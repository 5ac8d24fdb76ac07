import Foundation
import LanguageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct ModelFilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var weights: URL { folder("model.safetensors") }

  @Test(arguments: LanguageModelFamily.allCases)
  func aModelReloadsToTheSameBytes(family: LanguageModelFamily) throws {
    try tinyModel(family).save(to: folder("1"))
    try CausalLanguageModel.load(from: folder("1")).save(to: folder("2"))
    for name in ["config.json", "generation_config.json", "model.safetensors"] {
      #expect(
        try Data(contentsOf: folder("1/\(name)")) == Data(contentsOf: folder("2/\(name)")),
        "\(name)")
    }
  }

  @Test func theNamesAreHuggingFaces() throws {
    let gpt2 = try tinyModel(.gpt2).parameters
    #expect(gpt2[parameter: "transformer.h.0.attn.c_attn.weight"]?.shape == [16, 48])
    #expect(gpt2[parameter: "lm_head.weight"] == nil)
    let llama = try tinyModel(.llama).parameters
    #expect(llama[parameter: "model.layers.1.self_attn.k_proj.weight"]?.shape == [8, 16])
  }

  @Test func bareModelsAndOldBuffersAreRead() throws {
    let model = try tinyModel(.gpt2)
    try model.save(to: folder.url)
    var tensors = model.parameters.parameters.map { name, tensor in
      (name: String(name.dropFirst("transformer.".count)), tensor: tensor)
    }
    tensors.append(("h.0.attn.bias", Tensor.ones([1, 1, 24, 24])))
    tensors.append(("h.0.attn.masked_bias", Tensor(-1e4)))
    tensors.append(("lm_head.weight", Tensor.zeros([50, 16])))
    try SafetensorsWriter.write(tensors, to: weights)
    let read = try CausalLanguageModel.load(from: folder.url)
    for (name, tensor) in model.parameters.parameters {
      #expect(read.parameters[parameter: name]?.floats() == tensor.floats())
    }
  }

  @Test func missingMisshapenAndTruncatedWeightsAreNamed() throws {
    let model = try tinyModel(.llama)
    try model.save(to: folder.url)
    let all = model.parameters.parameters
    func expectError(_ part: String) throws {
      let error = try #require(throws: RLHFError.self) {
        try CausalLanguageModel.load(from: folder.url)
      }
      #expect(error.message.contains(part), "\(error.message)")
      #expect(error.message.contains(folder.url.path))
    }
    try SafetensorsWriter.write(Array(all.dropLast()), to: weights)
    try expectError("lacks 'model.norm.weight'")
    try SafetensorsWriter.write(
      all.dropLast() + [("model.norm.weight", Tensor.ones([15]))], to: weights)
    try expectError("'model.norm.weight' is [15], expected [16]")
    try SafetensorsWriter.write(all + [("score.weight", Tensor.ones([1, 16]))], to: weights)
    try expectError("unexpected 'score.weight'")
    try SafetensorsWriter.write(all, to: weights)
    let bytes = try Data(contentsOf: weights)
    try bytes.prefix(bytes.count - 1).write(to: weights)
    try expectError("truncated")
    try FileManager.default.removeItem(at: weights)
    try expectError("neither model.safetensors")
  }

  @Test func aConfigurationFarBeyondTheWeightsTakesNoMemory() throws {
    try tinyModel(.llama).save(to: folder.url)
    let config = folder("config.json")
    let text = try String(contentsOf: config, encoding: .utf8)
    try Data(
      text.replacing("\"hidden_size\" : 16", with: "\"hidden_size\" : 4000000000000000").utf8
    ).write(to: config)
    let error = try #require(throws: RLHFError.self) {
      try CausalLanguageModel.load(from: folder.url)
    }
    #expect(error.code == .incompatibleModel)
  }

  @Test func generationConfigurationGivesTheEndTokens() throws {
    try tinyModel(.llama).save(to: folder.url)
    try Data(#"{"eos_token_id": [7, 8]}"#.utf8).write(to: folder("generation_config.json"))
    #expect(try LanguageModelConfiguration.load(from: folder.url).endTokens == [7, 8])
  }
}

@Suite struct ShardedModelFilesTests {
  let folder: TemporaryFolder
  let model: CausalLanguageModel

  /// A model in some four shards.
  init() throws {
    folder = try TemporaryFolder()
    model = try tinyModel(.qwen3)
    try model.save(to: folder.url, shardSize: model.parameters.parameterCount)
  }

  private func error() throws -> String {
    try #require(
      throws: RLHFError.self, performing: { try CausalLanguageModel.load(from: folder.url) }
    ).message
  }

  private var shards: [String] {
    get throws { try folder.names().filter { $0.hasPrefix("model-0") } }
  }

  /// Writes a shard anew with other tensors.
  private func rewrite(
    _ shard: String, _ change: (inout [(name: String, tensor: Tensor)]) -> Void
  ) throws {
    var tensors = try SafetensorsFile(folder(shard)).tensors().map { ($0.name, $0.tensor.copied()) }
      .map { (name: $0.0, tensor: $0.1) }
    change(&tensors)
    try SafetensorsWriter.write(tensors, to: folder(shard))
  }

  @Test func whatIsMissingIsNamedWithItsFile() throws {
    let shards = try shards
    let index = try String(contentsOf: folder("model.safetensors.index.json"), encoding: .utf8)
    #expect(index.contains("\"total_size\" : \(4 * model.parameters.parameterCount)"))
    try rewrite(shards[1]) { $0.removeLast() }
    let message = try error()
    #expect(message.contains("\(shards[1]) lacks '"), "\(message)")
    #expect(message.contains("which its index promises"))

    try FileManager.default.removeItem(at: folder(shards[1]))
    #expect(try error().contains("lists the shard '\(shards[1])', which is missing"))
  }

  @Test func anIndexThatForgetsAShardIsRefused() throws {
    let forgotten = try shards[2]
    let url = folder("model.safetensors.index.json")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    let kept = lines.filter { !$0.contains(forgotten) }.joined(separator: "\n")
      .replacing(",\n  }", with: "\n  }")
    try Data(kept.utf8).write(to: url)
    let message = try error()
    #expect(message.contains("model.safetensors.index.json lists"), "\(message)")
    #expect(message.contains("but not '\(forgotten)'"), "\(message)")
  }

  @Test func misshapenAndDoubleTensorsAreNamedWithTheirFile() throws {
    let shards = try shards
    let second = try SafetensorsFile(folder(shards[1])).entries[0]
    try rewrite(shards[1]) { $0[0].tensor = Tensor.ones([3]) }
    #expect(
      try error().contains(
        "'\(second.name)' in \(folder(shards[1]).path) is [3], expected \(second.shape)"))
    try rewrite(shards[1]) { $0[0].tensor = Tensor.ones(second.shape) }
    _ = try CausalLanguageModel.load(from: folder.url)
    try rewrite(shards[0]) { $0.append((second.name, Tensor.ones(second.shape))) }
    let message = try error()
    #expect(message.contains("'\(second.name)' is in"), "\(message)")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func numbersThatAreNotFiniteAreNamed(value: Double) throws {
    let shard = try shards[1]
    let entry = try SafetensorsFile(folder(shard)).entries[0]
    try rewrite(shard) { tensors in
      tensors[0].tensor.flattened().narrow(dim: 0, start: 1, length: 2).fill(value)
    }
    let message = try error()
    #expect(message.contains("'\(entry.name)' in \(folder(shard).path) has"), "\(message)")
    #expect(message.contains(value.isNaN ? "2 NaN and 0 infinite" : "0 NaN and 2 infinite"))
  }

  @Test func numbersTooLargeForFloat16AreNamed() throws {
    let shard = try shards[0]
    try rewrite(shard) { $0[0].tensor.fill(70_000) }
    let error = try #require(throws: RLHFError.self) {
      try CausalLanguageModel.load(from: folder.url, dtype: .float16)
    }
    #expect(error.message.contains("too large for float16"))
    _ = try CausalLanguageModel.load(from: folder.url, dtype: .bfloat16)
  }

  @Test func aLaterSaveReplacesAllFilesOfAnEarlierOne() throws {
    try Data("{}".utf8).write(to: folder("tokenizer.json"))
    try model.save(to: folder.url)
    #expect(
      try folder.names() == [
        "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
      ])
    try model.save(to: folder.url, shardSize: 2 * model.parameters.parameterCount)
    #expect(try !folder.names().contains("model.safetensors"))
    let count = try shards.count
    try model.save(to: folder.url, shardSize: model.parameters.parameterCount)
    #expect(try shards.count > count)
    _ = try CausalLanguageModel.load(from: folder.url)
    let error = try #require(throws: RLHFError.self) {
      try model.save(to: folder.url, shardSize: 0)
    }
    #expect(error.message.contains("size of shards is 0"))
  }
}
