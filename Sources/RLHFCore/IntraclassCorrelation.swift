/// How much of the variance of ratings lies between the targets (Shrout and Fleiss 1979).
public struct IntraclassCorrelation: Sendable, Hashable {
  /// The mean square between targets.
  public let targetMeanSquare: Double
  /// The mean square between raters.
  public let raterMeanSquare: Double
  /// The mean square that neither explains.
  public let residualMeanSquare: Double
  private let targets: Double
  private let raters: Double

  /// Analyses `ratings`, one row of all raters' values per target.
  public init(_ ratings: [[Double]]) throws {
    guard let count = ratings.first?.count, count > 1, ratings.count > 1,
      ratings.allSatisfy({ $0.count == count })
    else {
      throw RLHFError(
        .invalidData,
        "An intraclass correlation has rows of \(ratings.map(\.count)) ratings; expected two rows or more with the same number of at least two ratings."
      )
    }
    (targets, raters) = (Double(ratings.count), Double(count))
    let grand = Statistics.mean(ratings.flatMap { $0 })
    func squares(_ values: [Double]) -> Double {
      values.reduce(0) { $0 + ($1 - grand) * ($1 - grand) }
    }
    let between = raters * squares(ratings.map(Statistics.mean))
    let columns = (0..<count).map { rater in Statistics.mean(ratings.map { $0[rater] }) }
    let judges = targets * squares(columns)
    let total = squares(ratings.flatMap { $0 })
    targetMeanSquare = between / (targets - 1)
    raterMeanSquare = judges / (raters - 1)
    residualMeanSquare = (total - between - judges) / ((targets - 1) * (raters - 1))
  }

  /// ICC(2,1): one rating by one of many possible raters, absolute agreement.
  public var single: Double {
    (targetMeanSquare - residualMeanSquare)
      / (targetMeanSquare + (raters - 1) * residualMeanSquare
        + raters * (raterMeanSquare - residualMeanSquare) / targets)
  }

  /// ICC(2,k): the mean of all raters' ratings, absolute agreement.
  public var average: Double {
    (targetMeanSquare - residualMeanSquare)
      / (targetMeanSquare + (raterMeanSquare - residualMeanSquare) / targets)
  }

  /// ICC(3,1): one rating by one of exactly these raters, consistency.
  public var consistency: Double {
    (targetMeanSquare - residualMeanSquare)
      / (targetMeanSquare + (raters - 1) * residualMeanSquare)
  }
}
