import RLHFCore
import RLHFPlugin
import RLHFTesting

/// Rows of tokens; what is wanted is the token that the prompt names.
struct ToyDomain: Domain {
  static let descriptor = DomainDescriptor(
    id: "toy", title: "Toy", question: "Which row has more of what was asked for?")

  struct Configuration: Codable, Sendable {
    var length = 4
    var hiddenSize = 8
  }

  var configuration = Configuration()
  var stageSettings: JSONValue { ["ppo": ["learningRate": 0.01]] }

  func makePolicy(for corpus: Corpus<Int, [Int]>, seed: Seed) throws -> TokenPolicy<Int, [Int]> {
    TokenPolicy(
      .init(
        promptSize: 3, vocabularySize: 3, responseLength: configuration.length,
        hiddenSize: configuration.hiddenSize), seed: seed,
      describe: { wanted in (0..<3).map { $0 == wanted ? 1 : 0 } }, decode: { $0 },
      encode: { $0 })
  }

  func makeEncoder(
    for corpus: Corpus<Int, [Int]>, policy: TokenPolicy<Int, [Int]>?, seed: Seed
  ) throws -> FeatureEncoder<Int, [Int]> {
    let length = configuration.length
    return FeatureEncoder(inputSize: length, hiddenSize: configuration.hiddenSize, seed: seed) {
      sample in
      sample.artifact.map { $0 == sample.prompt ? 1 : 0 }
    }
  }

  func makeScriptedRater() throws -> (any Rater<Int, [Int]>)? { Self.rater }
  func makeHeldOutJudge() throws -> (any Rater<Int, [Int]>)? { Self.rater }

  private static let rater = NoisyRater<Int, [Int]>(temperature: 0) { sample in
    Double(sample.artifact.count { $0 == sample.prompt })
  }
}
