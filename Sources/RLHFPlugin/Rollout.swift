public import Torch

/// Trajectories that a policy took for a batch of prompts: B rows of at most T actions.
///
/// What an action is belongs to the policy, which alone reads `actions`; an engine sees the mask and selects rows.
public struct Rollout {
  /// What the policy needs to take the same actions again, by name.
  ///
  /// Every tensor's first dimension is B.
  public var actions: [String: Tensor]
  /// Where an action was taken.
  ///
  /// Boolean `[B, T]`. The actions of a row are contiguous and start at column 0.
  public var mask: Tensor
  /// Whether each row ended by the policy's own decision; `false` where it was cut off at the longest length.
  public var isComplete: [Bool]

  /// Creates a rollout.
  public init(actions: [String: Tensor], mask: Tensor, isComplete: [Bool]) {
    precondition(
      mask.rank == 2 && mask.dtype == .bool && mask.shape[0] == isComplete.count,
      "Rollout: mask \(mask.shape) \(mask.dtype) does not fit \(isComplete.count) rows; expected bool [B, T]"
    )
    for (name, tensor) in actions {
      precondition(
        tensor.rank > 0 && tensor.shape[0] == isComplete.count,
        "Rollout: '\(name)' \(tensor.shape) does not have \(isComplete.count) rows")
    }
    self.actions = actions
    self.mask = mask
    self.isComplete = isComplete
  }

  /// The number of rows B.
  public var count: Int { isComplete.count }

  /// The number of columns T.
  public var length: Int { mask.shape[1] }

  /// The number of actions in each row.
  public func lengths() -> [Int] {
    mask.to(.int64).sum(dim: 1).ints()
  }

  /// The rows with the given indices, in that order.
  public func rows(_ indices: [Int]) -> Rollout {
    let index = Tensor(indices)
    return Rollout(
      actions: actions.mapValues { $0.indexSelect(dim: 0, indices: index) },
      mask: mask.indexSelect(dim: 0, indices: index),
      isComplete: indices.map { isComplete[$0] })
  }
}
