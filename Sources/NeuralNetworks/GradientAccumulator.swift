public import Torch

/// Adds up the gradients of micro-batches so that they equal the gradient of one big batch's mean loss.
///
///     let accumulator = GradientAccumulator(store.trainable)
///     for batch in microBatches { accumulator.add(sum: loss(batch), count: batch.tokenCount) }
///     let meanLoss = accumulator.finish()
///
/// The mean is over all terms of all micro-batches, however unevenly they are spread.
public final class GradientAccumulator {
  private let parameters: [Tensor]
  private var count = 0.0
  private var sum: Tensor?

  /// Starts from no gradients at all.
  public init(_ parameters: [(name: String, tensor: Tensor)]) {
    self.parameters = parameters.map(\.tensor)
    for parameter in self.parameters { parameter.gradient = nil }
  }

  /// Adds the gradient of `sum`, a scalar that adds up `count` terms.
  public func add(sum loss: Tensor, count terms: Double) {
    loss.backward()
    count += terms
    let value = loss.detached()
    sum = sum.map { $0 + value } ?? value
  }

  /// Divides the gradients by the number of terms, and gives the mean loss; 0 where there were no terms.
  public func finish() -> Double {
    guard count > 0, let sum else { return 0 }
    let gradients = parameters.compactMap(\.gradient)
    if !gradients.isEmpty { OptimizerKernels.scale(gradients, by: 1 / count) }
    return sum.item() / count
  }
}
