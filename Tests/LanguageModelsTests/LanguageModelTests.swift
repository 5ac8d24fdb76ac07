import Foundation
import LanguageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

/// Small models of each family with weights far from their first values.
func tinyModel(_ family: LanguageModelFamily, seed: Seed = 1) throws -> CausalLanguageModel {
  var configuration =
    family == .gpt2
    ? LanguageModelConfiguration.gpt2(
      vocabularySize: 50, contextLength: 24, hiddenSize: 16, layers: 2, heads: 4)
    : LanguageModelConfiguration.llama(
      vocabularySize: 50, contextLength: 24, hiddenSize: 16, layers: 2, heads: 4, keyValueHeads: 2)
  configuration.family = family
  switch family {
  case .gpt2, .llama: break
  case .mistral:
    configuration.slidingWindow = 3
    configuration.headSize = 6
  case .qwen2: configuration.hasAttentionBias = true
  case .qwen3:
    configuration.slidingWindow = 4
    configuration.fullAttentionLayers = [0]
  }
  configuration.initializerRange = 0.4
  return try CausalLanguageModel(configuration, seed: seed)
}

@Suite struct LanguageModelTests {
  private let prompts = [[3, 4, 5, 6, 7], [8, 9], [10, 11, 12]]

  private func batch(_ side: String) -> (ids: Tensor, mask: Tensor) {
    let length = prompts.map(\.count).max() ?? 0
    var ids: [Int] = []
    var mask: [Bool] = []
    for prompt in prompts {
      let padding = [Int](repeating: 49, count: length - prompt.count)
      let row = Array(repeating: true, count: prompt.count)
      let gap = padding.map { _ in false }
      ids += side == "left" ? padding + prompt : prompt + padding
      mask += side == "left" ? gap + row : row + gap
    }
    let shape = [prompts.count, length]
    return (Tensor(ids, shape: shape), Tensor(mask, shape: shape))
  }

  @Test(arguments: LanguageModelFamily.allCases, ["left", "right"])
  func paddingChangesNothing(family: LanguageModelFamily, side: String) throws {
    let model = try tinyModel(family)
    let (ids, mask) = batch(side)
    let hidden = model.hiddenStates(ids, attentionMask: mask).detached()
    for (row, prompt) in prompts.enumerated() {
      let alone = model.hiddenStates(Tensor(prompt, shape: [1, prompt.count])).detached()[0]
      let start = side == "left" ? ids.shape[1] - prompt.count : 0
      let found = hidden[row].narrow(dim: 0, start: start, length: prompt.count)
      #expect(largestDifference(found, alone) < 1e-5)
    }
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func whatPaddingHoldsChangesNothingAndGradientsAreFinite(family: LanguageModelFamily) throws {
    let model = try tinyModel(family)
    func gradients(_ side: String, _ filler: Int) -> [[Double]] {
      let (ids, mask) = batch(side)
      let filled = Tensor.select(
        where: mask, ids, Tensor.full(ids.shape, Double(filler), dtype: .int64))
      model.parameters.clearGradients()
      model.languageModelLoss(filled, attentionMask: mask).sum.backward()
      return model.parameters.parameters.map { $0.tensor.gradient?.doubles() ?? [.nan] }
    }
    let reference = gradients("left", 49)
    #expect(reference.allSatisfy { $0.allSatisfy { $0.isFinite } })
    for other in [gradients("left", 2), gradients("right", 2), gradients("right", 49)] {
      #expect(zip(reference, other).allSatisfy { agrees($0, $1, within: 1e-4) })
    }
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func theCacheGivesTheStatesOfTheWholePass(family: LanguageModelFamily) throws {
    let model = try tinyModel(family)
    let ids = Tensor([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14], shape: [2, 6])
    withoutGradient {
      let whole = model.hiddenStates(ids)
      for sizes in [[1, 1, 1, 1, 1, 1], [3, 1, 2], [2, 4]] {
        let cache = model.makeCache(capacity: 6)
        let parts = ids.split(dim: 1, sizes: sizes).map { model.hiddenStates($0, cache: cache) }
        #expect(cache.length == 6)
        #expect(largestDifference(Tensor.concatenate(parts, dim: 1), whole) < 1e-5)
      }
    }
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func aPaddedCacheGivesTheStatesOfTheWholePass(family: LanguageModelFamily) throws {
    let model = try tinyModel(family)
    let (ids, mask) = batch("left")
    withoutGradient {
      let more = Tensor([20, 21, 22, 23, 24, 25], shape: [3, 2])
      let all = Tensor.concatenate([mask, Tensor.ones([3, 2], dtype: .bool)], dim: 1)
      let whole = model.hiddenStates(
        Tensor.concatenate([ids, more], dim: 1), attentionMask: all)
      let expected = whole.narrow(dim: 1, start: 5, length: 2)
      for sizes in [[1, 1], [2]] {
        let cache = model.makeCache(capacity: 9)
        _ = model.hiddenStates(ids, attentionMask: mask, cache: cache)
        let parts = more.split(dim: 1, sizes: sizes).map { model.hiddenStates($0, cache: cache) }
        #expect(largestDifference(Tensor.concatenate(parts, dim: 1), expected) < 1e-5)
      }
      let cache = model.makeCache(capacity: 9)
      _ = model.hiddenStates(ids, attentionMask: mask, cache: cache)
      cache.keep(rows: [2, 0])
      let rows = Tensor([2, 0])
      let kept = model.hiddenStates(more.indexSelect(dim: 0, indices: rows), cache: cache)
      #expect(largestDifference(kept, expected.indexSelect(dim: 0, indices: rows)) < 1e-5)
    }
  }

  @Test func onlyTheAskedPositionsHaveStatisticsAndGradients() throws {
    let model = try tinyModel(.llama)
    let states = Tensor.randn([2, 3, 16], generator: RandomGenerator(seed: 1))
    states.requiresGradient = true
    let tokens = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let mask = Tensor([false, true, true, false, false, true], shape: [2, 3])
    let statistics = model.tokenStatistics(
      states: states, tokens: tokens, mask: mask, temperature: 0.8, wantsEntropies: true)
    let expected = tokenLogProbabilities(
      logits: model.logits(states), tokens: tokens, temperature: 0.8)
    let entropy = entropies(logits: model.logits(states), temperature: 0.8)
    let kept = mask.to(.float32)
    let given = try #require(statistics.entropies)
    #expect(largestDifference(statistics.logProbabilities, expected * kept) < 1e-5)
    #expect(largestDifference(given, entropy * kept) < 1e-5)
    (statistics.logProbabilities + given).sum().backward()
    let gradient = try #require(states.gradient)
    states.gradient = nil
    ((expected + entropy) * kept).sum().backward()
    let reference = try #require(states.gradient)
    #expect(largestDifference(gradient, reference) < 1e-5)
    let none = model.tokenStatistics(
      states: states, tokens: tokens, mask: mask.logicalAnd(mask.logicalNot()), wantsEntropies: true
    )
    #expect(none.logProbabilities.floats() == [0, 0, 0, 0, 0, 0])
  }

  @Test func statisticsWithoutGradientsComeInPartsButAreTheSame() throws {
    let model = try tinyModel(.gpt2)
    let states = Tensor.randn([50, 50, 16], generator: RandomGenerator(seed: 1))
    let tokens = Tensor.zeros([50, 50], dtype: .int64) + 7
    let mask = Tensor.ones([50, 50], dtype: .bool)
    let whole = model.tokenStatistics(
      states: states, tokens: tokens, mask: mask, wantsEntropies: true)
    let parts = withoutGradient {
      model.tokenStatistics(states: states, tokens: tokens, mask: mask, wantsEntropies: true)
    }
    #expect(largestDifference(parts.logProbabilities, whole.logProbabilities.detached()) < 1e-5)
    let (one, other) = (try #require(parts.entropies), try #require(whole.entropies))
    #expect(largestDifference(one, other.detached()) < 1e-5)
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func dropoutNeedsAGeneratorAndRepeatsWithItsSeed(family: LanguageModelFamily) throws {
    var configuration = try tinyModel(family).configuration
    configuration.attentionDropout = 0.3
    configuration.residualDropout = 0.3
    configuration.embeddingDropout = 0.3
    let model = try CausalLanguageModel(configuration, seed: 1)
    let (ids, mask) = batch("left")
    func states(_ seed: Seed?) -> [Float] {
      let generator = seed.map { RandomGenerator(seed: $0) }
      return model.hiddenStates(ids, attentionMask: mask, dropout: generator).detached().floats()
    }
    #expect(states(nil) == states(nil))
    #expect(states(1) == states(1))
    #expect(states(1) != states(2))
    #expect(states(1) != states(nil))
    #expect(states(1).allSatisfy { $0.isFinite })
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func aModelLearnsASequence(family: LanguageModelFamily) throws {
    var configuration = try tinyModel(family).configuration
    configuration.initializerRange = 0.02
    let model = try CausalLanguageModel(configuration, seed: 3)
    let sequence = [1, 7, 3, 9, 4, 9, 2, 7, 5]
    let ids = Tensor(sequence, shape: [1, sequence.count])
    let optimizer = AdamW(parameters: model.parameters.trainable)
    for _ in 0..<80 {
      optimizer.clearGradients()
      let loss = model.languageModelLoss(ids)
      (loss.sum / Double(loss.count)).backward()
      clipGradientNorm(of: model.parameters.trainable, to: 1)
      optimizer.step(learningRate: 0.01)
    }
    let written = try model.generate([[1]], options: .greedy(maximumNewTokens: 8), seed: 1)
    #expect(written[0].tokens == Array(sequence.dropFirst()))
  }

  @Test func aStepLeavesNoTensorsBehind() throws {
    let model = try tinyModel(.llama)
    let ids = Tensor([1, 7, 3, 9, 4, 9, 2, 7, 5], shape: [1, 9])
    let optimizer = AdamW(parameters: model.parameters.trainable)
    func step() {
      let loss = model.languageModelLoss(ids)
      loss.sum.backward()
      optimizer.step(learningRate: 1e-3)
      optimizer.clearGradients()
    }
    step()
    let weak = WeakTensors(model.hiddenStates(ids))
    step()
    #expect(weak.isEmpty)
  }

  @Test func aCopyIsEqualAndApart() throws {
    let model = try tinyModel(.gpt2)
    let copy = try model.copy()
    let ids = Tensor([1, 2, 3], shape: [1, 3])
    let before = model.hiddenStates(ids).detached().floats()
    #expect(copy.hiddenStates(ids).detached().floats() == before)
    withoutGradient { copy.parameters.parameters[0].tensor.fill(0) }
    #expect(model.hiddenStates(ids).detached().floats() == before)
  }
}

/// Says whether a tensor still lives.
private struct WeakTensors {
  private weak var tensor: Tensor?
  init(_ tensor: Tensor) { self.tensor = tensor }
  var isEmpty: Bool { tensor == nil }
}
