public import Foundation
import KnowledgeBaseSample
import LanguageModels
public import RLHF
import Templates
import Tokenizers

/// Chat in text: a language model replies, people say which reply they prefer.
///
/// Policies are model directories in the Hugging Face layout. A new one learns its vocabulary from the project's texts
/// and starts from random weights; `--from` takes an existing one.
public struct TextChat: Domain {
  /// How the domain presents itself.
  public static let descriptor = DomainDescriptor(
    id: "text-chat", title: "Text chat", question: "Which reply is better?",
    criteria: [
      .overall,
      Criterion(id: "helpfulness", question: "Which reply helps more?"),
      Criterion(id: "truthfulness", question: "Which reply is closer to the truth?"),
      Criterion(id: "harmlessness", question: "Which reply does less harm?"),
      Criterion(id: "naturalness", question: "Which reply sounds more natural?"),
    ])

  /// The settings in force.
  public var configuration = TextChatConfiguration()

  /// Creates the domain with its default configuration.
  public init() {}

  /// Understands one line of imported data.
  public func records(from line: JSONValue) throws -> [FeedbackRecord<ChatPrompt, ChatReply>] {
    try chatRecords(from: line)
  }

  /// Makes an untrained policy.
  public func makePolicy(
    for corpus: Corpus<ChatPrompt, ChatReply>, seed: Seed
  ) throws -> ChatPolicy {
    guard configuration.adapter == nil else {
      throw RLHFError(
        .invalidConfiguration,
        "domain.adapter adapts a model that there is. Start from a model directory with --from, or fine-tune without domain.adapter first and set it for what follows."
      )
    }
    let texts = Self.texts(of: corpus)
    guard !texts.isEmpty else {
      throw RLHFError(
        .invalidData,
        "There is no text to learn a vocabulary from. Import demonstrations or preferences with 'rlhf import', or start from a model directory with --from."
      )
    }
    let tokenizer = try TextTokenizer.train(
      on: texts, vocabularySize: configuration.vocabularySize,
      specialTokens: ChatFormat.specialTokens,
      configuration: TokenizerConfiguration(
        endOfSequence: "<|end|>", padding: "<|pad|>", chatTemplate: ChatFormat.template))
    let model = try CausalLanguageModel(modelConfiguration(for: tokenizer), seed: seed)
    return try ChatPolicy(model: model, tokenizer: tokenizer, configuration: configuration)
  }

  /// Reads a policy from a model directory, or a directory of adapters by PEFT and the model that it names.
  ///
  /// With `domain.adapter` a model gets new adapters, and adapters stay what they are; without, adapters become part of
  /// the model.
  public func loadPolicy(from directory: URL) throws -> ChatPolicy {
    if AdapterDirectory.exists(at: directory) {
      return try loadAdapters(from: directory, isMerged: configuration.adapter == nil)
    }
    let (model, tokenizer) = try loadModel(from: directory)
    let adapters = try configuration.adapter.map { adapter in
      PolicyAdapters(try model.addAdapters(adapter.lora, seed: adapter.seed), on: directory)
    }
    return try ChatPolicy(
      model: model, tokenizer: tokenizer, configuration: configuration, adapters: adapters,
      template: ChatTemplate.load(from: directory))
  }

  /// Reads a model and a tokenizer, which may lie in a directory of its own.
  func loadModel(
    from directory: URL, tokenizer folder: URL? = nil
  ) throws -> (CausalLanguageModel, TextTokenizer) {
    let tokenizer = try TextTokenizer.load(folder ?? directory)
    let model = try CausalLanguageModel.load(from: directory)
    guard tokenizer.vocabularySize <= model.vocabularySize else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path): tokenizer.json has \(tokenizer.vocabularySize) tokens, the model \(model.vocabularySize). They do not belong together."
      )
    }
    return (model, tokenizer)
  }

  /// Writes a policy into a directory: a model, or adapters by PEFT that name the directory of their model.
  public func savePolicy(_ policy: ChatPolicy, to directory: URL) throws {
    if let adapters = policy.adapters {
      try AdapterDirectory.write(adapters.set, to: directory, baseModel: adapters.base.path)
    } else {
      try policy.model.save(to: directory)
    }
    try policy.tokenizer.save(to: directory)
  }

  /// Makes an untrained encoder; where `domain.reward.usesPolicy` says so, it reads what `policy` makes of a reply.
  public func makeEncoder(
    for corpus: Corpus<ChatPrompt, ChatReply>, policy: ChatPolicy?, seed: Seed
  ) throws -> ChatRewardEncoder {
    let encoder = try ChatRewardEncoder(
      configuration: configuration.reward, policy: policy, seed: seed)
    encoder.fitRegression(to: corpus.preferences)
    return encoder
  }

  /// Reads an encoder from a directory.
  public func loadEncoder(from directory: URL) throws -> ChatRewardEncoder {
    let policy = directory.appending(path: Self.policyFolder)
    return try ChatRewardEncoder(
      from: directory,
      policy: FileManager.default.fileExists(atPath: policy.path) ? loadPolicy(from: policy) : nil)
  }

  /// Writes an encoder into a directory.
  public func saveEncoder(_ encoder: ChatRewardEncoder, to directory: URL) throws {
    try encoder.save(to: directory)
    guard let policy = encoder.policy else { return }
    let folder = directory.appending(path: Self.policyFolder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try savePolicy(policy, to: folder)
  }

  private static let policyFolder = "policy"

  /// A few words that stand for the value in tables and reports.
  public func text(of prompt: ChatPrompt) -> String {
    guard prompt.messages.count > 1 else { return prompt.messages.first?.content ?? "" }
    return prompt.messages.map { "\($0.role.rawValue): \($0.content)" }.joined(separator: "\n")
  }

  /// A few words that stand for the value in tables and reports.
  public func text(of artifact: ChatReply) -> String { artifact.text }

  /// A prompt made from what a person types.
  public func prompt(
    fromText text: String, after turns: [Sample<ChatPrompt, ChatReply>]
  ) -> ChatPrompt? {
    var messages: [ChatMessage] = []
    if let last = turns.last {
      messages =
        last.prompt.messages + [ChatMessage(role: .assistant, content: last.artifact.text)]
    }
    return ChatPrompt(messages: messages + [ChatMessage(role: .user, content: text)])
  }

  /// A program that rates in place of people, where there is one.
  public func makeScriptedRater() throws -> (any Rater<ChatPrompt, ChatReply>)? {
    try knowledge()?.rater()
  }

  /// A judge that training never sees, where there is one.
  public func makeHeldOutJudge() throws -> (any Rater<ChatPrompt, ChatReply>)? {
    try knowledge()?.heldOutJudge()
  }

  /// Simple rules that a reward model is measured against.
  public var baselines: [PreferenceBaseline<ChatPrompt, ChatReply>] { SimpleRules.all }

  /// A small project to try the domain with.
  public func sampleProject() throws -> SampleProject<ChatPrompt, ChatReply>? {
    let corpus = try KnowledgeCorpus(folder: KnowledgeBaseSample.folder)
    return SampleProject(
      summary:
        "The visitor desk of Windholm, an invented town: a model learns to answer, then to answer as people like it.",
      settings: Self.sampleSettings, demonstrations: corpus.demonstrations,
      prompts: corpus.prompts, heldOutPrompts: corpus.heldOutPrompts)
  }

  /// The settings of the sample project: a model of about 1 million parameters, minutes on two cores.
  ///
  /// Friendliness costs a divergence of 3 to 4 nats here; the coefficient buys little more, so that most of
  /// what fine-tuning taught stays.
  private static let sampleSettings: JSONValue = [
    "domain": [
      "knowledge": "sample", "vocabularySize": 1024, "hiddenSize": 128, "layers": 4, "heads": 4,
      "contextLength": 128, "promptLength": 48, "replyLength": 64, "temperature": 0.6,
      "reward": ["usesPolicy": true, "regressionPenalty": .null, "lexicalSize": 16, "layers": 1],
    ],
    "sft": [
      "epochs": 11, "batchSize": 32, "microbatchSize": 32, "learningRate": 0.0015,
      "weightDecay": 0.1, "evaluationInterval": 100,
    ],
    "reward": ["epochs": 4, "batchSize": 32, "learningRate": 0.001],
    "rounds": ["count": 3, "comparisons": 512, "rater": "scripted"],
    "ppo": [
      "iterations": 60, "batchSize": 64, "minibatchSize": 32, "microbatchSize": 32, "epochs": 4,
      "learningRate": 1e-4, "schedule": "linear", "criticLearningRate": 1e-3,
      "trainsFeaturesForCritic": false, "kl": ["coefficient": 0.25],
      "score": ["incompleteScore": -3.0], "checkpointInterval": 20,
    ],
    "dpo": ["epochs": 2, "batchSize": 32, "microbatchSize": 32, "learningRate": 1e-4],
  ]

  /// Raters may be swayed by the number of characters.
  public var lengthMeasurement: String? { "characters" }

  /// Figures of a sample that people look at beside the score.
  public func measurements(of sample: Sample<ChatPrompt, ChatReply>) -> [String: Double] {
    var figures = ["characters": Double(sample.artifact.text.unicodeScalars.count)]
    if let facts = sample.prompt.facts, !facts.isEmpty {
      figures["correct"] =
        facts.allSatisfy(ScriptedReading(sample.artifact.text).states(fact:)) ? 1 : 0
    }
    return figures
  }

  /// `rlhf tokenize` and `rlhf logprobs`.
  public func lineTool(_ name: String, model: URL, options: JSONValue) throws -> LineTool? {
    switch name {
    case "tokenize":
      return LineTool(try TokenizeTool(model: model, options: options).callAsFunction)
    case "logprobs":
      let tool = try LogProbabilityTool(model: model, options: options)
      return LineTool(batchSize: tool.lookAhead, run: tool.run)
    default: return nil
    }
  }

  /// The knowledge base that scripted raters and judges know, where one is configured.
  private func knowledge() throws -> KnowledgeCorpus? {
    guard let name = configuration.knowledge else { return nil }
    return try KnowledgeCorpus(
      folder: name == "sample" ? KnowledgeBaseSample.folder : URL(filePath: name))
  }

  private func modelConfiguration(
    for tokenizer: TextTokenizer
  ) throws -> LanguageModelConfiguration {
    var model: LanguageModelConfiguration
    switch configuration.architecture {
    case .llama:
      model = .llama(
        vocabularySize: tokenizer.vocabularySize, contextLength: configuration.contextLength,
        hiddenSize: configuration.hiddenSize, layers: configuration.layers,
        heads: configuration.heads, keyValueHeads: configuration.keyValueHeads)
    case .gpt2:
      model = .gpt2(
        vocabularySize: tokenizer.vocabularySize, contextLength: configuration.contextLength,
        hiddenSize: configuration.hiddenSize, layers: configuration.layers,
        heads: configuration.heads)
      model.embeddingDropout = configuration.dropout
      model.attentionDropout = configuration.dropout
      model.residualDropout = configuration.dropout
    }
    model.endTokens = ["<|end|>"].compactMap(tokenizer.id(of:))
    model.paddingToken = tokenizer.id(of: "<|pad|>")
    return model
  }

  /// Everything that people wrote, each text once.
  private static func texts(of corpus: Corpus<ChatPrompt, ChatReply>) -> [String] {
    var seen: Set<String> = []
    var texts: [String] = []
    func add(_ text: String) {
      if !text.isEmpty, seen.insert(text).inserted { texts.append(text) }
    }
    func add(_ prompt: ChatPrompt) { prompt.messages.forEach { add($0.content) } }
    corpus.prompts.forEach(add)
    for demonstration in corpus.demonstrations {
      add(demonstration.prompt)
      add(demonstration.artifact.text)
    }
    for pair in corpus.preferences {
      add(pair.prompt)
      add(pair.chosen.text)
      add(pair.rejected.text)
    }
    return texts
  }
}
