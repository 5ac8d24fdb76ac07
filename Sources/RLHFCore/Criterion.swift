/// One quality that raters are asked about and a reward model scores, such as "helpfulness".
public struct Criterion: Sendable, Hashable, Codable {
  /// A short, stable name, used in files and metrics.
  public var id: String
  /// The name that people read.
  public var title: String
  /// What raters are asked about two artifacts; `nil` where the domain's own question serves.
  public var question: String?
  /// How much the criterion counts in the total score.
  public var weight: Double

  /// Creates a criterion; the title defaults to the capitalised id.
  public init(id: String, title: String? = nil, question: String? = nil, weight: Double = 1) {
    self.id = id
    self.title = title ?? id.prefix(1).uppercased() + id.dropFirst()
    self.question = question
    self.weight = weight
  }

  /// The criterion of a domain that asks for nothing more particular than an overall preference.
  public static let overall = Criterion(id: "overall")
}

/// The scores of one sample, by criterion; higher is better.
public struct Scores: Sendable, Hashable, Codable {
  /// The score of each criterion, by its id.
  public var byCriterion: [String: Double]
  /// The weighted sum over criteria: what optimisation maximises.
  public var total: Double
  /// The standard deviation of the total between the members of an ensemble; 0 where there is one opinion.
  public var deviation: Double

  /// Creates scores whose total is given.
  public init(byCriterion: [String: Double], total: Double, deviation: Double = 0) {
    self.byCriterion = byCriterion
    self.total = total
    self.deviation = deviation
  }

  /// The total less `weight` standard deviations: a low guess of what is uncertain (Coste and others 2024).
  public func pessimistic(_ weight: Double) -> Double { total - weight * deviation }

  /// The scores of a model with a single criterion.
  public init(_ score: Double, for criterion: Criterion = .overall) {
    self.init(byCriterion: [criterion.id: score], total: score)
  }
}
