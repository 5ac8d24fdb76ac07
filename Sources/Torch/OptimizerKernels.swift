import CTorch

/// Work on all parameters at once, which optimizers are made of.
///
/// None of it is recorded.
public enum OptimizerKernels {
  /// One step of AdamW on every parameter, in place.
  ///
  /// Loshchilov and Hutter, 2019. All lists have the same count; `maximumSecondMoments` may be empty,
  /// otherwise the step is that of AMSGrad (Reddi et al., 2018). `steps` are float32 tensors of no
  /// dimension, which are raised by one first.
  public static func fusedAdamW(
    parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor],
    maximumSecondMoments: [Tensor] = [], steps: [Tensor], learningRate: Double, beta1: Double,
    beta2: Double, weightDecay: Double, epsilon: Double
  ) {
    let amsgrad = !maximumSecondMoments.isEmpty
    let counts = [gradients, firstMoments, secondMoments, steps].map(\.count)
    check(
      counts.allSatisfy { $0 == parameters.count }
        && (!amsgrad || maximumSecondMoments.count == parameters.count),
      "fusedAdamW", [],
      "there are \(parameters.count) parameters, but \(counts) gradients, moments and steps")
    run("fusedAdamW", parameters) {
      ct_fused_adamw_(
        parameters.map(\.handle), gradients.map(\.handle), firstMoments.map(\.handle),
        secondMoments.map(\.handle), maximumSecondMoments.map(\.handle), steps.map(\.handle),
        parameters.count, learningRate, beta1, beta2, weightDecay, epsilon, amsgrad, $0)
    }
  }

  /// The Euclidean norm of all elements of all tensors, in float32 or wider; a tensor of no
  /// dimension.
  public static func gradientNorm(of tensors: [Tensor]) -> Tensor {
    withoutGradient {
      make("gradientNorm", tensors) { ct_total_norm(tensors.map(\.handle), tensors.count, $0) }
    }
  }

  /// Multiplies every element of all tensors by `factor`, in place.
  public static func scale(_ tensors: [Tensor], by factor: Double) {
    run("scale(by: \(factor))", tensors) {
      ct_foreach_mul_(tensors.map(\.handle), tensors.count, factor, $0)
    }
  }
}
