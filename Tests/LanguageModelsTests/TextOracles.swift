import RLHFCore
import LanguageModels
import TestSupport
import Torch

/// The language models of the oracles: every folder with a model that is no classifier.
///
/// Adapters have no config.json.
let textModels = modelFolders.filter { !isClassifier($0) }

/// The classifiers of the oracles.
let classifierModels = modelFolders.filter(isClassifier)

private let modelFolders = Oracles.names(in: "text", holding: "config.json")

private func isClassifier(_ name: String) -> Bool {
  let configuration = try? Oracles.json("text/\(name)/config.json")
  return configuration?["architectures"][0].string?.hasSuffix("ForSequenceClassification") ?? false
}

/// A model of the oracles with what the reference computed.
struct TextOracle {
  let oracle: Oracle
  let model: CausalLanguageModel

  init(_ name: String) throws {
    oracle = try Oracles.text(name)
    model = try CausalLanguageModel.load(from: oracle.directory)
  }

  /// How far logits may be off, absolute, as the reference's float32 allows.
  var tolerance: Double {
    let stated = oracle.json["tolerance_logits"].double
    return stated.isNaN ? 1e-4 : stated
  }

  func mask(_ side: String) throws -> Tensor {
    try oracle.tensor("\(side).attention_mask").to(.bool)
  }

  /// The rows of a padded batch, without their padding.
  func rows(_ side: String) throws -> [[Int]] {
    let ids = try oracle.tensor("\(side).input_ids")
    let mask = try mask(side)
    return (0..<ids.shape[0]).map { row in
      zip(ids[row].ints(), mask[row].bools()).filter(\.1).map(\.0)
    }
  }
}
