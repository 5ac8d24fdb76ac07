import Torch

/// What a set of adapters is at the moment; all of its layers look here.
final class AdapterState {
  /// Whether the adapters are switched on.
  var isEnabled = true
  /// Whether the layers' own matrices hold what the adapters add.
  var isMerged = false

  /// Whether layers have to add something to their outputs.
  var isInForce: Bool { isEnabled && !isMerged }
}

/// A low-rank change of one linear layer (Hu et al., 2021): ΔW = s · B A, with A `[rank, in]` and B `[out, rank]`.
final class LowRankAdapter {
  /// The layer; it holds the adapter.
  unowned let site: AdapterSite
  /// A, which begins random.
  let down: Tensor
  /// B, which begins 0, so that a new adapter changes nothing.
  let up: Tensor
  let scale: Double
  let dropout: Dropout
  let state: AdapterState

  init(
    on site: AdapterSite, _ configuration: LoRAConfiguration, rank: Int, scale: Double,
    state: AdapterState, in scope: ParameterScope
  ) {
    self.site = site
    self.scale = scale
    self.state = state
    dropout = Dropout(configuration.dropout)
    // Kaiming-uniform with a = √5, which is ±1/√in.
    down = scope["lora_A"].parameter("weight", [rank, site.inputSize], .kaimingUniform)
    up = scope["lora_B"].parameter("weight", [site.outputSize, rank], .zeros)
  }

  /// s · B A x, `[…, out]`, in the element type of `input` `[…, in]`.
  func increment(for input: Tensor, dropout generator: RandomGenerator?) -> Tensor {
    let read = dropout(input.to(down.dtype), generator: generator)
    return (read.linear(weight: down).linear(weight: up) * scale).to(input.dtype)
  }

  /// ΔW in the layout of the layer's own matrix.
  var weightIncrement: Tensor {
    let change = up.matmul(down) * scale
    return site.isTransposed ? change.transposed() : change
  }
}
