/// One figure beside a progress bar, such as the reward.
public struct ProgressFigure: Sendable, Hashable {
  /// What the figure is.
  public var name: String
  /// The figure as people read it.
  public var text: String

  /// Creates a figure from its text.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }

  /// Creates a figure from a number.
  public init(_ name: String, _ value: Double, _ style: NumberStyle = .automatic) {
    self.init(name, style.text(value))
  }
}

/// How far a piece of work has come, at one moment.
public struct ProgressSnapshot: Sendable, Hashable {
  /// What is being done.
  public var title: String
  /// What exactly is being done at this moment.
  public var detail: String?
  /// How many units are done.
  public var done: Int
  /// How many units there are; `nil` where nobody knows.
  public var total: Int?
  /// What is counted, in the plural.
  public var unit: String
  /// The smoothed speed, in `speedUnit` per second; `nil` until it is known.
  public var speed: Double?
  /// What the speed counts, where that is not `unit`.
  public var speedUnit: String?
  /// Seconds since the start.
  public var elapsed: Double
  /// Seconds until the end, by the smoothed speed; `nil` until it is known.
  public var remaining: Double?
  /// The figures that matter, most important first.
  public var figures: [ProgressFigure]
  /// Whether the work has ended.
  public var isFinished: Bool

  /// Creates a snapshot.
  public init(
    title: String, detail: String? = nil, done: Int, total: Int?, unit: String,
    speed: Double? = nil, speedUnit: String? = nil, elapsed: Double, remaining: Double? = nil,
    figures: [ProgressFigure] = [], isFinished: Bool = false
  ) {
    self.title = title
    self.detail = detail
    self.done = done
    self.total = total
    self.unit = unit
    self.speed = speed
    self.speedUnit = speedUnit
    self.elapsed = elapsed
    self.remaining = remaining
    self.figures = figures
    self.isFinished = isFinished
  }

  /// The share that is done, from 0 to 1; `nil` where the total is unknown.
  public var fraction: Double? {
    guard let total else { return nil }
    return total > 0 ? min(1, max(0, Double(done) / Double(total))) : 1
  }

  /// Whole per cent, rounded down: 100 only at the end.
  var percent: String? { fraction.map { "\(Int(($0 * 100).rounded(.down)))%" } }

  /// `129/300 updates`, `1,234 pairs`.
  var count: String {
    let done = NumberStyle.whole.text(Double(done))
    guard let total else { return "\(done) \(unit)" }
    return "\(done)/\(NumberStyle.whole.text(Double(total))) \(unit)"
  }

  /// `2.1/s`, `3,400 tokens/s`.
  var speedText: String? {
    speed.map { NumberStyle.rate(perSecond: $0, unit: speedUnit ?? "") }
  }
}
