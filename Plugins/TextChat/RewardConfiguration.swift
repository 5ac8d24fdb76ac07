public import RLHF

/// The settings of ``ChatRewardEncoder``: `domain.reward` in `rlhf.yaml`.
///
/// The encoder has parts, whose features stand side by side; each can be switched off, not all.
public struct ChatRewardConfiguration: StageOptions, Equatable {
  /// The penalty of the regression that the reward model begins from: on words and word pairs of the reply, and on its
  /// measures; `nil` begins from nothing, and so does a reward model with an `encoder`: behind a regression that knows
  /// the training pairs it would find nothing left to learn.
  public var regressionPenalty: Double? = 8
  /// The number of features of the words and word pairs of the reply that training learns; 0 switches that part off.
  public var lexicalSize = 0
  /// The number of rows that words and word pairs are hashed into.
  public var lexicalBuckets = 65_536
  /// Whether measures of the reply count: its length, how much of the question it takes up, how varied it is.
  public var usesMeasures = true
  /// Whether the fine-tuned policy, kept as it was when reward modelling began, tells how likely it finds a reply and
  /// in which states it was: a reward model that begins from the policy knows what the policy knows.
  public var usesPolicy = false
  /// The width of the layer that reads the policy's features.
  public var policySize = 32
  /// The directory of a pretrained encoder of sentences (a BERT of sentence-transformers, such as all-MiniLM-L6-v2) that
  /// reads conversation and reply together; `nil` for none.
  public var encoder: String?
  /// The number of features of the pretrained encoder's states.
  public var encoderSize = 16
  /// The number of tokens that the pretrained encoder reads of the conversation before the reply: the last ones.
  public var encoderPromptTokens = 96
  /// Whether the pretrained encoder is trained with the rest, with `reward.learningRate` at about 3e-5; it is kept as it
  /// is where not, which takes a fraction of the time.
  public var tunesEncoder = false
  /// The number of layers of the transformer that reads question and reply together; 0 switches it off.
  ///
  /// On a few thousand pairs it has not helped, and it makes training take ten times as long.
  public var layers = 0
  /// The width of the transformer.
  public var hiddenSize = 64
  /// The number of attention heads of the transformer.
  public var heads = 4
  /// The number of rows that the transformer's words are hashed into.
  public var wordBuckets = 8192
  /// The number of words that the transformer reads of the conversation before the reply: the last ones.
  public var promptWords = 64
  /// The number of words that the transformer reads of the reply; of a longer one the middle is left out.
  public var replyWords = 128
  /// The probability of dropout in the transformer.
  public var dropout = 0.2
  /// The probability that a word is hidden from the transformer in training.
  public var wordDropout = 0.1

  /// Creates the defaults.
  public init() {}

  /// The penalty of the regression, where there is one.
  var penalty: Double? { encoder == nil ? regressionPenalty : nil }

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.require(lexicalSize >= 0, "lexicalSize", "0 or more", found: lexicalSize)
    check.positive(lexicalBuckets, "lexicalBuckets")
    check.require(layers >= 0, "layers", "0 or more", found: layers)
    check.require(
      lexicalSize > 0 || usesMeasures || usesPolicy || encoder != nil || layers > 0
        || regressionPenalty != nil,
      "layers",
      "at least 1 where lexicalSize is 0, usesMeasures and usesPolicy are false, and there is neither encoder nor regressionPenalty",
      found: layers)
    if let regressionPenalty { check.positive(regressionPenalty, "regressionPenalty") }
    check.positive(encoderSize, "encoderSize")
    check.positive(encoderPromptTokens, "encoderPromptTokens")
    check.positive(policySize, "policySize")
    check.positive(hiddenSize, "hiddenSize")
    check.positive(heads, "heads")
    if heads > 0 {
      check.require(
        hiddenSize % heads == 0, "hiddenSize", "a multiple of heads (\(heads))", found: hiddenSize)
    }
    check.positive(wordBuckets, "wordBuckets")
    check.positive(promptWords, "promptWords")
    check.require(replyWords >= 2, "replyWords", "at least 2", found: replyWords)
    check.require(
      dropout >= 0 && dropout < 1, "dropout", "a number from 0 to below 1", found: dropout)
    check.require(
      wordDropout >= 0 && wordDropout < 1, "wordDropout", "a number from 0 to below 1",
      found: wordDropout)
  }
}
