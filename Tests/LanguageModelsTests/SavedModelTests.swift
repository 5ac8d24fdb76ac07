import Foundation
import LanguageModels
import NeuralNetworks
import TestSupport
import Testing
import Torch

/// Writes models for `Tests/Oracles/saved_models.py`, which loads them with transformers and compares the logits.
///
/// Runs where `RLHF_SAVED_MODELS` names a folder for them.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["RLHF_SAVED_MODELS"] != nil,
    "needs RLHF_SAVED_MODELS, a folder to write to"))
struct SavedModelTests {
  private let folder = URL(
    filePath: ProcessInfo.processInfo.environment["RLHF_SAVED_MODELS"] ?? "")

  private func write(_ ids: Tensor, _ result: Tensor, to directory: URL) throws {
    try SafetensorsWriter.write(
      [("ids", ids), ("result", result.detached().to(.float32).contiguous())],
      to: directory.appendingPathComponent("ours.safetensors"))
  }

  @Test(arguments: textModels)
  func languageModels(name: String) throws {
    let text = try TextOracle(name)
    let ids = try text.oracle.tensor("single.input_ids")
    let logits = text.model.logits(text.model.hiddenStates(ids))
    let single = folder.appendingPathComponent(name)
    try text.model.save(to: single)
    try write(ids, logits, to: single)
    let sharded = folder.appendingPathComponent("\(name)-in-shards")
    try text.model.save(to: sharded, shardSize: text.model.parameters.parameterCount)
    try write(ids, logits, to: sharded)
    for dtype in [DType.bfloat16, .float16] {
      let half = folder.appendingPathComponent("\(name)-\(dtype.rawValue)")
      try text.model.save(to: half, dtype: dtype)
      let read = try CausalLanguageModel.load(from: half)
      try write(ids, read.logits(read.hiddenStates(ids)), to: half)
    }
  }

  @Test(arguments: classifierModels)
  func classifiers(name: String) throws {
    let oracle = try Oracles.text(name)
    let model = try SequenceClassifier.load(from: oracle.directory)
    let ids = try oracle.tensor("right.input_ids").narrow(dim: 0, start: 0, length: 1)
    // A row alone; transformers wants to find its end by the padding token.
    let directory = folder.appendingPathComponent(name)
    try model.save(to: directory)
    let mask = try oracle.tensor("right.attention_mask").narrow(dim: 0, start: 0, length: 1)
    let row = ids.narrow(dim: 1, start: 0, length: Int(mask.sum().item())).contiguous()
    try write(row, model.scores(row), to: directory)
  }

  @Test func encoder() throws {
    let encoder = try SentenceEncoder.load(from: SentenceEncoderTests.directory)
    let directory = folder.appendingPathComponent("bert")
    try encoder.save(to: directory)
    let ids = Tensor([5, 6, 7, 8, 9], shape: [1, 5])
    try write(ids, encoder.model.hiddenStates(ids), to: directory)
  }
}
