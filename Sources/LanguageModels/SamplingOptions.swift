import NeuralNetworks
import RLHFCore

/// How tokens are drawn from a model's distribution.
///
/// The filters apply in the order of the properties, as in Hugging Face's `generate`.
public struct SamplingOptions: Codable, Sendable, Hashable {
  /// Makes tokens that occurred before less likely (Keskar et al., 2019); 1 does nothing.
  ///
  /// Their logits are divided by it where they are positive, else multiplied.
  public var repetitionPenalty = 1.0
  /// No sequence of that many tokens occurs twice; 0 does nothing.
  public var noRepeatNGramSize = 0
  /// Divides the logits; 0 takes the likeliest token.
  public var temperature = 1.0
  /// Keeps that many of the likeliest tokens; 0 keeps all.
  public var topK = 0
  /// Keeps the smallest set of likeliest tokens with that much probability (Holtzman et al., 2020); 1 keeps all.
  public var topP = 1.0
  /// Keeps tokens at least that probable, as a fraction of the likeliest; 0 keeps all.
  public var minP = 0.0
  /// Keeps the tokens nearest to the expected information with that much probability (Meister et al., 2023); 1 keeps
  /// all.
  public var typicalP = 1.0
  /// The largest number of tokens to generate.
  public var maximumNewTokens: Int
  /// The tokens after which a sequence ends.
  public var stopTokens: [Int]

  /// Creates options that draw from the model's own distribution.
  public init(
    maximumNewTokens: Int = 64, stopTokens: [Int] = [], temperature: Double = 1, topK: Int = 0,
    topP: Double = 1, repetitionPenalty: Double = 1
  ) {
    self.maximumNewTokens = maximumNewTokens
    self.stopTokens = stopTokens
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.repetitionPenalty = repetitionPenalty
  }

  /// Options that always take the likeliest token.
  public static func greedy(maximumNewTokens: Int, stopTokens: [Int] = []) -> SamplingOptions {
    SamplingOptions(maximumNewTokens: maximumNewTokens, stopTokens: stopTokens, temperature: 0)
  }

  /// Whether the likeliest token is taken instead of a drawn one.
  public var isGreedy: Bool { temperature == 0 }

  /// Whether nothing but the temperature changes the model's distribution.
  public var isUnfiltered: Bool {
    repetitionPenalty == 1 && noRepeatNGramSize == 0 && topK == 0 && topP == 1 && minP == 0
      && typicalP == 1
  }

  /// Checks that every setting is possible.
  public func validate() throws {
    func require(_ condition: Bool, _ found: String, _ expected: String) throws {
      guard condition else {
        throw RLHFError(.invalidConfiguration, "\(found), expected \(expected).")
      }
    }
    try require(
      temperature >= 0 && temperature.isFinite, "temperature is \(temperature)",
      "0 (the likeliest token) or more")
    try require(topK >= 0, "topK is \(topK)", "0 (all tokens) or more")
    try require(topP > 0 && topP <= 1, "topP is \(topP)", "more than 0 and at most 1")
    try require((0...1).contains(minP), "minP is \(minP)", "a number from 0 to 1")
    try require(
      typicalP > 0 && typicalP <= 1, "typicalP is \(typicalP)", "more than 0 and at most 1")
    try require(
      repetitionPenalty > 0 && repetitionPenalty.isFinite,
      "repetitionPenalty is \(repetitionPenalty)", "more than 0")
    try require(
      noRepeatNGramSize >= 0, "noRepeatNGramSize is \(noRepeatNGramSize)", "0 (off) or more")
    try require(
      maximumNewTokens >= 1, "maximumNewTokens is \(maximumNewTokens)", "at least 1")
    try require(
      stopTokens.allSatisfy { $0 >= 0 }, "stopTokens are \(stopTokens)", "tokens, 0 or more")
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case repetitionPenalty, noRepeatNGramSize, temperature, topK, topP, minP, typicalP
    case maximumNewTokens, stopTokens
  }

  /// Decodes the value.
  public init(from decoder: any Decoder) throws {
    let known = Set(CodingKeys.allCases.map(\.rawValue))
    let all = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
    if let unknown = all.sorted().first(where: { !known.contains($0) }) {
      throw RLHFError(
        .invalidConfiguration,
        "Sampling options have no '\(unknown)'; they have \(known.sorted().joined(separator: ", "))."
      )
    }
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    func take<Value: Decodable>(_ key: CodingKeys, _ property: inout Value) throws {
      if let value = try keys.decodeIfPresent(Value.self, forKey: key) { property = value }
    }
    try take(.repetitionPenalty, &repetitionPenalty)
    try take(.noRepeatNGramSize, &noRepeatNGramSize)
    try take(.temperature, &temperature)
    try take(.topK, &topK)
    try take(.topP, &topP)
    try take(.minP, &minP)
    try take(.typicalP, &typicalP)
    try take(.maximumNewTokens, &maximumNewTokens)
    try take(.stopTokens, &stopTokens)
  }
}
