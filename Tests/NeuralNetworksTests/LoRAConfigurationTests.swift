import RLHFCore
import Testing
import Torch

@testable import NeuralNetworks

@Suite struct LoRAConfigurationTests {
  private let layers = ["q_proj", "mlp.down_proj"].flatMap { name in
    (0..<3).map { "model.layers.\($0).\(name)" }
  }

  private func store() -> ParameterStore {
    let store = ParameterStore()
    for layer in layers { _ = Linear(4, 6, in: store[layer]) }
    _ = store["lm_head"].adapterSite(
      weight: store["lm_head"].parameter("weight", [9, 4], .zeros), role: .output)
    return store
  }

  private func chosen(_ change: (inout LoRAConfiguration) -> Void) throws -> [String] {
    var configuration = LoRAConfiguration()
    change(&configuration)
    return try store().adapterSites.filter(configuration.chooses).map(\.path)
  }

  @Test func targetsAreChosenAsPEFTDoes() throws {
    #expect(try chosen { _ in } == layers)
    #expect(try chosen { $0.targets = .names(["q_proj"]) } == Array(layers.prefix(3)))
    // A name matches from a dot on: "proj" is the end of a part, not a part.
    #expect(try chosen { $0.targets = .names(["proj"]) }.isEmpty)
    #expect(try chosen { $0.targets = .names(["mlp.down_proj"]) } == Array(layers.suffix(3)))
    #expect(try chosen { $0.targets = .names(["lm_head", layers[1]]) } == [layers[1], "lm_head"])
    #expect(
      try chosen { $0.targets = .pattern(".*\\.[02]\\.(q|k)_proj") } == [layers[0], layers[2]])
    // The whole name must match.
    #expect(try chosen { $0.targets = .pattern("q_proj") }.isEmpty)
    #expect(try chosen { $0.excluded = .names(["q_proj"]) } == Array(layers.suffix(3)))
    #expect(try chosen { $0.excluded = .pattern(".*layers.1.*") }.count == 4)
    #expect(try chosen { $0.trainedModules = ["mlp"] } == Array(layers.prefix(3)))
    let blocks = try chosen {
      $0.targets = .names(["q_proj"])
      $0.blocks = [1]
    }
    #expect(blocks == [layers[1]])
    let other = try chosen {
      $0.targets = .names(["q_proj"])
      $0.blocks = [1]
      $0.blockLists = ["h"]
    }
    #expect(other.isEmpty)
  }

  @Test func patternsChangeRankAndScaleOfSomeLayers() throws {
    var configuration = LoRAConfiguration()
    configuration.rankPattern = ["layers\\.[01]\\.q_proj": 2, "down_proj": 16]
    configuration.alphaPattern = ["model.layers.2.q_proj": 4]
    #expect(try configuration.rank(of: layers[1]) == 2)
    #expect(try configuration.rank(of: layers[2]) == 8)
    #expect(try configuration.rank(of: layers[5]) == 16)
    #expect(try configuration.scale(of: layers[1]) == 8)
    #expect(try configuration.scale(of: layers[2]) == 0.5)
    configuration.usesRankStabilizedScale = true
    #expect(try configuration.scale(of: layers[5]) == 4)
    configuration.rankPattern["q_proj"] = 3
    let error = #expect(throws: RLHFError.self) { try configuration.rank(of: layers[1]) }
    #expect(error?.message.contains("rank_pattern") == true)
    #expect(error?.message.contains(layers[1]) == true)
  }

  @Test func impossibleSettingsAreNamed() {
    var configuration = LoRAConfiguration()
    configuration.rank = 0
    configuration.dropout = 1
    configuration.targets = .names([])
    var check = SettingsCheck(section: "adapter")
    configuration.validate(&check)
    #expect(check.problems.count == 3)
    configuration = LoRAConfiguration()
    configuration.targets = .pattern("(q_proj")
    let error = #expect(throws: RLHFError.self) { try AdapterSet(configuration, on: store()) }
    #expect(error?.message.contains("'(q_proj'") == true)
    configuration.targets = .names(["c_attn"])
    let none = #expect(throws: RLHFError.self) { try AdapterSet(configuration, on: store()) }
    #expect(none?.message.contains("'c_attn'") == true)
    #expect(none?.message.contains(layers[0]) == true)
  }
}
