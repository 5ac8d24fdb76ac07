/// The settings of one stage: plain values with defaults, the same in a file and on the command line.
public protocol StageOptions: Codable, Sendable {
  /// The defaults.
  init()

  /// Reports settings that are impossible.
  func validate(_ check: inout SettingsCheck)
}

/// Collects what is wrong with settings, so that a person hears of every mistake at once.
public struct SettingsCheck: Sendable {
  /// One sentence per mistake.
  public private(set) var problems: [String] = []
  private let section: String

  /// Creates a check of the settings under `section`, such as `ppo`.
  public init(section: String) {
    self.section = section
  }

  /// Records a problem unless `condition` holds.
  public mutating func require<Value>(
    _ condition: Bool, _ key: String, _ expected: String, found: Value
  ) {
    guard !condition else { return }
    let path = section.isEmpty ? key : "\(section).\(key)"
    problems.append("\(path) is \(found); expected \(expected)")
  }

  /// Requires an integer above 0.
  public mutating func positive(_ value: Int, _ key: String) {
    require(value > 0, key, "a whole number of at least 1", found: value)
  }

  /// Requires a finite number above 0.
  public mutating func positive(_ value: Double, _ key: String) {
    require(value > 0 && value.isFinite, key, "a number above 0", found: value)
  }

  /// Requires a finite number of at least 0.
  public mutating func notNegative(_ value: Double, _ key: String) {
    require(value >= 0 && value.isFinite, key, "a number of at least 0", found: value)
  }

  /// Requires a number from 0 to 1.
  public mutating func fraction(_ value: Double, _ key: String) {
    require(value >= 0 && value <= 1, key, "a number from 0 to 1", found: value)
  }

  /// Takes over the problems of a nested section.
  public mutating func include(_ nested: SettingsCheck) {
    problems += nested.problems
  }

  /// Throws one error that lists all problems, if there are any.
  public func finish(source: String) throws {
    guard !problems.isEmpty else { return }
    throw RLHFError(.invalidConfiguration, "\(source): \(problems.joined(separator: "; ")).")
  }
}
