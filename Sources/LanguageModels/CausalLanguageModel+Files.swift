public import Foundation
public import NeuralNetworks
import RLHFCore
public import Torch

extension CausalLanguageModel {
  /// Loads a model directory in Hugging Face's layout: config.json and model.safetensors, or its shards.
  ///
  /// A directory of adapters by PEFT is read with the model that it names, and they become part of it.
  ///
  /// - Parameters:
  ///   - directory: The model directory.
  ///   - dtype: The element type to compute in; `nil` takes the files' own. Train in float32.
  ///   - device: Where the parameters live.
  /// - Returns: The model, all of its parameters trainable.
  /// - Throws: An error that names the file and what does not fit.
  public static func load(
    from directory: URL, dtype: DType? = .float32, device: Device = .cpu
  ) throws -> CausalLanguageModel {
    if AdapterDirectory.exists(at: directory) {
      let (model, adapters) = try loadWithAdapters(from: directory, dtype: dtype, device: device)
      try adapters.mergeForGood()
      return model
    }
    let configuration = try LanguageModelConfiguration.load(from: directory)
    guard configuration.labelCount == nil else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path) holds a \(configuration.family.classifierArchitecture), expected a "
          + "\(configuration.family.causalArchitecture). Name a language model.")
    }
    return try ModelDirectory.read(directory, configuration, dtype: dtype, device: device) {
      try CausalLanguageModel(configuration, in: $0)
    }
  }

  /// Writes config.json, generation_config.json and model.safetensors, or its shards and their index, into `directory`,
  /// which is made if need be.
  ///
  /// Each file appears atomically; other files of the directory, such as a tokenizer's, stay.
  ///
  /// - Parameters:
  ///   - directory: The model directory.
  ///   - dtype: The element type in the file; the parameters' own when `nil`.
  ///   - shardSize: The largest size of one file of weights, in bytes.
  /// - Throws: An error when a file cannot be written; then that file is as it was.
  public func save(
    to directory: URL, dtype: DType? = nil, shardSize: Int = WeightFiles.usualShardSize
  ) throws {
    try ModelDirectory.write(
      parameters, configuration, to: directory, dtype: dtype, shardSize: shardSize)
  }
}

extension LanguageModelConfiguration {
  /// The number of parameters but for biases and norms, without overflow.
  var approximateParameterCount: Double {
    let (vocabulary, hidden) = (Double(vocabularySize), Double(hiddenSize))
    let queries = Double(headCount) * Double(headSize)
    let groups = Double(keyValueHeadCount) * Double(headSize)
    let attention = 2 * hidden * (queries + groups)
    let feedForward = Double(intermediateSize) * hidden * (family == .gpt2 ? 2 : 3)
    let positions = family == .gpt2 ? Double(contextLength) * hidden : 0
    return vocabulary * hidden * (tiesEmbeddings ? 1 : 2) + positions
      + Double(layerCount) * (attention + feedForward)
  }
}
