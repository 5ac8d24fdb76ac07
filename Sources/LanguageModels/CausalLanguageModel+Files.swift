public import Foundation
import NeuralNetworks
import RLHFCore
public import Torch

extension CausalLanguageModel {
  /// Loads a model directory in Hugging Face's layout: config.json and model.safetensors, or its shards.
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
    let configuration = try LanguageModelConfiguration.load(from: directory)
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
    let model = try CausalLanguageModel(configuration, in: store)
    let type = decoderType(of: configuration.family)
    try store.load(files) { name in
      type.parameterName(for: name, tiesEmbeddings: configuration.tiesEmbeddings)
    }
    return model
  }

  /// Writes config.json, generation_config.json and model.safetensors into `directory`, which is made if need be.
  ///
  /// Each file appears atomically; other files of the directory, such as a tokenizer's, stay.
  ///
  /// - Parameters:
  ///   - directory: The model directory.
  ///   - dtype: The element type in the file; the parameters' own when `nil`.
  /// - Throws: An error when a file cannot be written; then that file is as it was.
  public func save(to directory: URL, dtype: DType? = nil) throws {
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(.inputOutput, "\(directory.path) cannot be made.", cause: error)
    }
    try parameters.save(
      to: directory.appendingPathComponent("model.safetensors"), dtype: dtype)
    var written = configuration
    written.dtype = dtype ?? parameters.dtype
    try written.save(to: directory)
  }
}

extension LanguageModelConfiguration {
  /// The number of parameters but for biases and norms, without overflow.
  var approximateParameterCount: Double {
    let (vocabulary, hidden) = (Double(vocabularySize), Double(hiddenSize))
    let queries = Double(headCount) * Double(headSize)
    let groups = Double(keyValueHeadCount) * Double(headSize)
    let attention = 2 * hidden * (queries + groups)
    let feedForward = Double(intermediateSize) * hidden * (family == .llama ? 3 : 2)
    let positions = family == .gpt2 ? Double(contextLength) * hidden : 0
    return vocabulary * hidden * (tiesEmbeddings ? 1 : 2) + positions
      + Double(layerCount) * (attention + feedForward)
  }
}
