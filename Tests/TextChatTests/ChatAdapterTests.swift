import Foundation
import LanguageModels
import NeuralNetworks
import PolicyOptimization
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import TestSupport
import Testing
import Torch

@testable import TextChat

@Suite("Adapters of chat policies") struct ChatAdapterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var samples: [Sample<ChatPrompt, ChatReply>] {
    (0..<8).map { index in
      Sample(
        prompt: ChatPrompt("Question \(index % 3)?"),
        artifact: ChatReply(index.isMultiple(of: 2) ? "Yes, gladly, number \(index)." : "No."))
    }
  }

  private func domain(
    _ change: ((inout ChatAdapterConfiguration) -> Void)? = { _ in }
  ) -> TextChat {
    var domain = TextChat()
    domain.configuration.vocabularySize = 280
    domain.configuration.hiddenSize = 16
    domain.configuration.layers = 2
    domain.configuration.heads = 2
    domain.configuration.contextLength = 64
    domain.configuration.promptLength = 32
    domain.configuration.replyLength = 12
    if let change {
      var adapter = ChatAdapterConfiguration()
      adapter.rank = 3
      change(&adapter)
      domain.configuration.adapter = adapter
    }
    return domain
  }

  private func written(_ policy: ChatPolicy, by domain: TextChat, _ name: String) throws -> URL {
    let url = folder(name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try domain.savePolicy(policy, to: url)
    return url
  }

  /// A model directory.
  private func base(_ name: String = "base", seed: Seed = 1) throws -> URL {
    let plain = domain(nil)
    return try written(
      plain.makePolicy(for: Corpus(demonstrations: samples), seed: seed), by: plain, name)
  }

  /// A directory of adapters that were fine-tuned on `base`.
  private func fineTuned(_ domain: TextChat, on base: URL) throws -> URL {
    let policy = try domain.loadPolicy(from: base)
    var options = SupervisedOptions()
    options.batchSize = 4
    options.learningRate = 0.02
    let trainer = try SupervisedTrainer(
      policy: policy, demonstrations: samples, options: options, seed: 2)
    for _ in 0..<4 { _ = try trainer.update() }
    return try written(policy, by: domain, "fine-tuned")
  }

  private func trainer(policy: ChatPolicy, reference: ChatPolicy) -> PolicyTrainer<ChatPolicy> {
    var options = PolicyOptions()
    options.iterations = 4
    options.batchSize = 8
    options.minibatchSize = 4
    options.microbatchSize = 4
    options.learningRate = 0.01
    options.kl.coefficient = 0.1
    return PolicyTrainer(policy: policy, reference: reference, options: options, seed: 5)
  }

  private func iterate(_ trainer: PolicyTrainer<ChatPolicy>, _ count: Int) async throws -> [[String:
    Double]]
  {
    var metrics: [[String: Double]] = []
    for _ in 0..<count {
      let prompts = (0..<8).map { ChatPrompt("Question \($0 % 3)?") }
      metrics.append(
        try await trainer.iterate(prompts) { samples in
          samples.map { Double($0.artifact.text.unicodeScalars.count { $0 == "e" }) }
        }.metrics)
    }
    return metrics
  }

  @Test(
    "PPO with one copy of the weights equals PPO with a second one, number for number",
    arguments: [false, true], [LoRAConfiguration.Bias.none, .all])
  func oneCopy(isFineTuned: Bool, bias: LoRAConfiguration.Bias) async throws {
    let domain = domain { $0.bias = bias }
    var start = try base()
    if isFineTuned { start = try fineTuned(domain, on: start) }

    let shared = try domain.loadPolicy(from: start)
    #expect(try domain.addReference(from: start, to: shared))
    let one = trainer(policy: shared, reference: shared)
    let second = try domain.loadPolicy(from: start)
    second.parameters.setTrainable(false)
    let two = trainer(policy: try domain.loadPolicy(from: start), reference: second)

    let (first, other) = (try await iterate(one, 3), try await iterate(two, 3))
    #expect(first == other)
    #expect((first.last?["objective/kl"] ?? 0) != 0)
    for (a, b) in zip(one.policy.parameters.parameters, two.policy.parameters.parameters) {
      #expect(a.name == b.name && a.tensor.floats() == b.tensor.floats(), "\(a.name)")
    }
  }

  @Test("frozen adapters as the reference equal a merged model in a second copy")
  func mergedReference() async throws {
    let domain = domain()
    let start = try fineTuned(domain, on: base())
    let shared = try domain.loadPolicy(from: start)
    #expect(try domain.addReference(from: start, to: shared))
    let merged = try self.domain(nil).loadPolicy(from: start)
    #expect(merged.adapters == nil)
    let one = try await iterate(trainer(policy: shared, reference: shared), 2)
    let two = try await iterate(
      trainer(policy: try domain.loadPolicy(from: start), reference: merged), 2)
    for (first, second) in zip(one, two) {
      for (name, value) in first {
        #expect(abs(value - (second[name] ?? .nan)) < 1e-3 * max(1, abs(value)), "\(name)")
      }
    }
    // Adapters that start at the reference do not differ from it yet.
    #expect(abs(one[0]["objective/kl"] ?? 1) < 1e-5)
  }

  @Test("every parameter of the adapters moves and none of the model, which is there once")
  func movement() async throws {
    let domain = domain()
    let start = try base()
    let policy = try domain.loadPolicy(from: start)
    #expect(try domain.addReference(from: start, to: policy))
    let trainer = trainer(policy: policy, reference: policy)
    let set = try #require(policy.adapters?.set)
    let model = policy.model.parameters
    #expect(
      policy.parameters.parameterCount == model.parameterCount + set.parameters.parameterCount)
    #expect(policy.parameters.trainableCount == set.parameters.parameterCount)
    #expect(set.parameters.parameterCount < model.parameterCount / 2)
    let adapters = set.parameters.parameters.map { $0.tensor.floats() }
    let before = model.parameters.map { $0.tensor.floats() }
    _ = try await iterate(trainer, 2)
    for (old, parameter) in zip(adapters, set.parameters.parameters) {
      #expect(old != parameter.tensor.floats(), "\(parameter.name) did not move")
    }
    #expect(model.parameters.map { $0.tensor.floats() } == before)
    #expect(trainer.reference === trainer.policy)
  }

  @Test("learning from preferences with one copy of the weights equals learning with a second one")
  func directPreferences() throws {
    let domain = domain()
    let start = try fineTuned(domain, on: base())
    let preferences = Preferences(
      pairs: samples.filter { $0.artifact.text != "No." }.map {
        PreferencePair(prompt: $0.prompt, chosen: $0.artifact, rejected: ChatReply("No."))
      })
    var options = DirectPreferenceOptions()
    options.batchSize = 2
    options.microbatchSize = 2
    options.learningRate = 0.01
    func metrics(isShared: Bool) throws -> [[String: Double]] {
      let policy = try domain.loadPolicy(from: start)
      let reference = isShared ? policy : try domain.loadPolicy(from: start)
      if isShared { #expect(try domain.addReference(from: start, to: policy)) }
      let trainer = try DirectPreferenceTrainer(
        policy: policy, preferences: preferences, options: options, seed: 4)
      try trainer.cacheReference(reference)
      var metrics = [try trainer.update(), try trainer.update()]
      let divergence = try trainer.divergence(
        from: reference, on: [ChatPrompt("Question 1?")], seed: 6)
      #expect(divergence != 0)
      metrics.append(["divergence": divergence])
      return metrics
    }
    #expect(try metrics(isShared: true) == metrics(isShared: false))
  }

  @Test("adapters are written as PEFT has them, and read with their model")
  func files() throws {
    let domain = domain()
    let start = try base()
    let tuned = try fineTuned(domain, on: start)
    let names = try FileManager.default.contentsOfDirectory(atPath: tuned.path)
    #expect(names.contains("adapter_config.json") && names.contains("adapter_model.safetensors"))
    #expect(names.contains("tokenizer.json") && !names.contains("model.safetensors"))
    #expect(try AdapterDirectory(tuned).baseModel == start.resolvingSymlinksInPath().path)

    func values(_ policy: ChatPolicy) throws -> [Double] {
      let rollout = try policy.rollout(of: samples)
      return try withoutGradient {
        try policy.evaluate(rollout, .logProbabilities).logProbabilities.doubles()
      }
    }
    let plain = self.domain(nil)
    let adapted = try values(domain.loadPolicy(from: tuned))
    #expect(adapted != (try values(plain.loadPolicy(from: start))))
    #expect(agrees(try values(plain.loadPolicy(from: tuned)), adapted, within: 1e-4))
    for (isMerged, file) in [(true, "model.safetensors"), (false, "adapter_model.safetensors")] {
      let exported = folder("exported-\(isMerged)")
      try FileManager.default.createDirectory(at: exported, withIntermediateDirectories: true)
      try domain.exportPolicy(from: tuned, to: exported, isMerged: isMerged)
      #expect(FileManager.default.fileExists(atPath: exported.appending(path: file).path))
      #expect(agrees(try values(plain.loadPolicy(from: exported)), adapted, within: 1e-4))
    }
    // A model stays a model, whatever the settings say of adapters.
    let whole = folder("whole")
    try FileManager.default.createDirectory(at: whole, withIntermediateDirectories: true)
    try domain.exportPolicy(from: start, to: whole, isMerged: false)
    #expect(!AdapterDirectory.exists(at: whole))

    // Adapters of others come without a tokenizer.
    try FileManager.default.removeItem(at: tuned.appending(path: "tokenizer.json"))
    #expect(try values(domain.loadPolicy(from: tuned)) == adapted)
  }

  @Test("a project that was moved finds its models, and a missing one is named")
  func moved() throws {
    let domain = domain()
    _ = try fineTuned(domain, on: base())
    let other = try TemporaryFolder()
    for name in ["base", "fine-tuned"] {
      try FileManager.default.moveItem(at: folder(name), to: other(name))
    }
    _ = try domain.loadPolicy(from: other("fine-tuned"))
    try FileManager.default.removeItem(at: other("base"))
    let error = #expect(throws: RLHFError.self) {
      try domain.loadPolicy(from: other("fine-tuned"))
    }
    #expect(error?.message.contains(folder("base").resolvingSymlinksInPath().path) == true)
  }

  @Test("another model, or a policy without adapters, needs a second copy")
  func secondCopies() throws {
    let domain = domain()
    let (first, second) = (try base("first"), try base("second", seed: 2))
    let policy = try domain.loadPolicy(from: first)
    #expect(try !domain.addReference(from: second, to: policy))
    #expect(policy.withReference { true } == nil)
    #expect(try !domain.addReference(from: fineTuned(domain, on: second), to: policy))
    let plain = self.domain(nil)
    #expect(try !plain.addReference(from: first, to: plain.loadPolicy(from: first)))
  }

  @Test("a reward encoder reads a policy with adapters, and is read again with it")
  func rewardEncoder() throws {
    var domain = domain()
    domain.configuration.reward.layers = 0
    domain.configuration.reward.lexicalSize = 0
    domain.configuration.reward.usesPolicy = true
    let tuned = try fineTuned(domain, on: base())
    let policy = try domain.loadPolicy(from: tuned)
    let encoder = try domain.makeEncoder(for: Corpus(), policy: policy, seed: 1)
    #expect(policy.parameters.trainable.isEmpty)
    let written = folder("encoder")
    try FileManager.default.createDirectory(at: written, withIntermediateDirectories: true)
    try domain.saveEncoder(encoder, to: written)
    #expect(AdapterDirectory.exists(at: written.appending(path: "policy")))
    let again = try domain.loadEncoder(from: written)
    let features = try withoutGradient {
      (
        try encoder.features(of: samples, dropout: nil).floats(),
        try again.features(of: samples, dropout: nil).floats()
      )
    }
    #expect(features.0 == features.1)
  }

  @Test("nothing is adapted from scratch")
  func scratch() throws {
    let error = #expect(throws: RLHFError.self) {
      try domain().makePolicy(for: Corpus(demonstrations: samples), seed: 1)
    }
    #expect(error?.message.contains("--from") == true)
  }
}
