/// The figures of one step of training.
public struct MetricsRecord: Sendable, Equatable {
  /// The step, counted from 1 by the stage.
  public var step: Int
  /// The stage that the step belongs to, such as "sft" or "ppo".
  public var stage: String?
  /// The figures, by paths such as `objective/kl`.
  public var values: [String: Double]

  /// The names of a record's own fields, which no metric can have.
  public static let reservedNames: Set<String> = ["step", "stage", "nonFinite"]

  /// Creates a record.
  public init(step: Int, stage: String? = nil, values: [String: Double]) {
    for name in Self.reservedNames {
      precondition(values[name] == nil, "MetricsRecord: a metric cannot be named \"\(name)\"")
    }
    self.step = step
    self.stage = stage
    self.values = values
  }

  /// One line of JSON without its line break: `{"step":3,"stage":"ppo","objective/kl":0.25}`.
  ///
  /// Metrics follow in the order of their names. A number that JSON cannot hold is `null`, and the object
  /// `nonFinite` at the end says which it was.
  public var jsonLine: String {
    var fields = ["\"step\":\(step)"]
    if let stage { fields.append("\"stage\":\(JSONText.string(stage))") }
    var nonFinite: [String] = []
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      fields.append("\(JSONText.string(name)):\(JSONText.number(value))")
      if let word = JSONText.nonFiniteName(value) {
        nonFinite.append("\(JSONText.string(name)):\"\(word)\"")
      }
    }
    if !nonFinite.isEmpty { fields.append("\"nonFinite\":{\(nonFinite.joined(separator: ","))}") }
    return "{\(fields.joined(separator: ","))}"
  }
}
