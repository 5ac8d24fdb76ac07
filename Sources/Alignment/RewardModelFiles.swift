import Foundation
import PreferenceLearning
import RLHFCore
import RLHFPlugin

/// A reward model on disk: the encoder in the domain's own format under `encoder/`, the heads beside it.
enum RewardModelFiles {
  static func save<D: Domain>(
    _ model: TrainableRewardModel<D.DomainEncoder>, of domain: D, to folder: URL
  ) throws {
    let encoder = folder.appending(path: "encoder")
    try FileManager.default.createDirectory(at: encoder, withIntermediateDirectories: true)
    try domain.saveEncoder(model.encoder, to: encoder)
    try model.saveHeads(to: folder)
  }

  static func load<D: Domain>(
    of domain: D, from folder: URL
  ) throws -> TrainableRewardModel<D.DomainEncoder> {
    let encoder = try domain.loadEncoder(from: folder.appending(path: "encoder"))
    return try TrainableRewardModel(encoder: encoder, headsFrom: folder)
  }
}
