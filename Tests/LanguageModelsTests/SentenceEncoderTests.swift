import Foundation
import LanguageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct SentenceEncoderTests {
  /// The directory of a tiny encoder, which comes with the package.
  static let directory = Oracles.package
    .appendingPathComponent("Tests/Fixtures/oracles/encoders/bert")

  let expected: OracleValue
  let tensors: SafetensorsFile
  let tolerance: Double

  init() throws {
    let directory = Self.directory
    expected = try OracleValue(contentsOf: directory.appendingPathComponent("expected.json"))
    tensors = try SafetensorsFile(directory.appendingPathComponent("expected.safetensors"))
    tolerance = expected["tolerance"].double
  }

  private func tensor(_ name: String) throws -> Tensor { try tensors.tensor(name).copied() }

  private func mask() throws -> Tensor { try tensor("in.attention_mask").to(.bool) }

  @Test func statesAreTheReferences() throws {
    let model = try BertModel.load(from: Self.directory)
    let mask = try mask()
    for (types, name) in [
      (try tensor("in.token_type_ids"), "out.states"), (nil, "out.states_without_types"),
    ] {
      let states = model.hiddenStates(
        try tensor("in.input_ids"), types: types, attentionMask: mask
      ).detached()
      let real = states.maskedFill(mask.unsqueezed(2).logicalNot(), 0)
      #expect(largestDifference(real, try tensor(name)) < tolerance, "\(name)")
    }
  }

  @Test func everyParameterCounts() throws {
    let model = try BertModel.load(from: Self.directory)
    func states() throws -> Tensor {
      try withoutGradient {
        model.hiddenStates(
          try tensor("in.input_ids"), types: try tensor("in.token_type_ids"),
          attentionMask: try mask())
      }
    }
    let before = try states()
    for (name, tensor) in model.parameters.parameters where !name.hasSuffix("key.bias") {
      let kept = tensor.detached().copied()
      withoutGradient { tensor.assign(from: tensor * 1.05 + 0.02) }
      #expect(try largestDifference(states(), before) > tolerance, "\(name)")
      withoutGradient { tensor.assign(from: kept) }
    }
  }

  @Test(arguments: SentenceEncoder.Pooling.allCases, [true, false])
  func vectorsAreTheReferences(pooling: SentenceEncoder.Pooling, isNormalized: Bool) throws {
    let encoder = SentenceEncoder(
      model: try BertModel.load(from: Self.directory), pooling: pooling, isNormalized: isNormalized)
    let vectors = encoder.vectors(
      try tensor("in.input_ids"), types: try tensor("in.token_type_ids"),
      attentionMask: try mask())
    let name = "out.\(pooling.rawValue)\(isNormalized ? "_normalized" : "")"
    #expect(largestDifference(vectors.detached(), try tensor(name)) < tolerance)
  }

  @Test func gradientsAreTheReferences() throws {
    let encoder = try SentenceEncoder.load(from: Self.directory)
    let vectors = encoder.vectors(
      try tensor("in.input_ids"), types: try tensor("in.token_type_ids"),
      attentionMask: try mask())
    let size = encoder.size
    let weights = Tensor((0..<size).map { Float(2 * $0) / Float(size - 1) - 1 })
    let loss = (vectors * weights).sum()
    loss.backward()
    #expect(abs(loss.item() - expected["loss"].double) < tolerance)
    let norms = expected["gradient_norms"].object
    #expect(Set(norms.keys) == Set(encoder.model.parameters.parameters.map(\.name)))
    for (name, tensor) in encoder.model.parameters.parameters {
      let norm = tensor.gradient?.norm().item() ?? .nan
      let reference = norms[name]?.double ?? .nan
      #expect(abs(norm - reference) < 1e-4 * max(1, reference), "\(name)")
    }
  }

  @Test func aDirectorySaysHowStatesArePooled() throws {
    let encoder = try SentenceEncoder.load(from: Self.directory)
    #expect(encoder.pooling == .mean && encoder.isNormalized && encoder.maximumLength == 20)
    let folder = try TemporaryFolder()
    let other = SentenceEncoder(
      model: encoder.model, pooling: .max, isNormalized: false, maximumLength: 9)
    try other.save(to: folder("1"))
    let read = try SentenceEncoder.load(from: folder("1"))
    #expect(read.pooling == .max && !read.isNormalized && read.maximumLength == 9)
    #expect(read.model.configuration == encoder.model.configuration)
    let rows = [[3, 4, 5], [6]]
    #expect(
      read.vectors(of: rows).detached().floats() == other.vectors(of: rows).detached().floats())
    #expect(
      largestDifference(
        encoder.vectors(of: rows)[1].detached(), encoder.vectors(of: [[6]])[0].detached()) < 1e-6)
  }

  @Test func namesOfModelsWithHeadsAndOldOnesAreRead() throws {
    let model = try BertModel.load(from: Self.directory)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    var tensors = model.parameters.parameters.map { name, tensor in
      (
        name: "bert."
          + name.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
          .replacing("LayerNorm.bias", with: "LayerNorm.beta"), tensor: tensor
      )
    }
    tensors.append(("cls.predictions.bias", Tensor.ones([80])))
    tensors.append(("bert.pooler.dense.bias", Tensor.ones([24])))
    tensors.append(("bert.embeddings.position_ids", Tensor.arange(0, 32).unsqueezed(0)))
    try SafetensorsWriter.write(tensors, to: folder("model.safetensors"))
    let read = try BertModel.load(from: folder.url)
    for (name, tensor) in model.parameters.parameters {
      #expect(read.parameters[parameter: name]?.floats() == tensor.floats())
    }
  }

  @Test func aPlaceInAnotherStoreTakesTheValuesOver() throws {
    let model = try BertModel.load(from: Self.directory)
    let store = ParameterStore(seed: 5)
    let copy = try BertModel(model.configuration, in: store["encoder"])
    copy.copyValues(from: model)
    let ids = try tensor("in.input_ids")
    #expect(
      copy.hiddenStates(ids).detached().floats() == model.hiddenStates(ids).detached().floats())
    #expect(store[parameter: "encoder.embeddings.LayerNorm.bias"] != nil)
    let folder = try TemporaryFolder()
    try copy.save(to: folder.url)
    #expect(
      try BertModel.load(from: folder.url).hiddenStates(ids).detached().floats()
        == model.hiddenStates(ids).detached().floats())
  }

  @Test func dropoutNeedsAGeneratorAndRepeatsWithItsSeed() throws {
    let model = try BertModel.load(from: Self.directory)
    let ids = try tensor("in.input_ids")
    func states(_ seed: Seed) throws -> [Float] {
      model.hiddenStates(
        ids, attentionMask: try mask(), dropout: RandomGenerator(seed: seed)
      ).detached().floats()
    }
    #expect(try states(1) == states(1))
    #expect(try states(1) != states(2))
  }

  @Test(arguments: [
    ("modules.json", "[]", "has no Transformer"),
    ("modules.json", #"[{"idx": 0, "path": "", "type": "x.Dense"}]"#, "'x.Dense'"),
    ("modules.json", "{", "it is not JSON"),
    ("1_Pooling/config.json", "{}", "chooses no pooling"),
    ("1_Pooling/config.json", #"{"pooling_mode_lasttoken": true}"#, "pooling_mode_lasttoken"),
    (
      "1_Pooling/config.json",
      #"{"pooling_mode_cls_token": true, "pooling_mode_max_tokens": true}"#, "supported is one of"
    ),
    ("sentence_bert_config.json", #"{"max_seq_length": 0}"#, "max_seq_length is 0"),
    ("config.json", #"{"model_type": "roberta"}"#, "'roberta' is no supported encoder"),
    ("config.json", #"{"model_type": "bert"}"#, "'vocab_size' is missing"),
  ])
  func aBrokenDirectoryIsOneClearError(file: String, content: String, part: String) throws {
    let folder = try TemporaryFolder()
    try SentenceEncoder.load(from: Self.directory).save(to: folder.url)
    let broken =
      content.hasPrefix("[{")
      ? content.replacing("\"type\"", with: "\"name\": \"0\", \"type\"") : content
    try Data(broken.utf8).write(to: folder(file))
    let error = try #require(throws: RLHFError.self) {
      try SentenceEncoder.load(from: folder.url)
    }
    #expect(error.message.contains(part), "\(error.message)")
    #expect(error.message.contains(folder.url.path))
  }

  @Test func missingWeightsAreNamed() throws {
    let model = try BertModel.load(from: Self.directory)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    try SafetensorsWriter.write(
      Array(model.parameters.parameters.dropLast()), to: folder("model.safetensors"))
    let error = try #require(throws: RLHFError.self) { try BertModel.load(from: folder.url) }
    #expect(error.message.contains("lacks 'encoder.layer.1.output.LayerNorm.bias'"))
  }
}
