import Foundation
import LanguageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

/// The half of Tests/Oracles/peft_round_trip.py that runs here: it names the folder.
private let roundTripFolder = ProcessInfo.processInfo.environment["RLHF_ROUND_TRIP"].map {
  URL(filePath: $0)
}

@Suite(.enabled(if: roundTripFolder != nil, "run by Tests/Oracles/peft_round_trip.py"))
struct AdapterRoundTripTests {
  private static let configurations: [String: LoRAConfiguration] = {
    var plain = LoRAConfiguration()
    plain.rank = 4
    var stabilized = plain
    stabilized.usesRankStabilizedScale = true
    stabilized.targets = .pattern(".*(q_proj|c_attn|down_proj|mlp\\.c_proj)")
    stabilized.bias = .loraOnly
    var patterns = plain
    patterns.rankPattern = ["1\\..*": 2]
    patterns.alphaPattern = ["(v_proj|c_fc)": 3.5]
    patterns.excluded = .names(["o_proj", "attn.c_proj"])
    patterns.bias = .all
    patterns.trainedModules = ["post_attention_layernorm", "ln_2"]
    return ["all-linear": plain, "rslora": stabilized, "patterns": patterns]
  }()

  /// `[rows, 10]` tokens and the logits of the model for them.
  private func measure(
    _ model: CausalLanguageModel, ids: Tensor
  ) -> Tensor {
    withoutGradient { model.logits(model.hiddenStates(ids)) }
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func writesAdaptersForPEFT(family: LanguageModelFamily) throws {
    let root = try #require(roundTripFolder).appending(path: "ours")
    for (name, configuration) in Self.configurations {
      var configuration = configuration
      let model = try tinyModel(family)
      let folder = root.appending(path: "\(family.rawValue)-\(name)")
      let adapterFolder = folder.appending(path: "adapter")
      try FileManager.default.createDirectory(
        at: adapterFolder, withIntermediateDirectories: true)
      try model.save(to: folder.appending(path: "base"))
      let owned = family == .gpt2 ? "ln_2" : "post_attention_layernorm"
      configuration.trainedModules.removeAll { $0 != owned }
      let adapters = try model.addAdapters(configuration, seed: 5)
      let generator = RandomGenerator(seed: 6)
      for (_, tensor) in adapters.parameters.parameters {
        let noise = Tensor.randn(tensor.shape, generator: generator)
        withoutGradient { tensor.add(noise, scaled: 0.2) }
      }
      try AdapterDirectory.write(
        adapters, to: adapterFolder, baseModel: folder.appending(path: "base").path)
      let ids = Tensor((0..<20).map { 3 + $0 * 7 % 46 }, shape: [2, 10])
      let on = measure(model, ids: ids)
      try adapters.mergeForGood()
      try model.save(to: folder.appending(path: "merged"))
      try SafetensorsWriter.write(
        [("input_ids", ids), ("logits", on), ("logits_merged", measure(model, ids: ids))],
        to: folder.appending(path: "expected.safetensors"))
    }
  }

  @Test func readsAdaptersOfPEFT() throws {
    let root = try #require(roundTripFolder).appending(path: "theirs")
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path)
    for name in names {
      let folder = root.appending(path: name)
      let adapterFolder = folder.appending(path: "adapter")
      guard AdapterDirectory.exists(at: adapterFolder) else { continue }
      let ids = try SafetensorsFile(folder.appending(path: "inputs.safetensors")).tensor(
        "input_ids")
      let (model, adapters) = try CausalLanguageModel.loadWithAdapters(from: adapterFolder)
      let on = measure(model, ids: ids)
      try adapters.merge()
      try SafetensorsWriter.write(
        [("logits", on), ("logits_merged", measure(model, ids: ids))],
        to: folder.appending(path: "found.safetensors"))
    }
  }
}
