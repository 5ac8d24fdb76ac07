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

  @Test(arguments: textModels.filter { (try? Oracles.text($0).has("long.input_ids")) == true })
  func longTextsWithACache(name: String) throws {
    let text = try TextOracle(name)
    // Where frequencies depend on the length, a cache holds keys of a shorter text: no pass over the text has those.
    if case .dynamic = text.model.configuration.rotary.scaling { return }
    let ids = try text.oracle.tensor("long.input_ids")
    let count = ids.shape[1]
    try withoutGradient {
      let expected = try text.oracle.tensor("long.logits_last_8")
      for sizes in [[count - 8, 8], Array(repeating: 1, count: count), [3, count - 6, 2, 1]] {
        let cache = text.model.makeCache(capacity: count)
        let parts = ids.split(dim: 1, sizes: sizes).map {
          text.model.hiddenStates($0, cache: cache)
        }
        let last = Tensor.concatenate(parts, dim: 1).narrow(dim: 1, start: count - 8, length: 8)
        #expect(largestDifference(text.model.logits(last), expected) < text.tolerance, "\(sizes)")
      }
    }
  }

  @Test(arguments: textModels)
  func cachedDecodingGivesTheTokensOfWholePasses(name: String) throws {
    let text = try TextOracle(name)
    let ids = try text.oracle.tensor("generate.batch")
    let padded = try text.oracle.tensor("left.attention_mask").to(.bool)
    let (rows, width) = (padded.shape[0], padded.shape[1])
    let count = ids.shape[1] - width
    // Beyond the context a dynamic scaling has other keys in the cache; see `greedyTokensOfABatch`.
    if case .dynamic = text.model.configuration.rotary.scaling,
      ids.shape[1] > text.model.contextLength
    {
      return
    }
    let mask = Tensor.concatenate(
      [padded, Tensor.ones([rows, count], dtype: .bool)], dim: 1)
    withoutGradient {
      let hidden = text.model.hiddenStates(ids, attentionMask: mask)
      let states = hidden.narrow(dim: 1, start: width - 1, length: count)
      let likeliest = text.model.logits(states).argmax(dim: 2)
      #expect(likeliest.ints() == ids.narrow(dim: 1, start: width, length: count).ints())
    }
  }

  @Test(arguments: textModels, ["float16", "bfloat16"])
  func halfPrecisionIsAsNearAsTheReferences(name: String, type: String) throws {
    let text = try TextOracle(name)
    guard text.oracle.has("single.logits_in_\(type)") else { return }
    let half = try CausalLanguageModel.load(from: text.oracle.directory, dtype: nil)
    #expect(half.parameters.dtype == DType(rawValue: type))
    let ids = try text.oracle.tensor("single.input_ids")
    let logits = withoutGradient { half.logits(half.hiddenStates(ids)).to(.float32) }
    let expected = try text.oracle.tensor("single.logits")
    let rounding = largestDifference(
      try text.oracle.tensor("single.logits_in_\(type)").to(.float32), expected)
    #expect(largestDifference(logits, expected) < 3 * rounding)
  }

  @Test(arguments: textModels)
  func aModelSavedInShardsComesBack(name: String) throws {
    let text = try TextOracle(name)
    let folder = try TemporaryFolder()
    let size = text.model.parameters.parameterCount
    try text.model.save(to: folder.url, shardSize: size)
    #expect(try !folder.names().contains("model.safetensors"))
    #expect(try folder.names().count { $0.hasPrefix("model-") } > 3)
    let read = try CausalLanguageModel.load(from: folder.url)
    for (name, tensor) in text.model.parameters.parameters {
      #expect(read.parameters[parameter: name]?.floats() == tensor.floats())
    }
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
