import Foundation
import NeuralNetworks
import RLHFCore
import Torch

/// What stands between scores and ratings while a reward model is trained: for each criterion and scale the cuts between
/// levels, or the score that belongs to the middle.
///
/// Pairs and rankings leave the zero of the scores open; ratings on different scales may each have their own.
final class RatingScales {
  /// A scale on which a criterion was rated.
  private struct Key: Hashable {
    var criterion: String
    var scale: RatingScale
  }

  /// The most levels that cuts are learned for.
  static let mostLevels = 100

  let parameters: ParameterStore
  private let loss: RewardOptions.RatingLoss
  private let huberDelta: Double
  private var places: [Key: (first: Tensor, widths: Tensor?)] = [:]

  /// Makes what the ratings need; throws where a rating is off its scale.
  init<Prompt, Artifact>(
    of ratings: [Rating<Prompt, Artifact>], loss: RewardOptions.RatingLoss, huberDelta: Double
  ) throws {
    self.loss = loss
    self.huberDelta = huberDelta
    parameters = ParameterStore()
    for rating in ratings {
      let scale = rating.scale
      guard scale.contains(rating.value) else {
        throw RLHFError(
          .invalidData,
          "A rating is \(rating.value) on a scale from \(scale.lowest) to \(scale.highest).")
      }
      let key = Key(criterion: rating.criterion, scale: scale)
      guard places[key] == nil else { continue }
      guard loss != .ordinal || (2...Self.mostLevels).contains(scale.levels) else {
        throw RLHFError(
          .invalidData,
          "Ratings from \(scale.lowest) to \(scale.highest) have \(scale.levels) levels; ordinal ratings have 2 to \(Self.mostLevels). Set reward.ratingLoss to 'squared' or 'huber'."
        )
      }
      let scope = parameters["rating\(places.count)"]
      if loss == .ordinal {
        // A width of 1 between neighbours, the middle at 0.
        let middle = Double(scale.levels - 2) / 2
        places[key] = (
          scope.parameter("first", [1], .constant(-middle)),
          scale.levels > 2
            ? scope.parameter("widths", [scale.levels - 2], .constant(log(exp(1) - 1))) : nil
        )
      } else {
        places[key] = (scope.parameter("middle", [1], .zeros), nil)
      }
    }
  }

  /// The losses of ratings, in the order of `ratings` and each for all members, `[N, M]`, from scores `[N, M]`.
  func losses<Prompt, Artifact>(
    scores: Tensor, ratings: [Rating<Prompt, Artifact>]
  ) -> Tensor {
    var groups: [(key: Key, rows: [Int])] = []
    for (row, rating) in ratings.enumerated() {
      let key = Key(criterion: rating.criterion, scale: rating.scale)
      if let index = groups.firstIndex(where: { $0.key == key }) {
        groups[index].rows.append(row)
      } else {
        groups.append((key, [row]))
      }
    }
    let members = scores.shape[1]
    let parts = groups.map { group in
      let own = scores.indexSelect(dim: 0, indices: Tensor(group.rows)).reshaped([-1])
      let values = group.rows.flatMap { Array(repeating: ratings[$0].value, count: members) }
      return losses(own, values, group.key).reshaped([group.rows.count, members])
    }
    let order = groups.flatMap(\.rows)
    let places = order.indices.sorted { order[$0] < order[$1] }
    return Tensor.concatenate(parts, dim: 0).indexSelect(dim: 0, indices: Tensor(places))
  }

  private func losses(_ scores: Tensor, _ values: [Double], _ key: Key) -> Tensor {
    guard let place = places[key] else {
      preconditionFailure("RatingScales: no scale for '\(key.criterion)'")
    }
    switch loss {
    case .ordinal:
      var cuts = place.first
      if let widths = place.widths {
        let rising = widths.softplus().cumulativeSum(dim: 0)
        cuts = Tensor.concatenate([place.first, place.first + rising], dim: 0)
      }
      let levels = values.map { key.scale.level(of: $0) }
      return OrdinalLoss(cuts: cuts)(scores: scores, levels: Tensor(levels))
    case .squared, .huber:
      let targets = Tensor(values.map { Float(key.scale.position(of: $0)) })
      let shifted = scores - place.first
      return loss == .squared
        ? RegressionLoss.squared(scores: shifted, targets: targets)
        : RegressionLoss.huber(scores: shifted, targets: targets, delta: huberDelta)
    }
  }
}
