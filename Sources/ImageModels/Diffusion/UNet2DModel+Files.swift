public import Foundation
public import NeuralNetworks
import RLHFCore
public import Torch

extension UNet2DModel {
  /// Loads a directory as diffusers writes it: config.json and diffusion_pytorch_model.safetensors, or its shards.
  ///
  /// - Parameters:
  ///   - directory: The model directory, such as a pipeline's "unet".
  ///   - dtype: The element type to compute in.
  ///   - device: Where the parameters live.
  /// - Returns: The network, all of its parameters but fixed frequencies trainable.
  /// - Throws: An error that names the file and what does not fit.
  public static func load(
    from directory: URL, dtype: DType = .float32, device: Device = .cpu
  ) throws -> UNet2DModel {
    let configuration = try UNet2DConfiguration.load(from: directory)
    return try DiffusersDirectory.read(
      directory, approximateCount: configuration.approximateParameterCount, dtype: dtype,
      device: device
    ) { try UNet2DModel(configuration, in: $0.root) }
  }

  /// Writes config.json and diffusion_pytorch_model.safetensors, or its shards, into `directory`, which is made if need
  /// be.
  public func save(to directory: URL, shardSize: Int = WeightFiles.usualShardSize) throws {
    try DiffusersDirectory.write(
      DiffusersDirectory.tensors(of: parameters, below: prefix), configuration, to: directory,
      shardSize: shardSize)
  }
}
