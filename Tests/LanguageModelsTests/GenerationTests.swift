import LanguageModels
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct GenerationTests {
  private let prompts = [[3, 4, 5, 6, 7], [8, 9], [10, 11, 12], [8, 9]]

  private func options(_ count: Int = 12) -> SamplingOptions {
    SamplingOptions(maximumNewTokens: count, temperature: 0.9)
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func aRowDoesNotDependOnItsNeighbours(family: LanguageModelFamily) throws {
    let model = try tinyModel(family)
    let together = try model.generate(prompts, options: options(), seed: 5)
    for row in prompts.indices {
      // The same prompt at the same row beside others.
      let others = prompts.indices.map { $0 == row ? prompts[$0] : [20 + $0] }
      let alone = try model.generate(others, options: options(), seed: 5)
      #expect(alone[row].tokens == together[row].tokens)
      let pairs = zip(alone[row].logProbabilities, together[row].logProbabilities)
      #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 })
    }
    #expect(together[1].tokens != together[3].tokens)
  }

  @Test func seedsRepeatAndDiffer() throws {
    let model = try tinyModel(.llama)
    let first = try model.generate(prompts, options: options(), seed: 5)
    #expect(try model.generate(prompts, options: options(), seed: 5) == first)
    #expect(try model.generate(prompts, options: options(), seed: 6) != first)
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func logProbabilitiesAreThoseOfTheWholePass(family: LanguageModelFamily) throws {
    let model = try tinyModel(family)
    var filtered = options()
    filtered.topK = 7
    filtered.repetitionPenalty = 1.2
    for options in [options(), filtered] {
      for (prompt, reply) in zip(prompts, try model.generate(prompts, options: options, seed: 2)) {
        let all = prompt + reply.tokens
        let ids = Tensor(all, shape: [1, all.count])
        let logits = model.logits(model.hiddenStates(ids)).detached()
        let before = logits.narrow(dim: 1, start: prompt.count - 1, length: reply.tokens.count)
        let expected = tokenLogProbabilities(
          logits: before, tokens: Tensor(reply.tokens, shape: [1, reply.tokens.count]),
          temperature: options.temperature)
        let found = reply.logProbabilities.map(Double.init)
        #expect(agrees(found, expected.doubles(), within: 1e-4))
      }
    }
  }

  @Test func drawsFollowTheDistribution() throws {
    let model = try tinyModel(.gpt2)
    let logits = model.logits(model.hiddenStates(Tensor([4], shape: [1, 1]))).detached()
    let expected = logits.softmax(dim: -1).reshaped([-1]).doubles()
    let rows = 4000
    let drawn = try model.generate(
      Array(repeating: [4], count: rows), options: SamplingOptions(maximumNewTokens: 1), seed: 3)
    var counts = [Double](repeating: 0, count: expected.count)
    for sequence in drawn { counts[sequence.tokens[0]] += 1 }
    for (count, probability) in zip(counts, expected) {
      let deviation = (probability * (1 - probability) / Double(rows)).squareRoot()
      #expect(abs(count / Double(rows) - probability) < 5 * deviation + 1e-3)
    }
  }

  @Test func stoppedRowsKeepTheirTokensAndOthersGoOn() throws {
    let model = try tinyModel(.llama)
    let free = try model.generate(prompts, options: options(), seed: 5)
    let stop = free[0].tokens[3]
    var stopping = options()
    stopping.stopTokens = [stop]
    let stopped = try model.generate(prompts, options: stopping, seed: 5)
    for (one, other) in zip(free, stopped) {
      if let end = one.tokens.firstIndex(of: stop) {
        #expect(other.tokens == Array(one.tokens[...end]))
        #expect(other.isStopped)
      } else {
        #expect(other.tokens == one.tokens)
        #expect(!other.isStopped)
      }
    }
    #expect(stopped[0].isStopped)
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func aFullContextEndsARow(family: LanguageModelFamily) throws {
    let model = try tinyModel(family)
    let prompts = [Array(1...23), [1], Array(1...12)]
    let written = try model.generate(prompts, options: options(100), seed: 1)
    #expect(written.map(\.tokens.count) == [1, 23, 12])
    #expect(written.allSatisfy { !$0.isStopped })
  }

  @Test func tokensAreToldAsTheyCome() throws {
    let model = try tinyModel(.llama)
    var told: [[Int]] = prompts.map { _ in [] }
    let written = try model.generate(prompts, options: options(), seed: 5) { row, token in
      told[row].append(token)
    }
    #expect(told == written.map(\.tokens))
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try model.generate(prompts, options: options(), seed: 5) { _, _ in throw Stop() }
    }
  }

  @Test func repeatedNGramsAreBanned() throws {
    let model = try tinyModel(.gpt2)
    var options = SamplingOptions.greedy(maximumNewTokens: 20)
    options.noRepeatNGramSize = 2
    for (prompt, reply) in zip(prompts, try model.generate(prompts, options: options, seed: 1)) {
      let all = (prompt + reply.tokens).prefix(24)
      let pairs = zip(all, all.dropFirst()).map { [$0, $1] }
      #expect(Set(pairs).count == pairs.count)
    }
  }

  @Test func badPromptsAreOneClearError() throws {
    let model = try tinyModel(.gpt2)
    for (prompt, part) in [
      ([], "Prompt 2 is empty"), ([50], "has the token 50, the model's vocabulary is 0 to 49"),
      ([-1], "has the token -1"), (Array(repeating: 1, count: 24), "has 24 tokens"),
    ] as [([Int], String)] {
      let error = try #require(throws: RLHFError.self) {
        try model.generate([[1], prompt], options: options(), seed: 1)
      }
      #expect(error.message.contains(part), "\(error.message)")
    }
    #expect(try model.generate([], options: options(), seed: 1).isEmpty)
  }
}
