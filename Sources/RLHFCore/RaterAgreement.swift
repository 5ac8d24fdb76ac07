import Foundation

/// How far raters agree on the categories of units.
public struct RaterAgreement: Sendable {
  /// How much it matters that two ratings differ.
  public enum Difference: String, Sendable, Hashable, CaseIterable {
    /// All differences matter alike.
    case nominal
    /// What matters is how many ratings lie between the two.
    case ordinal
    /// The square of the difference matters.
    case interval
    /// The square of the difference, relative to the sum, matters: for values with a true zero.
    case ratio
  }

  /// How much it matters that two raters differ, for Cohen's kappa.
  public enum Weighting: String, Sendable, Hashable, CaseIterable {
    /// All differences matter alike.
    case none
    /// The difference of the categories' numbers matters.
    case linear
    /// Its square matters.
    case quadratic
  }

  /// The ratings of each rater by unit; `nil` where a rater did not rate the unit.
  public let ratings: [[Int?]]
  /// The number of categories; ratings are numbers from 0.
  public let categories: Int
  /// What the categories stand for, where differences between them matter.
  public let values: [Double]

  /// Checks ratings and takes them in; the categories stand for their own numbers where no `values` are given.
  public init(_ ratings: [[Int?]], categories: Int, values: [Double]? = nil) throws {
    let values = values ?? (0..<max(categories, 0)).map(Double.init)
    guard values.count == categories, values.allSatisfy(\.isFinite) else {
      throw RLHFError(
        .invalidData, "\(categories) categories have \(values.count) values; expected one for each."
      )
    }
    guard let units = ratings.first?.count, ratings.allSatisfy({ $0.count == units }) else {
      throw RLHFError(
        .invalidData,
        "The raters have \(ratings.map(\.count)) units; expected the same number for each, and at least one rater."
      )
    }
    for rating in ratings.joined() {
      guard let rating, !(0..<categories).contains(rating) else { continue }
      throw RLHFError(
        .invalidData, "A rating is \(rating); expected a category from 0 to \(categories - 1).")
    }
    self.ratings = ratings
    self.categories = categories
    self.values = values
  }

  /// The units that both raters rated.
  public func sharedUnits(_ first: Int, _ second: Int) -> Int { shared(first, second).count }

  /// The share of shared units on which two raters agree; not a number where they share none.
  public func percentAgreement(_ first: Int, _ second: Int) -> Double {
    let pairs = shared(first, second)
    return Double(pairs.count { $0.0 == $0.1 }) / Double(pairs.count)
  }

  /// The share of all pairs of ratings of a unit that agree.
  public var percentAgreement: Double {
    var (agreeing, all) = (0, 0)
    for counts in countsByUnit {
      let rated = counts.reduce(0, +)
      all += rated * (rated - 1)
      agreeing += counts.reduce(0) { $0 + $1 * ($1 - 1) }
    }
    return Double(agreeing) / Double(all)
  }

  /// Cohen's kappa of two raters (1960), weighted (1968) if wanted.
  public func cohenKappa(
    _ first: Int, _ second: Int, weighting: Weighting = .none
  ) -> Double {
    let pairs = shared(first, second)
    func weight(_ a: Int, _ b: Int) -> Double {
      switch weighting {
      case .none: a == b ? 0 : 1
      case .linear: Double(abs(a - b))
      case .quadratic: Double((a - b) * (a - b))
      }
    }
    let observed = pairs.reduce(0) { $0 + weight($1.0, $1.1) }
    let firstCounts = (0..<categories).map { c in Double(pairs.count { $0.0 == c }) }
    let secondCounts = (0..<categories).map { c in Double(pairs.count { $0.1 == c }) }
    var expected = 0.0
    for a in 0..<categories {
      for b in 0..<categories { expected += weight(a, b) * firstCounts[a] * secondCounts[b] }
    }
    return 1 - observed * Double(pairs.count) / expected
  }

  /// Fleiss' kappa (1971): chance agreement by how often the categories were chosen.
  ///
  /// Not a number where units have different numbers of ratings; Krippendorff's alpha allows that.
  public var fleissKappa: Double {
    let totals = (0..<categories).map { c in Double(countsByUnit.reduce(0) { $0 + $1[c] }) }
    let all = totals.reduce(0, +)
    return kappa(chance: totals.reduce(0) { $0 + ($1 / all) * ($1 / all) })
  }

  /// Randolph's kappa (2005): chance agreement as if all categories were equally likely.
  ///
  /// Not a number where units have different numbers of ratings.
  public var randolphKappa: Double { kappa(chance: 1 / Double(categories)) }

  /// Krippendorff's alpha (2004); units with a single rating say nothing.
  public func krippendorffAlpha(_ difference: Difference) -> Double {
    alpha(difference, countsByUnit)
  }

  /// The same of the counts of some units, each of which may stand there several times.
  func alpha(_ difference: Difference, _ counts: [[Int]]) -> Double {
    let units = counts.filter { $0.reduce(0, +) > 1 }
    let totals = (0..<categories).map { c in Double(units.reduce(0) { $0 + $1[c] }) }
    let all = totals.reduce(0, +)
    func distance(_ a: Int, _ b: Int) -> Double {
      guard a != b else { return 0 }
      switch difference {
      case .nominal: return 1
      case .interval: return (values[a] - values[b]) * (values[a] - values[b])
      case .ratio:
        let part = (values[a] - values[b]) / (values[a] + values[b])
        return part * part
      case .ordinal:
        let between = totals[min(a, b)...max(a, b)].reduce(0, +) - (totals[a] + totals[b]) / 2
        return between * between
      }
    }
    var (observed, expected) = (0.0, 0.0)
    for a in 0..<categories where totals[a] > 0 {
      for b in 0..<categories where a != b && totals[b] > 0 {
        let far = distance(a, b)
        observed += units.reduce(0) { sum, counts in
          sum + far * Double(counts[a] * counts[b]) / Double(counts.reduce(0, +) - 1)
        }
        expected += far * totals[a] * totals[b] / (all - 1)
      }
    }
    return 1 - observed / expected
  }

  /// How often each category was chosen, unit by unit.
  var countsByUnit: [[Int]] {
    (ratings.first ?? []).indices.map { unit in
      var counts = [Int](repeating: 0, count: categories)
      for rater in ratings {
        if let rating = rater[unit] { counts[rating] += 1 }
      }
      return counts
    }
  }

  func shared(_ first: Int, _ second: Int) -> [(Int, Int)] {
    zip(ratings[first], ratings[second]).compactMap { a, b in
      if let a, let b { (a, b) } else { nil }
    }
  }

  private func kappa(chance: Double) -> Double {
    let sizes = Set(countsByUnit.map { $0.reduce(0, +) })
    guard sizes.count == 1, let size = sizes.first, size > 1 else { return .nan }
    // With as many ratings in each unit, the share of agreeing pairs is the mean over units.
    return (percentAgreement - chance) / (1 - chance)
  }
}
