import Foundation
import RLHFCore

/// A configuration of adapters as PEFT's adapter_config.json has it, with the name of the model that it is for.
struct AdapterConfigurationFile {
  var configuration = LoRAConfiguration()
  /// PEFT's `base_model_name_or_path`.
  var baseModel: String?

  init(_ configuration: LoRAConfiguration, baseModel: String?) {
    self.configuration = configuration
    self.baseModel = baseModel
  }

  /// Understands a document; what PEFT has and this module does not is an error that names it.
  init(_ document: JSONValue) throws {
    guard case .object(let fields) = document else {
      throw RLHFError(.invalidData, "expected an object with \"peft_type\"")
    }
    let reader = AdapterConfigurationReader(fields: fields)
    let type = try reader.text("peft_type")
    guard type == "LORA" else {
      throw RLHFError(
        .unsupported, "has the peft_type \(type.map { "'\($0)'" } ?? "null"); supported: 'LORA'")
    }
    try reader.refuseUnsupported()
    baseModel = try reader.text("base_model_name_or_path")
    let defaults = LoRAConfiguration()
    configuration.rank = try reader.integer("r") ?? defaults.rank
    configuration.alpha = try reader.number("lora_alpha") ?? 8
    configuration.dropout = try reader.number("lora_dropout") ?? 0
    configuration.usesRankStabilizedScale = try reader.flag("use_rslora") ?? false
    guard let targets = try reader.targets("target_modules") else {
      throw RLHFError(
        .invalidData, "has no target_modules; expected names of layers or a regular expression")
    }
    configuration.targets = targets
    configuration.excluded = try reader.targets("exclude_modules")
    configuration.blocks = try reader.integers("layers_to_transform")
    configuration.blockLists = try reader.texts("layers_pattern") ?? []
    configuration.rankPattern = try reader.members("rank_pattern") { $0.integerValue }
    configuration.alphaPattern = try reader.members("alpha_pattern") { $0.doubleValue }
    configuration.trainedModules = try reader.texts("modules_to_save") ?? []
    let bias = try reader.text("bias") ?? "none"
    guard let known = LoRAConfiguration.Bias(rawValue: bias) else {
      let names = LoRAConfiguration.Bias.allCases.map(\.rawValue).joined(separator: ", ")
      throw RLHFError(.invalidData, "has the bias '\(bias)'; expected one of \(names)")
    }
    configuration.bias = known
  }

  /// The document, for adapters that were put on layers `isTransposed` says of whether their matrices are.
  func document(isTransposed: Bool, targets: [String]) -> JSONValue {
    let lora = configuration
    func list(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
    func value(_ targets: LoRAConfiguration.Targets) -> JSONValue {
      switch targets {
      case .allLinear: .string(LoRAConfiguration.allLinearName)
      case .names(let names): list(names)
      case .pattern(let pattern): .string(pattern)
      }
    }
    func number(_ value: Double) -> JSONValue {
      Int(exactly: value).map(JSONValue.integer) ?? .number(value)
    }
    return [
      "peft_type": "LORA", "task_type": "CAUSAL_LM", "auto_mapping": nil, "revision": nil,
      "base_model_name_or_path": baseModel.map(JSONValue.string) ?? .null,
      "inference_mode": true, "init_lora_weights": true,
      "r": .integer(lora.rank), "lora_alpha": number(lora.alpha),
      "lora_dropout": number(lora.dropout), "use_rslora": .bool(lora.usesRankStabilizedScale),
      "use_dora": false, "lora_bias": false, "fan_in_fan_out": .bool(isTransposed),
      "target_modules": lora.targets == .allLinear ? list(targets) : value(lora.targets),
      "exclude_modules": lora.excluded.map(value) ?? .null,
      "layers_to_transform": lora.blocks.map { .array($0.map(JSONValue.integer)) } ?? .null,
      "layers_pattern": lora.blockLists.isEmpty ? .null : list(lora.blockLists),
      "rank_pattern": .object(lora.rankPattern.mapValues(JSONValue.integer)),
      "alpha_pattern": .object(lora.alphaPattern.mapValues(number)),
      "modules_to_save": lora.trainedModules.isEmpty ? .null : list(lora.trainedModules),
      "bias": .string(lora.bias.rawValue),
    ]
  }
}

/// Reads the members of adapter_config.json; `null` is absent.
private struct AdapterConfigurationReader {
  let fields: [String: JSONValue]

  /// Options that change what an adapter computes and are not supported.
  private static let unsupported = [
    "use_dora", "use_qalora", "lora_bias", "layer_replication", "target_parameters",
    "trainable_token_indices", "alora_invocation_tokens", "ensure_weight_tying",
  ]
  /// First values that leave the base as it is; others change the base's own matrices.
  private static let harmlessInitializers = ["gaussian", "eva", "orthogonal"]
  /// Where an adapter's settings stand that say nothing of what it computes.
  private static let harmlessGroups = ["megatron_config", "eva_config", "runtime_config"]

  func refuseUnsupported() throws {
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) where isSet(value) {
      let isUnknown =
        (name.hasPrefix("use_") && name != "use_rslora")
        || (name.hasSuffix("_config") && !Self.harmlessGroups.contains(name))
      guard Self.unsupported.contains(name) || isUnknown else { continue }
      throw RLHFError(
        .unsupported,
        "uses '\(name)' (\(value.kind)), which is not supported; merge the adapter with PEFT and load the merged model"
      )
    }
    if let initializer = fields["init_lora_weights"]?.stringValue,
      !Self.harmlessInitializers.contains(initializer)
    {
      throw RLHFError(
        .unsupported,
        "has init_lora_weights '\(initializer)', which changes the base's weights and is not supported; convert the adapter with PEFT's path_initial_model_for_weight_conversion"
      )
    }
  }

  /// Whether an option is not switched off: not null, false, 0 or empty.
  private func isSet(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false), .integer(0), .string(""), .array([]), .object([:]): false
    default: true
    }
  }

  private func present(_ name: String) -> JSONValue? {
    guard let value = fields[name], !value.isNull else { return Optional.none }
    return value
  }

  private func value<Value>(
    _ name: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws -> Value? {
    guard let found = present(name) else { return nil }
    guard let value = convert(found) else {
      throw RLHFError(.invalidData, "has \(found.kind) for '\(name)'; expected \(expected)")
    }
    return value
  }

  func text(_ name: String) throws -> String? { try value(name, "a string") { $0.stringValue } }
  func flag(_ name: String) throws -> Bool? {
    try value(name, "true or false") { $0.boolValue }
  }
  func integer(_ name: String) throws -> Int? {
    try value(name, "a whole number") { $0.integerValue }
  }
  func number(_ name: String) throws -> Double? { try value(name, "a number") { $0.doubleValue } }

  func texts(_ name: String) throws -> [String]? {
    try value(name, "a string or a list of strings") { found in
      if let text = found.stringValue { return [text] }
      let texts = found.arrayValue?.compactMap(\.stringValue)
      return texts?.count == found.arrayValue?.count ? texts : nil
    }
  }

  func integers(_ name: String) throws -> [Int]? {
    try value(name, "a whole number or a list of them") { found in
      if let number = found.integerValue { return [number] }
      let numbers = found.arrayValue?.compactMap(\.integerValue)
      return numbers?.count == found.arrayValue?.count ? numbers : nil
    }
  }

  func members<Value>(
    _ name: String, _ convert: (JSONValue) -> Value?
  ) throws -> [String: Value] {
    try value(name, "an object of numbers") { found in
      let values = found.objectValue?.compactMapValues(convert)
      return values?.count == found.objectValue?.count ? values : nil
    } ?? [:]
  }

  func targets(_ name: String) throws -> LoRAConfiguration.Targets? {
    guard let texts = try texts(name), let found = present(name) else { return nil }
    guard let pattern = found.stringValue else { return .names(texts) }
    return pattern.lowercased() == LoRAConfiguration.allLinearName ? .allLinear : .pattern(pattern)
  }
}
