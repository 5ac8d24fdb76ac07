/// Turns text into the ids that a language model reads, and back.
public protocol Tokenizer: Sendable {
  /// One more than the largest id: how many rows a model's embedding needs.
  var vocabularySize: Int { get }

  /// The ids of `text`; special tokens written out in the text become their ids.
  ///
  /// `addSpecialTokens` adds what the tokenizer puts around a text of its own accord (a beginning-of-sequence
  /// token, say); many add nothing.
  func encode(_ text: String, addSpecialTokens: Bool) -> [Int]

  /// The text of `ids`. Ids that stand for nothing are passed over; bytes that are no UTF-8 become U+FFFD.
  func decode(_ ids: [Int], skipSpecialTokens: Bool) -> String

  /// The id of a token as the vocabulary spells it.
  func id(of token: String) -> Int?

  /// The token of an id as the vocabulary spells it.
  func token(of id: Int) -> String?
}

extension Tokenizer {
  /// The ids of `text` alone.
  public func encode(_ text: String) -> [Int] { encode(text, addSpecialTokens: false) }

  /// The text of `ids`, special tokens included.
  public func decode(_ ids: [Int]) -> String { decode(ids, skipSpecialTokens: false) }
}
