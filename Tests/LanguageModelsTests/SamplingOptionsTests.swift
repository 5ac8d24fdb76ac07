import Foundation
import LanguageModels
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import LanguageModels

@Suite struct SamplingOptionsTests {
  private static let keys: [String: String] = [
    "temperature": "temperature", "top_k": "topK", "top_p": "topP", "min_p": "minP",
    "typical_p": "typicalP", "repetition_penalty": "repetitionPenalty",
    "no_repeat_ngram_size": "noRepeatNGramSize",
  ]

  private func options(_ parameters: OracleValue) throws -> SamplingOptions {
    var fields: [String: Double] = [:]
    for (key, value) in parameters.object {
      fields[try #require(Self.keys[key], "no option for the oracle's '\(key)'")] = value.double
    }
    return try JSONDecoder().decode(SamplingOptions.self, from: JSONEncoder().encode(fields))
  }

  @Test(
    .enabled(
      if: Oracles.has("algorithms/sampling_filters.json"), "needs the oracle sampling_filters"))
  func filtersAreTheReferences() throws {
    let oracle = try Oracles.algorithms("sampling_filters")
    let logits = try oracle.tensor("in.logits")
    let ids = try oracle.tensor("in.ids")
    let histories = (0..<ids.shape[0]).map { ids[$0].ints() }
    let seen = Tensor.zeros(logits.shape, dtype: .bool)
      .scatter(dim: 1, indices: ids, source: Tensor.ones(ids.shape, dtype: .bool))
    for document in oracle.json["cases"].array {
      let (index, name) = (document["index"].int, document["name"].string ?? "")
      let found = LogitFilters.apply(
        logits, try options(document["parameters"]), seen: seen, histories: histories)
      let kept = try oracle.tensor("out.\(index).kept").to(.bool)
      // The ban of n-grams can remove tokens that the reference counts in `kept` by their logits alone.
      #expect((found .> -.infinity).bools() == kept.bools(), "\(name) \(index)")
      let visible = found.maskedFill(kept.logicalNot(), 0)
      #expect(
        agrees(visible, try oracle.tensor("out.\(index).logits"), within: 1e-5), "\(name) \(index)")
      let probabilities = try oracle.tensor("out.\(index).probabilities")
      #expect(agrees(found.softmax(dim: 1), probabilities, within: 1e-5), "\(name) \(index)")
    }
  }

  @Test func manyOptionsKeepTheLikeliestToken() {
    let logits = Tensor([Float(0), 3, 1, -2], shape: [1, 4])
    for change in [
      { $0.topK = 1 }, { $0.topP = 1e-6 }, { $0.minP = 1 }, { $0.topK = 100 },
    ] as [(inout SamplingOptions) -> Void] {
      var options = SamplingOptions()
      change(&options)
      let filtered = LogitFilters.apply(logits, options, seen: nil, histories: [])
      #expect(filtered.argmax(dim: 1).ints() == [1])
    }
  }

  @Test(arguments: [
    (#"{"temperature": -1}"#, "temperature is -1.0"), (#"{"topK": -1}"#, "topK is -1"),
    (#"{"topP": 0}"#, "topP is 0.0"), (#"{"topP": 1.1}"#, "topP is 1.1"),
    (#"{"minP": 2}"#, "minP is 2.0"), (#"{"typicalP": 0}"#, "typicalP is 0.0"),
    (#"{"repetitionPenalty": 0}"#, "repetitionPenalty is 0.0"),
    (#"{"noRepeatNGramSize": -1}"#, "noRepeatNGramSize is -1"),
    (#"{"maximumNewTokens": 0}"#, "maximumNewTokens is 0"),
    (#"{"stopTokens": [-1]}"#, "stopTokens are [-1]"),
    (#"{"top_k": 1}"#, "have no 'top_k'"),
  ])
  func impossibleOptionsAreNamed(json: String, part: String) throws {
    let error = try #require(throws: RLHFError.self) {
      try JSONDecoder().decode(SamplingOptions.self, from: Data(json.utf8)).validate()
    }
    #expect(error.code == .invalidConfiguration)
    #expect(error.message.contains(part), "\(error.message)")
  }

  @Test func optionsComeBackAsTheyWere() throws {
    var options = SamplingOptions(
      maximumNewTokens: 7, stopTokens: [1, 2], temperature: 0.5, topK: 3)
    options.minP = 0.1
    let data = try JSONEncoder().encode(options)
    #expect(try JSONDecoder().decode(SamplingOptions.self, from: data) == options)
    #expect(
      try JSONDecoder().decode(SamplingOptions.self, from: Data("{}".utf8)) == SamplingOptions())
  }
}
