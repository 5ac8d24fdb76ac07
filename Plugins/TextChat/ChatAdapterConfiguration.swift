public import NeuralNetworks
public import RLHF

/// The low-rank adapters that training changes (LoRA, Hu and others 2021): `domain.adapter` in `rlhf.yaml`.
///
/// They are for a model that is not adapted yet: a directory of adapters keeps the shape that it has.
public struct ChatAdapterConfiguration: StageOptions, Equatable {
  /// The layers that get an adapter.
  public struct Targets: Codable, Sendable, Equatable {
    /// The names of PEFT.
    public var value: LoRAConfiguration.Targets

    /// Creates the targets.
    public init(_ value: LoRAConfiguration.Targets) { self.value = value }

    /// Reads `all-linear`, a regular expression, or a list of names.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        value = text == Self.allLinear ? .allLinear : .pattern(text)
      } else {
        value = .names(try container.decode([String].self))
      }
    }

    /// Writes what is read.
    public func encode(to encoder: any Swift.Encoder) throws {
      var container = encoder.singleValueContainer()
      switch value {
      case .allLinear: try container.encode(Self.allLinear)
      case .pattern(let pattern): try container.encode(pattern)
      case .names(let names): try container.encode(names)
      }
    }

    private static let allLinear = "all-linear"
  }

  /// The rank of the adapters.
  public var rank = 8
  /// The numerator of their scale, alpha / rank.
  public var alpha = 16.0
  /// The probability of dropout on what the adapters read, in fine-tuning.
  public var dropout = 0.0
  /// The layers that get an adapter: `all-linear`, a list of the ends of their names, or a regular expression for the
  /// whole of them.
  public var targets = Targets(.allLinear)
  /// Whether the scale is alpha / √rank.
  public var rankStabilized = false
  /// The ranks of layers whose names end with a match of a regular expression.
  public var rankPattern: [String: Int] = [:]
  /// The alphas of layers whose names end with a match of a regular expression.
  public var alphaPattern: [String: Double] = [:]
  /// Modules that are trained in full beside the adapters, by the ends of their names.
  public var trainedModules: [String] = []
  /// The biases that are trained beside the adapters: `none`, `all`, or `lora_only` of the layers that have one.
  public var bias: LoRAConfiguration.Bias = .none
  /// The seed of the adapters' first values.
  public var seed: Seed = 0

  /// Creates the defaults.
  public init() {}

  /// Reads the settings; what is not given keeps its default.
  public init(from decoder: any Decoder) throws {
    self.init()
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
      value = try values.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    try read(.rank, &rank)
    try read(.alpha, &alpha)
    try read(.dropout, &dropout)
    try read(.targets, &targets)
    try read(.rankStabilized, &rankStabilized)
    try read(.rankPattern, &rankPattern)
    try read(.alphaPattern, &alphaPattern)
    try read(.trainedModules, &trainedModules)
    try read(.bias, &bias)
    try read(.seed, &seed)
  }

  /// Reports settings that are impossible.
  public func validate(_ check: inout SettingsCheck) { lora.validate(&check) }

  /// The same in the terms of the adapters.
  var lora: LoRAConfiguration {
    var lora = LoRAConfiguration()
    lora.rank = rank
    lora.alpha = alpha
    lora.dropout = dropout
    lora.targets = targets.value
    lora.usesRankStabilizedScale = rankStabilized
    lora.rankPattern = rankPattern
    lora.alphaPattern = alphaPattern
    lora.trainedModules = trainedModules
    lora.bias = bias
    return lora
  }
}
