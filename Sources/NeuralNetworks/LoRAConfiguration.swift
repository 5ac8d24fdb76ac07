public import RLHFCore

/// Which low-rank adapters a model gets (Hu et al., 2021, "LoRA"), by the terms of Hugging Face's PEFT.
public struct LoRAConfiguration: Sendable, Hashable {
  /// The linear layers that get an adapter.
  public enum Targets: Sendable, Hashable {
    /// All but the output layer: PEFT's "all-linear".
    case allLinear
    /// Those whose dotted name is, or ends with, one of these.
    case names([String])
    /// Those whose whole dotted name a regular expression matches.
    case pattern(String)
  }

  /// The biases that are trained beside the adapters.
  public enum Bias: String, Sendable, Codable, CaseIterable {
    /// None.
    case none
    /// All of the model.
    case all
    /// Those of the layers that have an adapter.
    case loraOnly = "lora_only"
  }

  /// The number of rows of A and columns of B.
  public var rank = 8
  /// The numerator of the scale: s = alpha / rank.
  public var alpha = 16.0
  /// The probability of dropout on what the adapters read, in training.
  public var dropout = 0.0
  /// Whether s = alpha / √rank instead (Kalajdzievski 2023, "rsLoRA").
  public var usesRankStabilizedScale = false
  /// The linear layers that get an adapter.
  public var targets: Targets = .allLinear
  /// Layers that get none although `targets` chooses them.
  public var excluded: Targets?
  /// The numbered blocks whose layers get an adapter, where `targets` are names; `nil` for all.
  public var blocks: [Int]?
  /// What the list of blocks is called in dotted names, such as "layers"; empty for whatever precedes the first number.
  public var blockLists: [String] = []
  /// Other ranks for the layers whose name ends with a match of a regular expression.
  public var rankPattern: [String: Int] = [:]
  /// Other values of `alpha` for the layers whose name ends with a match of a regular expression.
  public var alphaPattern: [String: Double] = [:]
  /// Modules that are trained in full beside the adapters: those whose dotted name ends so.
  public var trainedModules: [String] = []
  /// The biases that are trained beside the adapters.
  public var bias: Bias = .none

  /// Creates the defaults: rank 8 and alpha 16 on all linear layers.
  public init() {}

  /// The name of PEFT for all linear layers.
  static let allLinearName = "all-linear"

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) {
    check.positive(rank, "rank")
    check.positive(alpha, "alpha")
    check.require(
      dropout >= 0 && dropout < 1, "dropout", "a number from 0 to below 1", found: dropout)
    for (pattern, rank) in rankPattern.sorted(by: { $0.key < $1.key }) {
      check.positive(rank, "rankPattern.\(pattern)")
    }
    for (pattern, alpha) in alphaPattern.sorted(by: { $0.key < $1.key }) {
      check.positive(alpha, "alphaPattern.\(pattern)")
    }
    if case .names(let names) = targets {
      check.require(!names.isEmpty, "targets", "at least one name", found: "an empty list")
    }
  }

  /// The rank of the adapter on the layer `path`.
  func rank(of path: String) throws -> Int {
    try Self.value(in: rankPattern, named: "rank_pattern", for: path) ?? rank
  }

  /// The scale s of the adapter on the layer `path`.
  func scale(of path: String) throws -> Double {
    let rank = Double(try rank(of: path))
    let alpha = try Self.value(in: alphaPattern, named: "alpha_pattern", for: path) ?? alpha
    return alpha / (usesRankStabilizedScale ? rank.squareRoot() : rank)
  }

  /// The value of the pattern that matches the end of `path`.
  ///
  /// PEFT takes the first match in the order of its file; here several matches must agree.
  private static func value<Value: Hashable>(
    in patterns: [String: Value], named name: String, for path: String
  ) throws -> Value? {
    let matches = try patterns.filter { pattern, _ in
      try matchesEnd(of: path, pattern: pattern, named: name)
    }
    guard Set(matches.values).count < 2 else {
      throw RLHFError(
        .invalidConfiguration,
        "\(name) has different values for '\(path)': "
          + "\(listing(of: matches.keys.sorted(), limit: 4)) match it. Make the patterns narrower.")
    }
    return matches.values.first
  }
}
