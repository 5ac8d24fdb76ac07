public import RLHF

/// The settings of text chat: the `domain:` section of `rlhf.yaml`.
public struct TextChatConfiguration: StageOptions {
  /// The families of models that can be made from scratch.
  public enum Architecture: String, Codable, Sendable, CaseIterable {
    /// RMSNorm, rotary embeddings, SwiGLU.
    case llama
    /// LayerNorm, learned positions, GELU.
    case gpt2
  }

  /// The family of a model made from scratch.
  public var architecture: Architecture = .llama
  /// The number of tokens of a vocabulary learned from the project's texts.
  public var vocabularySize = 2048
  /// The width of a model made from scratch.
  public var hiddenSize = 192
  /// The number of layers of a model made from scratch.
  public var layers = 4
  /// The number of attention heads of a model made from scratch.
  public var heads = 6
  /// The number of heads that share keys and values; `nil` for as many as heads.
  public var keyValueHeads: Int?
  /// The largest number of tokens of prompt and reply together.
  public var contextLength = 512
  /// The probability of dropout in training, for GPT-2.
  public var dropout = 0.0
  /// The largest number of tokens of a prompt; earlier turns are left out.
  public var promptLength = 256
  /// The largest number of tokens of a reply.
  public var replyLength = 128
  /// The temperature of sampling.
  public var temperature = 1.0
  /// Whose words supervised fine-tuning learns in a conversation: the last turn of the assistant alone, or `every`
  /// one.
  ///
  /// Imported conversations become one demonstration for every turn of the assistant already; `every` is for
  /// demonstrations that are whole conversations.
  public var lossTurns = DemonstrationTurns.last
  /// The folder of a knowledge base with the files of `Samples/KnowledgeBase`, or `sample` for that
  /// one: it has a scripted rater and a judge.
  ///
  /// `nil` for neither.
  public var knowledge: String?
  /// The low-rank adapters that training changes instead of the model; `nil` to train the whole model.
  public var adapter: ChatAdapterConfiguration?
  /// The encoder of the reward model.
  public var reward = ChatRewardConfiguration()

  /// Creates the defaults.
  public init() {}

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    let specials = ChatFormat.specialTokens.count
    check.require(
      vocabularySize >= 256 + specials, "vocabularySize",
      "at least \(256 + specials): the bytes and the special tokens", found: vocabularySize)
    check.positive(hiddenSize, "hiddenSize")
    check.positive(layers, "layers")
    check.positive(heads, "heads")
    if heads > 0 {
      check.require(
        hiddenSize % heads == 0, "hiddenSize", "a multiple of heads (\(heads))", found: hiddenSize)
    }
    if let keyValueHeads, heads > 0 {
      check.require(
        keyValueHeads > 0 && heads % keyValueHeads == 0, "keyValueHeads",
        "a divisor of heads (\(heads))", found: keyValueHeads)
    }
    check.require(
      dropout >= 0 && dropout < 1, "dropout", "a number from 0 to below 1", found: dropout)
    check.require(promptLength > 1, "promptLength", "at least 2", found: promptLength)
    check.positive(replyLength, "replyLength")
    check.require(
      promptLength + replyLength <= contextLength, "contextLength",
      "at least promptLength + replyLength (\(promptLength + replyLength))", found: contextLength)
    check.positive(temperature, "temperature")
    if let adapter {
      var nested = SettingsCheck(section: "domain.adapter")
      adapter.validate(&nested)
      check.include(nested)
    }
  }
}
