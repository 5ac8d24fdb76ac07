import Foundation
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import NeuralNetworks

@Suite struct AdapterDirectoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func store(width: Int = 6, names: [String] = ["a.q", "a.k", "b.q"]) -> ParameterStore {
    let store = ParameterStore(seed: 1)
    for name in names { _ = Linear(width, 4, in: store[name]) }
    return store
  }

  private func write(_ change: (inout LoRAConfiguration) -> Void = { _ in }) throws -> AdapterSet {
    var configuration = LoRAConfiguration()
    configuration.rank = 2
    change(&configuration)
    let set = try AdapterSet(configuration, on: store())
    for (index, (_, tensor)) in set.parameters.parameters.enumerated() {
      withoutGradient { tensor.fill(0.1 * Double(index + 1)) }
    }
    try AdapterDirectory.write(set, to: folder.url, baseModel: "../base")
    return set
  }

  private var configurationFile: URL { folder("adapter_config.json") }

  private func edit(_ changes: [String: JSONValue]) throws {
    guard case .object(var fields) = try JSONValue(parsing: Data(contentsOf: configurationFile))
    else { return }
    fields.merge(changes) { _, new in new }
    try Data(JSONValue.object(fields).description.utf8).write(to: configurationFile)
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let set = try write {
      $0.alpha = 3.5
      $0.dropout = 0.25
      $0.usesRankStabilizedScale = true
      $0.targets = .pattern(".*\\.q")
      $0.excluded = .names(["b.q"])
      $0.rankPattern = ["a.q": 3]
      $0.alphaPattern = ["a.q": 2]
      $0.bias = .all
      $0.trainedModules = ["a.k"]
    }
    #expect(AdapterDirectory.exists(at: folder.url))
    let directory = try AdapterDirectory(folder.url)
    #expect(directory.configuration == set.configuration)
    #expect(directory.baseModel == "../base")
    let again = try directory.load(onto: store())
    #expect(again.parameters.parameters.map(\.name) == set.parameters.parameters.map(\.name))
    for (name, tensor) in set.parameters.parameters {
      #expect(again.parameters[parameter: name]?.floats() == tensor.floats(), "\(name)")
    }
    let file = try SafetensorsFile(folder("adapter_model.safetensors"))
    #expect(file.entry("base_model.model.a.q.lora_A.weight")?.shape == [3, 6])
    #expect(file.entry("base_model.model.a.q.base_layer.bias") != nil)
    #expect(file.entry("base_model.model.b.q.bias") != nil)
    #expect(file.entry("base_model.model.a.k.weight") != nil)
  }

  @Test func theBaseIsFoundBesideOrAbsolute() throws {
    _ = try write()
    let error = #expect(throws: RLHFError.self) { try AdapterDirectory(folder.url).baseFolder() }
    #expect(error?.code == .notFound && error?.message.contains("'../base'") == true)
    let base = folder("base")
    try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: base.appending(path: "config.json"))
    try edit(["base_model_name_or_path": "base"])
    #expect(try AdapterDirectory(folder.url).baseFolder().path == base.standardizedFileURL.path)
    try edit(["base_model_name_or_path": .string(base.path)])
    #expect(try AdapterDirectory(folder.url).baseFolder().path == base.standardizedFileURL.path)
    try edit(["base_model_name_or_path": nil])
    #expect(throws: RLHFError.self) { try AdapterDirectory(folder.url).baseFolder() }
  }

  @Test func anotherBaseIsRefusedByLayerAndShapes() throws {
    _ = try write()
    let wider = store(width: 5)
    let error = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: wider)
    }
    let message = error?.message ?? ""
    #expect(message.contains("'a.q'") && message.contains("[2, 6]") && message.contains("[2, 5]"))
    #expect(message.contains("'../base'"))
    // The model is as it was.
    #expect(wider.trainable.count == wider.parameters.count)
    #expect(wider.adapterSites.allSatisfy { $0.adapters.isEmpty })
    let other = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: store(names: ["x.c_attn"]))
    }
    #expect(other?.message.contains("'x.c_attn'") == true)
    let fewer = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: store(names: ["a.q"]))
    }
    #expect(fewer?.message.contains("'a.k'") == true)
    let more = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: store(names: ["a.q", "a.k", "b.q", "c.q"]))
    }
    #expect(more?.message.contains("c.q.lora_A.weight") == true)
  }

  @Test(
    arguments: [
      (["peft_type": "LOHA"], "LOHA"), (["use_dora": true], "use_dora"),
      (["lora_bias": true], "lora_bias"), (["loftq_config": ["bits": 4]], "loftq_config"),
      (["use_new_thing": true], "use_new_thing"), (["init_lora_weights": "pissa"], "pissa"),
      (["target_parameters": ["x"]], "target_parameters"), (["bias": "some"], "some"),
      (["r": "four"], "'r'"), (["r": 0], "rank is 0"), (["target_modules": nil], "target_modules"),
      (["rank_pattern": ["q": "x"]], "rank_pattern"), (["peft_type": nil], "peft_type"),
      (["target_modules": "a.(q"], "a.(q"),
    ] as [([String: JSONValue], String)])
  func whatIsNotSupportedIsNamed(change: [String: JSONValue], named: String) throws {
    _ = try write()
    try edit(change)
    let error = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: store())
    }
    #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(folder.url.path) == true, "\(error?.message ?? "")")
  }

  @Test func damagedAndMissingFilesAreNamed() throws {
    _ = try write()
    for text in ["", "[]", "{"] {
      try Data(text.utf8).write(to: configurationFile)
      let error = #expect(throws: RLHFError.self) { try AdapterDirectory(folder.url) }
      #expect(error?.message.contains("adapter_config.json") == true)
    }
    _ = try write()
    let weights = folder("adapter_model.safetensors")
    try FileManager.default.moveItem(at: weights, to: folder("adapter_model.bin"))
    let pickle = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: store())
    }
    #expect(pickle?.message.contains("pickle") == true)
    try FileManager.default.removeItem(at: folder("adapter_model.bin"))
    let missing = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: store())
    }
    #expect(missing?.message.contains("adapter_model.safetensors") == true)
  }

  @Test func aTargetThatRepeatsTheBaseIsRead() throws {
    let set = try write { $0.targets = .names(["q"]) }
    let base = store()
    let own = try #require(base[parameter: "a.q.weight"]).detached()
    func rewrite(_ weight: Tensor) throws {
      try SafetensorsWriter.write(
        set.fileTensors(prefix: "base_model.model.") + [
          (name: "base_model.model.a.q.base_layer.weight", tensor: weight)
        ], to: folder("adapter_model.safetensors"))
    }
    try rewrite(own)
    _ = try AdapterDirectory(folder.url).load(onto: base)
    try rewrite(own + 1)
    let error = #expect(throws: RLHFError.self) {
      try AdapterDirectory(folder.url).load(onto: store())
    }
    #expect(error?.message.contains("a.q.base_layer.weight") == true)
  }
}
