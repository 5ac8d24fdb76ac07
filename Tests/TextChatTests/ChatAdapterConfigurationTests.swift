import NeuralNetworks
import RLHFCore
import Testing

@testable import TextChat

@Suite("The settings of chat adapters") struct ChatAdapterConfigurationTests {
  private func decoded(
    _ value: JSONValue, over defaults: TextChatConfiguration = .init()
  ) throws -> TextChatConfiguration {
    try Settings.decode(
      stage: value, over: defaults, section: "domain", source: "rlhf.yaml")
  }

  @Test("what is not given keeps its default, and targets take three forms")
  func forms() throws {
    #expect(try decoded([:]).adapter == nil)
    let adapter = try #require(try decoded(["adapter": ["rank": 4, "dropout": 0.1]]).adapter)
    #expect(adapter.rank == 4 && adapter.alpha == 16 && adapter.dropout == 0.1)
    #expect(adapter.targets.value == .allLinear)
    for (value, targets) in [
      ("all-linear", .allLinear), (".*_proj", .pattern(".*_proj")),
      (["q_proj", "v_proj"], .names(["q_proj", "v_proj"])),
    ] as [(JSONValue, LoRAConfiguration.Targets)] {
      let read = try decoded(["adapter": ["targets": value]])
      #expect(read.adapter?.targets.value == targets)
      // As in the run's config.yaml.
      #expect(try decoded(JSONValue(encoding: read)).adapter == read.adapter)
    }
    let first = try decoded(["adapter": ["rank": 4, "rankPattern": ["q_proj": 2]]])
    let second = try decoded(["adapter": ["alpha": 3]], over: first)
    #expect(second.adapter?.rank == 4 && second.adapter?.alpha == 3)
    #expect(second.adapter?.lora.rankPattern == ["q_proj": 2])
    #expect(try decoded(["adapter": nil], over: first).adapter == nil)
  }

  @Test(
    "mistakes are named",
    arguments: [
      (["rank": 0], "domain.adapter.rank"), (["rnk": 4], "adapter.rnk"),
      (["targets": []], "domain.adapter.targets"), (["targets": 3], "domain.adapter.targets"),
      (["bias": "some"], "domain.adapter.bias"), (["dropout": 1], "domain.adapter.dropout"),
    ] as [(JSONValue, String)])
  func mistakes(value: JSONValue, named: String) {
    let error = #expect(throws: RLHFError.self) { try decoded(["adapter": value]) }
    #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    #expect(error?.code == .invalidConfiguration)
  }
}
