public import Foundation
import LanguageModels
import NeuralNetworks
import RLHF
import Templates
import Tokenizers

extension TextChat {
  /// Reads a directory of adapters with the model that it names, and makes them part of it if asked to.
  func loadAdapters(from directory: URL, isMerged: Bool) throws -> ChatPolicy {
    let adapters = try AdapterDirectory(directory)
    let base = try adapters.baseFolder()
    let ownTokenizer = directory.appending(path: "tokenizer.json")
    let hasTokenizer = FileManager.default.fileExists(atPath: ownTokenizer.path)
    let (model, tokenizer) = try loadModel(
      from: base, tokenizer: hasTokenizer ? directory : base)
    let set = try adapters.load(onto: model.parameters)
    if isMerged { try set.mergeForGood() }
    return try ChatPolicy(
      model: model, tokenizer: tokenizer, configuration: configuration,
      adapters: isMerged ? nil : PolicyAdapters(set, on: base),
      template: ChatTemplate.load(from: hasTokenizer ? directory : base))
  }

  /// Lets a policy with adapters stand in for its model without them, or for other adapters on the same model.
  ///
  /// These are kept beside, frozen, so that the model is in memory once; a policy without adapters needs a second copy.
  public func addReference(from directory: URL, to policy: ChatPolicy) throws -> Bool {
    try policy.adapters?.addReference(from: directory, on: policy.model.parameters) ?? false
  }

  /// Writes a model directory, or adapters apart from their model, for other tools.
  public func exportPolicy(from directory: URL, to destination: URL, isMerged: Bool) throws {
    var plain = self
    plain.configuration.adapter = nil
    let policy =
      AdapterDirectory.exists(at: directory)
      ? try loadAdapters(from: directory, isMerged: isMerged)
      : try plain.loadPolicy(from: directory)
    try savePolicy(policy, to: destination)
  }
}
