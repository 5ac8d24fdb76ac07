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
