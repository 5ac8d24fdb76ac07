public import Torch

/// Scales all gradients by one factor so that their joint Euclidean norm is at most `maximum`.
///
/// As in PyTorch's `clip_grad_norm_` the factor is min(1, maximum / (norm + 1e-6)). Gradients whose norm is not finite
/// stay as they are: the caller sees it in the result and skips the step.
///
/// - Parameters:
///   - parameters: The parameters; those without a gradient are passed over.
///   - maximum: The largest norm to keep; infinity only measures.
/// - Returns: The norm before clipping.
@discardableResult
public func clipGradientNorm(of parameters: [Tensor], to maximum: Double) -> Double {
  let gradients = parameters.compactMap(\.gradient)
  guard !gradients.isEmpty else { return 0 }
  let norm = OptimizerKernels.gradientNorm(of: gradients).item()
  let factor = maximum / (norm + 1e-6)
  if norm.isFinite && factor < 1 { OptimizerKernels.scale(gradients, by: factor) }
  return norm
}

/// Scales the gradients of named parameters; see ``clipGradientNorm(of:to:)-([Tensor],_)``.
@discardableResult
public func clipGradientNorm(
  of parameters: [(name: String, tensor: Tensor)], to maximum: Double
) -> Double {
  clipGradientNorm(of: parameters.map(\.tensor), to: maximum)
}
