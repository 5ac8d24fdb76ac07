import Foundation
import NeuralNetworks
import RLHFCore
import Torch

/// What loading and saving of diffusers' model directories have in common: config.json and
/// diffusion_pytorch_model.safetensors, or its shards.
enum DiffusersDirectory {
  static let weightsName = "diffusion_pytorch_model"

  /// Reads config.json; every error names the file.
  static func configuration<Configuration: Decodable>(
    in directory: URL, validate: (Configuration) throws -> Void
  ) throws -> Configuration {
    let url = directory.appendingPathComponent("config.json")
    let configuration = try ConfigurationFile.read(Configuration.self, at: url)
    do {
      try validate(configuration)
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(url.path): \(error.message)")
    }
    return configuration
  }

  /// Fills a new store with the weights of `directory`, after `make` has made a model's parameters in it.
  static func read<Model>(
    _ directory: URL, approximateCount: Double, dtype: DType, device: Device,
    make: (ParameterStore) throws -> Model
  ) throws -> Model {
    let files = try WeightFiles.open(in: directory, named: weightsName)
    let elements = files.reduce(0.0) { sum, file in
      file.entries.reduce(sum) { $0 + Double($1.shape.reduce(1, *)) }
    }
    // A configuration far beyond the weights would take memory before the mismatch is found.
    guard approximateCount <= 4 * elements + 1e7 else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path): config.json describes a network of about "
          + "\(Int(min(approximateCount, 1e18))) parameters, its weights are \(Int(elements)).")
    }
    let store = ParameterStore(dtype: dtype, device: device, skipsInitialization: true)
    let model = try make(store)
    try store.load(files, renaming: parameterName)
    return model
  }

  /// Writes config.json and the weights into `directory`, which is made if need be.
  static func write(
    _ tensors: [(name: String, tensor: Tensor)], _ configuration: some Encodable,
    to directory: URL, shardSize: Int
  ) throws {
    try make(directory)
    try WeightFiles.write(tensors, in: directory, named: weightsName, shardSize: shardSize)
    try ConfigurationFile.write(
      configuration, to: directory.appendingPathComponent("config.json"))
  }

  /// The parameters whose names start with `prefix`, without it.
  static func tensors(
    of store: ParameterStore, below prefix: String
  ) -> [(name: String, tensor: Tensor)] {
    store.parameters.filter { $0.name.hasPrefix(prefix) }.map { name, tensor in
      (name: String(name.dropFirst(prefix.count)), tensor: tensor)
    }
  }

  static func make(_ directory: URL) throws {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(.inputOutput, "\(directory.path) cannot be made.", cause: error)
    }
  }

  /// Old files call the matrices of spatial attention otherwise.
  static func parameterName(for name: String) -> String? {
    for (old, new) in [
      (".query.", ".to_q."), (".key.", ".to_k."), (".value.", ".to_v."),
      (".proj_attn.", ".to_out.0."),
    ] where name.contains(old) {
      return name.replacing(old, with: new)
    }
    return name
  }
}
