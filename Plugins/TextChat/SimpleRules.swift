public import RLHF

/// A simple rule over chat replies.
public typealias ChatRule = PreferenceBaseline<ChatPrompt, ChatReply>

/// The simple rules that a reward model of chat replies is measured against.
public enum SimpleRules {
  /// All of them: the longer reply, the shorter reply, and the bag of words, which a reward model must match.
  public static let all = [longerReply, shorterReply, bagOfWords]

  /// Prefers the reply with more characters (Unicode scalars).
  public static let longerReply = ChatRule(name: "longer reply") { _ in
    { Double($0.artifact.text.unicodeScalars.count) }
  }

  /// Prefers the reply with fewer characters (Unicode scalars).
  public static let shorterReply = ChatRule(name: "shorter reply") { _ in
    { -Double($0.artifact.text.unicodeScalars.count) }
  }

  /// Logistic regression over the words of the reply; see ``BagOfWordsRegression``.
  public static let bagOfWords = ChatRule(name: "bag-of-words regression", isReference: true) {
    pairs in
    let regression = BagOfWordsRegression(
      pairs: pairs.map { pair in
        BagOfWordsRegression.Pair(
          chosen: pair.chosen.text, rejected: pair.rejected.text, label: pair.label,
          weight: pair.weight)
      })
    return { regression.score(of: $0.artifact.text) }
  }
}
