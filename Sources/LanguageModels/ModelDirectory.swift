import Foundation
import NeuralNetworks
import RLHFCore
import Torch

/// What loading and saving of language models and classifiers have in common.
enum ModelDirectory {
  /// Fills a new store with the weights of `directory`, after `make` has made a model's parameters in it.
  ///
  /// - Parameters:
  ///   - directory: The model directory.
  ///   - configuration: What its config.json says.
  ///   - dtype: The element type to compute in; `nil` takes the files' own.
  ///   - device: Where the parameters live.
  ///   - make: Makes the model.
  /// - Returns: The model.
  /// - Throws: An error that names the file and what does not fit.
  static func read<Model>(
    _ directory: URL, _ configuration: LanguageModelConfiguration, dtype: DType?, device: Device,
    make: (ParameterStore) throws -> Model
  ) throws -> Model {
    let files = try WeightFiles.open(in: directory)
    let elements = files.reduce(0.0) { sum, file in
      file.entries.reduce(sum) { $0 + Double($1.shape.reduce(1, *)) }
    }
    // A configuration far beyond the weights would take memory before the mismatch is found.
    guard configuration.approximateParameterCount <= 4 * elements + 1e7 else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path): config.json describes a model of about "
          + "\(Int(min(configuration.approximateParameterCount, 1e18))) parameters, its weights are "
          + "\(Int(elements)).")
    }
    let store = ParameterStore(
      dtype: dtype ?? configuration.dtype, device: device, skipsInitialization: true)
    let model = try make(store)
    let type = configuration.family.entry.decoder
    // A classifier has no output layer to tokens.
    let hasNoOutput = configuration.tiesEmbeddings || configuration.labelCount != nil
    try store.load(files) { name in type.parameterName(for: name, tiesEmbeddings: hasNoOutput) }
    return model
  }

  /// Writes the configuration and the weights into `directory`, which is made if need be.
  static func write(
    _ parameters: ParameterStore, _ configuration: LanguageModelConfiguration, to directory: URL,
    dtype: DType?, shardSize: Int
  ) throws {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(.inputOutput, "\(directory.path) cannot be made.", cause: error)
    }
    let tensors = parameters.parameters.map { name, tensor in
      (name: name, tensor: dtype.map { tensor.detached().to($0) } ?? tensor)
    }
    try WeightFiles.write(tensors, in: directory, shardSize: shardSize)
    var written = configuration
    written.dtype = dtype ?? parameters.dtype
    try written.save(to: directory)
  }
}
