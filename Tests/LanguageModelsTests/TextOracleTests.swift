import RLHFCore
import LanguageModels
import NeuralNetworks
import TestSupport
import Testing
import Torch

@testable import LanguageModels

@Suite(.enabled(if: !textModels.isEmpty, "needs the oracles' text models"))
struct TextOracleTests {
  @Test(arguments: textModels)
  func statesAndLogitsOfOneRow(name: String) throws {
    let text = try TextOracle(name)
    let ids = try text.oracle.tensor("single.input_ids")
    try withoutGradient {
      let pass = ForwardPass(ids: ids, attentionMask: nil, cache: nil, dropout: nil)
      let first = text.model.decoder.embed(ids, pass)
      let hidden = text.model.hiddenStates(ids)
      let logits = text.model.logits(hidden)
      for (found, part) in [(first, "hidden_first"), (hidden, "hidden_last"), (logits, "logits")] {
        let expected = try text.oracle.tensor("single.\(part)")
        #expect(largestDifference(found, expected) < text.tolerance, "\(name) \(part)")
      }
    }
  }

  @Test(arguments: textModels)
  func aPerturbedWeightIsNoticed(name: String) throws {
    let text = try TextOracle(name)
    let ids = try text.oracle.tensor("single.input_ids")
    let expected = try text.oracle.tensor("single.logits")
    withoutGradient {
      for (parameter, tensor) in text.model.parameters.parameters {
        let before = tensor.copied()
        tensor.assign(from: tensor * 1.05 + 0.02)
        let logits = text.model.logits(text.model.hiddenStates(ids))
        tensor.assign(from: before)
        // A shift that all keys have in common changes no attention weight.
        if parameter.hasSuffix("k_proj.bias") { continue }
        #expect(largestDifference(logits, expected) > text.tolerance, "\(name) \(parameter)")
      }
      #expect(
        largestDifference(text.model.logits(text.model.hiddenStates(ids)), expected)
          < text.tolerance)
    }
  }

  @Test(arguments: textModels, ["left", "right"])
  func logitsOfAPaddedBatch(name: String, side: String) throws {
    let text = try TextOracle(name)
    let ids = try text.oracle.tensor("\(side).input_ids")
    let mask = try text.mask(side)
    let expected = try text.oracle.tensor("\(side).logits")
    let hidden = text.model.hiddenStates(ids, attentionMask: mask)
    let real = mask.unsqueezed(2)
    let logits = text.model.logits(hidden).detached().maskedFill(real.logicalNot(), 0)
    #expect(largestDifference(logits, expected) < text.tolerance)

    let length = ids.shape[1] - 1
    let both = mask.narrow(dim: 1, start: 0, length: length)
      .logicalAnd(mask.narrow(dim: 1, start: 1, length: length))
    let statistics = text.model.tokenStatistics(
      states: hidden.narrow(dim: 1, start: 0, length: length),
      tokens: ids.narrow(dim: 1, start: 1, length: length), mask: both)
    let logProbabilities = try text.oracle.tensor("\(side).logprobs")
    #expect(
      largestDifference(statistics.logProbabilities.detached(), logProbabilities) < text.tolerance)
  }

  @Test(arguments: textModels)
  func logProbabilitiesAndEntropies(name: String) throws {
    let text = try TextOracle(name)
    let ids = try text.oracle.tensor("single.input_ids")
    let length = ids.shape[1] - 1
    let hidden = text.model.hiddenStates(ids)
    let states = hidden.narrow(dim: 1, start: 0, length: length)
    let tokens = ids.narrow(dim: 1, start: 1, length: length)
    let all = Tensor.ones(tokens.shape, dtype: .bool)
    for (suffix, temperature) in [("", 1.0), ("_temperature_0.7", 0.7)] {
      let statistics = text.model.tokenStatistics(
        states: states, tokens: tokens, mask: all, temperature: temperature)
      let expected = try text.oracle.tensor("single.logprobs\(suffix)")
      #expect(
        largestDifference(statistics.logProbabilities.detached(), expected) < 2 * text.tolerance)
      let direct = tokenLogProbabilities(
        logits: text.model.logits(states), tokens: tokens, temperature: temperature)
      #expect(largestDifference(direct.detached(), expected) < 2 * text.tolerance)
    }
    let expected = try text.oracle.tensor("single.entropy")
    let entropy = entropies(logits: text.model.logits(hidden))
    #expect(largestDifference(entropy.detached(), expected) < text.tolerance)
    let statistics = text.model.tokenStatistics(
      states: hidden, tokens: ids, mask: Tensor.ones(ids.shape, dtype: .bool), wantsEntropies: true)
    let given = try #require(statistics.entropies)
    #expect(largestDifference(given.detached(), expected) < text.tolerance)
  }

  @Test(arguments: textModels)
  func lossAndGradientNorms(name: String) throws {
    let text = try TextOracle(name)
    let loss = text.model.languageModelLoss(try text.oracle.tensor("single.input_ids"))
    let mean = loss.sum / Double(loss.count)
    mean.backward()
    let expected = text.oracle.json["language_model_loss"].double
    #expect(abs(mean.item() - expected) < 1e-5 * max(1, expected))
    let norms = text.oracle.json["gradient_norms"].object
    #expect(Set(norms.keys) == Set(text.model.parameters.parameters.map(\.name)))
    for (parameter, tensor) in text.model.parameters.parameters {
      let norm = tensor.gradient?.norm().item() ?? .nan
      let reference = norms[parameter]?.double ?? .nan
      #expect(abs(norm - reference) < 1e-4 * max(1, reference), "\(name) \(parameter)")
    }
  }

  @Test(arguments: textModels)
  func greedyTokens(name: String) throws {
    let text = try TextOracle(name)
    let prompt = try text.oracle.tensor("single.input_ids")[0].ints()
    for (part, penalty) in [("single", 1.0), ("single_repetition_penalty_1.3", 1.3)] {
      let expected = try text.oracle.tensor("generate.\(part)")[0].ints()
      var options = SamplingOptions.greedy(maximumNewTokens: expected.count - prompt.count)
      options.repetitionPenalty = penalty
      let generated = try text.model.generate([prompt], options: options, seed: 1)
      #expect(prompt + generated[0].tokens == expected, "\(name) \(part)")
      #expect(!generated[0].isStopped)
    }
  }

  @Test(arguments: textModels)
  func greedyTokensOfABatch(name: String) throws {
    let text = try TextOracle(name)
    let prompts = try text.rows("left")
    let width = try text.oracle.tensor("left.input_ids").shape[1]
    let free = try text.oracle.tensor("generate.batch")
    let stopped = try text.oracle.tensor("generate.batch_stopped")
    let count = free.shape[1] - width
    let stop = text.oracle.json["stop_token"].int
    let generated = try text.model.generate(
      prompts, options: .greedy(maximumNewTokens: count), seed: 1)
    let ended = try text.model.generate(
      prompts, options: .greedy(maximumNewTokens: count, stopTokens: [stop]), seed: 1)
    for row in prompts.indices {
      #expect(generated[row].tokens == Array(free[row].ints()[width...]), "\(name) row \(row)")
      var expected = Array(stopped[row].ints()[width...])
      let end = expected.firstIndex(of: stop)
      if let end { expected = Array(expected[...end]) }
      #expect(ended[row].tokens == expected, "\(name) row \(row)")
      #expect(ended[row].isStopped == (end != nil))
    }
  }

  @Test(arguments: textModels.filter { (try? Oracles.text($0).has("long.input_ids")) == true })
  func textsBeyondTheFirstContext(name: String) throws {
    let text = try TextOracle(name)
    let expected = try text.oracle.tensor("long.logits_last_8")
    let hidden = text.model.hiddenStates(try text.oracle.tensor("long.input_ids")).detached()
    let last = hidden.narrow(dim: 1, start: hidden.shape[1] - 8, length: 8)
    let logits = withoutGradient { text.model.logits(last) }
    #expect(largestDifference(logits, expected) < text.tolerance)
  }

  @Test(arguments: textModels)
  func aSavedModelComesBack(name: String) throws {
    let text = try TextOracle(name)
    let folder = try TemporaryFolder()
    try text.model.save(to: folder("1"))
    let read = try CausalLanguageModel.load(from: folder("1"))
    var expected = text.model.configuration
    expected.dtype = .float32
    #expect(read.configuration == expected)
    let ids = try text.oracle.tensor("single.input_ids")
    let (found, original) = (read.hiddenStates(ids), text.model.hiddenStates(ids))
    #expect(found.detached().floats() == original.detached().floats())
  }
}
