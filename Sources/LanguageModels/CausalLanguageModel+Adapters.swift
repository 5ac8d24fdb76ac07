public import Foundation
public import NeuralNetworks
public import RLHFCore
public import Torch

extension CausalLanguageModel {
  /// Puts new low-rank adapters on the model, whose own parameters rest from now on.
  ///
  /// Adapters on the output layer have no dropout.
  ///
  /// - Parameters:
  ///   - configuration: Which layers get an adapter, and of which shape.
  ///   - seed: Decides the first values.
  /// - Returns: The adapters, switched on; they change nothing before they are trained.
  /// - Throws: An error where the configuration is impossible or chooses no layer.
  public func addAdapters(_ configuration: LoRAConfiguration, seed: Seed = 0) throws -> AdapterSet {
    try AdapterSet(configuration, on: parameters, seed: seed)
  }

  /// Loads a directory of adapters by PEFT onto this model, the base that they were trained on.
  ///
  /// - Parameters:
  ///   - directory: The folder with adapter_config.json and adapter_model.safetensors.
  ///   - isEnabled: Whether the adapters are switched on.
  ///   - isTrainable: Whether training changes the adapters; then the model's own parameters rest.
  /// - Returns: The adapters.
  /// - Throws: An error that names what does not fit; then the model is as it was.
  public func loadAdapters(
    from directory: URL, isEnabled: Bool = true, isTrainable: Bool = true
  ) throws -> AdapterSet {
    try AdapterDirectory(directory).load(
      onto: parameters, isEnabled: isEnabled, isTrainable: isTrainable)
  }

  /// Loads a directory of adapters together with the base model that it names.
  public static func loadWithAdapters(
    from directory: URL, dtype: DType? = .float32, device: Device = .cpu
  ) throws -> (model: CausalLanguageModel, adapters: AdapterSet) {
    let adapters = try AdapterDirectory(directory)
    let model = try load(from: adapters.baseFolder(), dtype: dtype, device: device)
    return (model, try adapters.load(onto: model.parameters))
  }
}
