import Foundation
import TestSupport
import Testing
import Torch

@testable import RLHFPlugin

@Suite("Distributions of normal actions") struct NormalActionsTests {
  private static func actions(
    _ mean: [Float], _ deviation: [Float], _ reduction: ActionReduction
  ) -> NormalActions {
    NormalActions(
      mean: Tensor(mean, shape: [1, 2, 2]), deviation: Tensor(deviation, shape: [1, 2, 1]),
      reduction: reduction)
  }

  @Test("the divergence equals the closed form, number by number")
  func divergence() {
    let (means, others): ([Float], [Float]) = ([0, 1, -2, 0.5], [0.5, 1, -1, 2])
    let (deviations, otherDeviations): ([Float], [Float]) = ([0.5, 2], [1, 1.5])
    func exact(_ action: Int) -> [Double] {
      (0..<2).map { number in
        let (m1, m2) = (
          Double(means[action * 2 + number]), Double(others[action * 2 + number])
        )
        let (s1, s2) = (Double(deviations[action]), Double(otherDeviations[action]))
        return log(s2 / s1) + (s1 * s1 + (m1 - m2) * (m1 - m2)) / (2 * s2 * s2) - 0.5
      }
    }
    for (reduction, scale) in [(ActionReduction.sum, 1.0), (.mean, 0.5)] {
      let one = Self.actions(means, deviations, reduction)
      let two = Self.actions(others, otherDeviations, reduction)
      let expected = (0..<2).map { exact($0).reduce(0, +) * scale }
      #expect(agrees(one.divergence(from: two).to(.float64).doubles(), expected, within: 1e-6))
      #expect(one.divergence(from: one).doubles().allSatisfy { $0 == 0 })
      #expect(
        !agrees(two.divergence(from: one).to(.float64).doubles(), expected, within: 1e-3))
    }
  }

  @Test("parts put together are the whole, in rows and in columns")
  func parts() {
    let whole = Self.actions([0, 1, -2, 0.5], [0.5, 2], .sum)
    let columns = (0..<2).map { column in
      whole.mapped { $0.narrow(dim: 1, start: column, length: 1) }
    }
    let again = NormalActions.concatenated(columns, dim: 1)
    #expect(again.mean.floats() == whole.mean.floats())
    #expect(again.deviation.floats() == whole.deviation.floats())
    #expect(NormalActions.concatenated([whole, whole], dim: 0).mean.shape == [2, 2, 2])
  }
}
