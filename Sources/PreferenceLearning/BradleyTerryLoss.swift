public import Torch

/// The Bradley–Terry loss of a reward model over pairs of scores (Ouyang and others 2022, equation
/// 1), with the options of TRL's RewardTrainer.
public struct BradleyTerryLoss: Sendable {
  /// The weight of the squared sum of a pair's scores, which keeps their mean near 0 (Eisenstein
  /// and others 2023).
  public var centring: Double
  /// How far labels are pulled from certainty: the probability that a label is wrong.
  public var labelSmoothing: Double

  /// Creates a loss.
  public init(centring: Double = 0, labelSmoothing: Double = 0) {
    self.centring = centring
    self.labelSmoothing = labelSmoothing
  }

  /// The loss of each pair, `[N]`, from `[N]` tensors.
  ///
  /// With difference d = chosen - rejected - margin and probability y that the chosen one is better, it is
  /// -y log σ(d) - (1 - y) log σ(-d) + c (chosen + rejected)².
  /// - Parameters:
  ///   - chosen: Scores of the preferred artifacts.
  ///   - rejected: Scores of the others.
  ///   - margins: How much better the preferred ones are; `nil` for 0.
  ///   - labels: The probability that the preferred ones are better; `nil` for 1, 0.5 is a tie.
  /// - Returns: The losses, `[N]`, with gradient.
  public func callAsFunction(
    chosen: Tensor, rejected: Tensor, margins: Tensor? = nil, labels: Tensor? = nil
  ) -> Tensor {
    precondition(
      chosen.rank == 1 && chosen.shape == rejected.shape,
      "BradleyTerryLoss: chosen \(chosen.shape) and rejected \(rejected.shape) differ; expected [N] both"
    )
    var difference = chosen - rejected
    if let margins { difference = difference - margins }
    var loss: Tensor
    if labels == nil && labelSmoothing == 0 {
      loss = -difference.logSigmoid()
    } else {
      let certain = labels ?? Tensor.ones(chosen.shape, dtype: chosen.dtype, device: chosen.device)
      let probability = certain * (1 - labelSmoothing) + (1 - certain) * labelSmoothing
      loss =
        -(probability * difference.logSigmoid() + (1 - probability) * (-difference).logSigmoid())
    }
    if centring > 0 { loss = loss + (chosen + rejected).square() * centring }
    return loss
  }
}
