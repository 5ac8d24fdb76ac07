public import Foundation
import NeuralNetworks
import RLHFCore
import Torch

extension BertModel {
  /// Loads config.json and the weights of a model directory; those of other heads and of the pooler are passed over.
  ///
  /// - Parameter directory: The model directory.
  /// - Returns: The encoder, all of its parameters trainable.
  /// - Throws: An error that names the file and what does not fit.
  public static func load(from directory: URL) throws -> BertModel {
    let configuration = try BertConfiguration.load(from: directory)
    let files = try WeightFiles.open(in: directory)
    let elements = files.reduce(0.0) { sum, file in
      file.entries.reduce(sum) { $0 + Double($1.shape.reduce(1, *)) }
    }
    // A configuration far beyond the weights would take memory before the mismatch is found.
    guard configuration.approximateParameterCount <= 4 * elements + 1e7 else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path): config.json describes an encoder of about "
          + "\(Int(min(configuration.approximateParameterCount, 1e18))) parameters, its weights are "
          + "\(Int(elements)).")
    }
    let store = ParameterStore(skipsInitialization: true)
    let model = try BertModel(configuration, in: store.root)
    try store.load(files, renaming: parameterName)
    return model
  }

  /// Writes config.json and model.safetensors into `directory`, which is made if need be.
  public func save(to directory: URL) throws {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(.inputOutput, "\(directory.path) cannot be made.", cause: error)
    }
    let own = parameters.parameters.filter { $0.name.hasPrefix(prefix) }.map { name, tensor in
      (name: String(name.dropFirst(prefix.count)), tensor: tensor)
    }
    try WeightFiles.write(own, in: directory)
    try ConfigurationFile.write(configuration, to: directory.appendingPathComponent("config.json"))
  }

  /// Takes over the values of another encoder of the same shape.
  public func copyValues(from other: BertModel) {
    withoutGradient {
      for (name, tensor) in other.parameters.parameters where name.hasPrefix(other.prefix) {
        parameters[parameter: prefix + name.dropFirst(other.prefix.count)]?.assign(from: tensor)
      }
    }
  }

  /// Files of models with a head have the prefix "bert."; old ones call a norm's weight "gamma" and its bias "beta".
  static func parameterName(for name: String) -> String? {
    var name = name.hasPrefix("bert.") ? String(name.dropFirst("bert.".count)) : name
    guard name.hasPrefix("embeddings.") || name.hasPrefix("encoder.") else {
      let others = ["pooler.", "cls.", "classifier.", "qa_outputs.", "dropout."]
      return others.contains { name.hasPrefix($0) } ? nil : name
    }
    if name == "embeddings.position_ids" || name == "embeddings.token_type_ids" { return nil }
    for (old, new) in [
      (".LayerNorm.gamma", ".LayerNorm.weight"), (".LayerNorm.beta", ".LayerNorm.bias"),
    ]
    where name.hasSuffix(old) {
      name = name.dropLast(old.count) + new
    }
    return name
  }
}
