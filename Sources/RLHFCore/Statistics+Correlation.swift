import Foundation

extension Statistics {
  /// Pearson's correlation of two lists of the same length: how well a line fits.
  public static func pearsonCorrelation(_ x: [Double], _ y: [Double]) -> Double {
    checkLengths("pearsonCorrelation", x.count, y.count)
    let (xMean, yMean) = (mean(x), mean(y))
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - xMean) * (a - xMean)
      yy += (b - yMean) * (b - yMean)
      xy += (a - xMean) * (b - yMean)
    }
    return xx > 0 && yy > 0 ? min(max(xy / (xx.squareRoot() * yy.squareRoot()), -1), 1) : .nan
  }

  /// Spearman's rank correlation: Pearson's of the ranks, equal values sharing the mean of theirs.
  public static func spearmanCorrelation(_ x: [Double], _ y: [Double]) -> Double {
    checkLengths("spearmanCorrelation", x.count, y.count)
    return pearsonCorrelation(ranks(of: x), ranks(of: y))
  }

  /// Kendall's tau-b: concordant less discordant pairs, over pairs not tied (geometric mean of both lists).
  ///
  /// Compares all pairs, so its time grows with the square of the length.
  public static func kendallTau(_ x: [Double], _ y: [Double]) -> Double {
    checkLengths("kendallTau", x.count, y.count)
    var (difference, xUntied, yUntied) = (0, 0, 0)
    for i in x.indices {
      for j in 0..<i {
        let xSign = (x[i] > x[j] ? 1 : 0) - (x[i] < x[j] ? 1 : 0)
        let ySign = (y[i] > y[j] ? 1 : 0) - (y[i] < y[j] ? 1 : 0)
        difference += xSign * ySign
        xUntied += abs(xSign)
        yUntied += abs(ySign)
      }
    }
    guard xUntied > 0, yUntied > 0 else { return .nan }
    return Double(difference) / (Double(xUntied).squareRoot() * Double(yUntied).squareRoot())
  }

  /// The rank of each value, from 1 for the smallest; equal values share the mean of their ranks.
  public static func ranks(of values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for position in start..<end { ranks[order[position]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }

  static func checkLengths(_ operation: String, _ first: Int, _ second: Int) {
    precondition(
      first == second, "\(operation): lists of \(first) and \(second) values; wanted equal lengths")
  }
}
