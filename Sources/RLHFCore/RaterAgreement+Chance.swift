extension RaterAgreement {
  /// Scott's pi of two raters (1955): Cohen's kappa with one distribution of categories for both.
  public func scottPi(_ first: Int, _ second: Int) -> Double {
    let shares = sharedShares(first, second)
    return corrected(first, second, chance: shares.reduce(0) { $0 + $1 * $1 })
  }

  /// Gwet's AC1 of two raters (2008): chance agreement Σ π(1 - π) / (K - 1), which stays sensible where nearly all
  /// ratings are alike.
  public func gwetAC1(_ first: Int, _ second: Int) -> Double {
    let shares = sharedShares(first, second)
    let chance = shares.reduce(0) { $0 + $1 * (1 - $1) } / Double(categories - 1)
    return corrected(first, second, chance: chance)
  }

  /// Whether Cohen's kappa of two raters misleads (Feinstein and Cicchetti 1990): they agree on at least 80 % of the
  /// units, but on so few categories that kappa is below 0.4 and AC1 above 0.6.
  public func hasKappaParadox(_ first: Int, _ second: Int) -> Bool {
    percentAgreement(first, second) >= 0.8 && cohenKappa(first, second) < 0.4
      && gwetAC1(first, second) > 0.6
  }

  /// The percentile bootstrap interval of Krippendorff's alpha: whole units are drawn again, with replacement.
  ///
  /// Draws in which alpha is undefined, as where all ratings are alike, are left out; where all are, the interval is not a number.
  public func krippendorffInterval(
    _ difference: Difference, confidence: Double = 0.95, resamples: Int = 500, seed: Seed
  ) -> Interval {
    bootstrap(confidence, resamples, seed) { alpha(difference, $0) }
  }

  /// The percentile bootstrap interval of ``percentAgreement-swift.property``: whole units are drawn again.
  public func agreementInterval(
    confidence: Double = 0.95, resamples: Int = 500, seed: Seed
  ) -> Interval {
    bootstrap(confidence, resamples, seed) { units in
      var (agreeing, all) = (0, 0)
      for counts in units {
        let rated = counts.reduce(0, +)
        all += rated * (rated - 1)
        agreeing += counts.reduce(0) { $0 + $1 * ($1 - 1) }
      }
      return Double(agreeing) / Double(all)
    }
  }

  private func bootstrap(
    _ confidence: Double, _ resamples: Int, _ seed: Seed, _ statistic: ([[Int]]) -> Double
  ) -> Interval {
    let units = countsByUnit.filter { $0.reduce(0, +) > 1 }
    guard !units.isEmpty else { return Interval(lower: .nan, upper: .nan, confidence: confidence) }
    var generator = seed.derived("agreement").generator
    var found: [Double] = []
    for _ in 0..<resamples {
      let drawn = units.map { _ in units[Int(generator.uniform() * Double(units.count))] }
      let value = statistic(drawn)
      if !value.isNaN { found.append(value) }
    }
    return Interval(
      lower: Statistics.quantile((1 - confidence) / 2, of: found),
      upper: Statistics.quantile((1 + confidence) / 2, of: found), confidence: confidence)
  }

  /// How often each category was chosen by either rater, over the units that both rated.
  private func sharedShares(_ first: Int, _ second: Int) -> [Double] {
    let pairs = shared(first, second)
    return (0..<categories).map { category in
      Double(pairs.reduce(0) { $0 + ($1.0 == category ? 1 : 0) + ($1.1 == category ? 1 : 0) })
        / Double(2 * pairs.count)
    }
  }

  private func corrected(_ first: Int, _ second: Int, chance: Double) -> Double {
    (percentAgreement(first, second) - chance) / (1 - chance)
  }
}
