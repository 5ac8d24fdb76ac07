import Foundation
import LanguageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

/// The adapters of the oracles.
let textAdapters = Oracles.names(in: "text", holding: "adapter_config.json")

/// An adapter of the oracles with its base and what the reference computed.
private struct AdapterOracle {
  let oracle: Oracle
  let base: URL

  /// The folder of the base, beside the adapter's: by the adapter's own word, else by the oracle's.
  private static func baseName(of name: String) -> String? {
    let own = try? AdapterDirectory(Oracles.folder.appending(path: "text/\(name)")).baseModel
    let stated = try? Oracles.json("text/\(name)/expected.json")["base"].string
    let names = [own, stated].compactMap { $0 }.map { URL(filePath: $0).lastPathComponent }
    return names.first { Oracles.has("text/\($0)/config.json") }
  }

  init(_ name: String) throws {
    oracle = try Oracles.text(name)
    let baseName = try #require(Self.baseName(of: name), "the base of \(name) is missing")
    base = Oracles.folder.appending(path: "text/\(baseName)")
  }

  var tolerance: Double {
    let stated = oracle.json["tolerance_logits"].double
    return stated.isNaN ? 1e-4 : stated
  }

  /// How far the model's logits are from the reference's `part`.
  func difference(_ model: CausalLanguageModel, _ part: String) throws -> Double {
    let ids = try oracle.tensor("input_ids")
    return try withoutGradient {
      largestDifference(model.logits(model.hiddenStates(ids)), try oracle.tensor(part))
    }
  }
}

@Suite(.enabled(if: !textAdapters.isEmpty, "needs the oracles' adapters and their bases"))
struct AdapterOracleTests {
  @Test(arguments: textAdapters)
  func logitsOnOffAndMerged(name: String) throws {
    let oracle = try AdapterOracle(name)
    let model = try CausalLanguageModel.load(from: oracle.base)
    let own = model.parameters.parameters.map { $0.tensor.floats() }
    let adapters = try model.loadAdapters(from: oracle.oracle.directory)
    #expect(try oracle.difference(model, "logits") < oracle.tolerance)
    let off = try adapters.withDisabled { try oracle.difference(model, "logits_adapter_off") }
    #expect(off < oracle.tolerance)
    #expect(try oracle.difference(model, "logits") < oracle.tolerance)
    try adapters.merge()
    #expect(try oracle.difference(model, "logits_merged") < oracle.tolerance)
    for (parameter, norm) in oracle.oracle.json["merged_weight_norms"].object {
      // The output layer of a tied model is the embedding.
      guard let tensor = model.parameters[parameter: parameter] else { continue }
      let found = tensor.detached().to(.float64).square().sum().item().squareRoot()
      #expect(abs(found - norm.double) < 1e-4 * max(1, norm.double), "\(name) \(parameter)")
    }
    adapters.unmerge()
    #expect(try oracle.difference(model, "logits") < oracle.tolerance)
    adapters.remove()
    #expect(model.parameters.parameters.map { $0.tensor.floats() } == own)
  }

  @Test(arguments: textAdapters)
  func aPerturbedAdapterIsNoticed(name: String) throws {
    let oracle = try AdapterOracle(name)
    let model = try CausalLanguageModel.load(from: oracle.base)
    let adapters = try model.loadAdapters(from: oracle.oracle.directory)
    for (parameter, tensor) in adapters.parameters.parameters {
      let before = tensor.detached().copied()
      withoutGradient { tensor.assign(from: before * 1.05 + 0.02) }
      let difference = try oracle.difference(model, "logits")
      withoutGradient { tensor.assign(from: before) }
      // A shift that all keys have in common changes no attention weight.
      if parameter.hasSuffix("k_proj.bias") { continue }
      #expect(difference > oracle.tolerance, "\(name) \(parameter)")
    }
    #expect(try oracle.difference(model, "logits") < oracle.tolerance)
  }

  @Test(arguments: textAdapters)
  func whatIsWrittenAgainIsTheSame(name: String) throws {
    let oracle = try AdapterOracle(name)
    let model = try CausalLanguageModel.load(from: oracle.base)
    let adapters = try model.loadAdapters(from: oracle.oracle.directory)
    let folder = try TemporaryFolder()
    try AdapterDirectory.write(adapters, to: folder.url, baseModel: oracle.base.path)
    let (again, read) = try CausalLanguageModel.loadWithAdapters(from: folder.url)
    #expect(read.configuration == adapters.configuration)
    #expect(try oracle.difference(again, "logits") < oracle.tolerance)
    let whole = try CausalLanguageModel.load(from: folder.url)
    #expect(try oracle.difference(whole, "logits_merged") < oracle.tolerance)
    let merged = folder("merged")
    try read.mergeForGood()
    try again.save(to: merged)
    let plain = try CausalLanguageModel.load(from: merged)
    #expect(try oracle.difference(plain, "logits_merged") < oracle.tolerance)
  }

  @Test(arguments: textAdapters)
  func anAdapterForAnotherBaseIsRefused(name: String) throws {
    let oracle = try AdapterOracle(name)
    let directory = oracle.oracle.directory
    for other in LanguageModelFamily.allCases {
      let model = try tinyModel(other)
      let error = #expect(throws: RLHFError.self) { try model.loadAdapters(from: directory) }
      #expect(error?.message.contains(directory.path) == true)
      #expect(model.parameters.trainable.count == model.parameters.parameters.count)
    }
  }
}
