public import Torch

/// A linear layer as adapters see it: its name, its matrix, and what the adapters in force add to its output.
///
/// A layer makes its site with ``ParameterScope/adapterSite(weight:isTransposed:role:)`` and passes its output through
/// ``adapted(_:from:)``.
public final class AdapterSite {
  /// What a layer does in its model.
  public enum Role: Sendable {
    /// Any layer but the last.
    case inner
    /// The layer that makes the model's predictions: "all linear layers" leaves it out.
    case output
    /// An output layer that shares its matrix with an embedding.
    case tiedOutput
  }

  /// The dotted name of the layer, such as "model.layers.0.self_attn.q_proj".
  public let path: String
  /// The layer's own matrix, `[out, in]`, or `[in, out]` where it is transposed.
  public let weight: Tensor
  /// Whether the matrix is stored as `[in, out]`: PEFT's `fan_in_fan_out`.
  public let isTransposed: Bool
  /// What the layer does in its model.
  public let role: Role

  /// The adapters on the layer, in force or not, in the order in which they were added.
  var adapters: [LowRankAdapter] = []
  private let dropout: AdapterDropout

  init(path: String, weight: Tensor, isTransposed: Bool, role: Role, dropout: AdapterDropout) {
    self.path = path
    self.weight = weight
    self.isTransposed = isTransposed
    self.role = role
    self.dropout = dropout
  }

  /// The extent of the input's last dimension.
  public var inputSize: Int { weight.shape[isTransposed ? 0 : 1] }
  /// The extent of the output's last dimension.
  public var outputSize: Int { weight.shape[isTransposed ? 1 : 0] }

  /// `output` `[…, out]`, the layer's own, with what the adapters in force add for its `input` `[…, in]`.
  public func adapted(_ output: Tensor, from input: Tensor) -> Tensor {
    var sum = output
    for adapter in adapters where adapter.state.isInForce {
      sum = sum + adapter.increment(for: input, dropout: dropout.generator)
    }
    return sum
  }
}

/// Where the adapters on the layers of one store draw their dropout from.
final class AdapterDropout {
  /// The source; `nil` outside of training.
  var generator: RandomGenerator?
}
