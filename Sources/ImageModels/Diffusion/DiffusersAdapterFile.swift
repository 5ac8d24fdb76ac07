public import Foundation
public import NeuralNetworks
import RLHFCore
import Torch

/// Low-rank adapters in one file, as diffusers' pipelines save them: pytorch_lora_weights.safetensors.
///
/// Read are the names of diffusers now ("unet.….to_q.lora_A.weight"), those of before ("….to_q.lora.down.weight" and
/// "….processor.to_q_lora.down.weight"), and those of other trainers ("lora_unet_…_to_q.lora_down.weight"), with the
/// scale of "….alpha" where it is there. Parts for a text encoder are passed over.
public enum DiffusersAdapterFile {
  /// The usual name of the file.
  public static let fileName = "pytorch_lora_weights.safetensors"

  private static let prefix = "unet."
  private static let flatPrefix = "lora_unet_"
  private static let metadataKey = "lora_adapter_metadata"

  /// Puts the adapters of a file on the layers of a network.
  ///
  /// - Parameters:
  ///   - url: The file, or the folder that holds it by its usual name.
  ///   - base: The network's parameters.
  ///   - isTrainable: Whether training changes the adapters; then the network's own parameters rest.
  /// - Returns: The adapters, switched on.
  /// - Throws: An error that names what does not fit; then the network is as it was.
  public static func load(
    from url: URL, onto base: ParameterStore, isTrainable: Bool = true
  ) throws -> AdapterSet {
    let isFile = url.pathExtension == "safetensors"
    let file = try SafetensorsFile(isFile ? url : url.appendingPathComponent(fileName))
    let names = Names(file, base)
    let trainable = base.parameters.map(\.tensor.requiresGradient)
    var adapters: AdapterSet?
    do {
      let made = try AdapterSet(
        try configuration(file, names), on: base, isTrainable: isTrainable,
        skipsInitialization: true)
      adapters = made
      try made.parameters.load([file]) { names.parameter(for: $0) }
      return made
    } catch let error as RLHFError {
      adapters?.remove()
      for (parameter, flag) in zip(base.parameters, trainable) {
        parameter.tensor.requiresGradient = flag
      }
      let place = error.message.contains(file.url.path) ? "" : "\(file.url.path): "
      throw RLHFError(error.code, "\(place)\(error.message)", cause: error.cause)
    }
  }

  /// Writes adapters into an existing folder, by the file's usual name, atomically.
  public static func write(_ adapters: AdapterSet, to directory: URL) throws {
    let lora = adapters.configuration
    guard lora.bias == .none, lora.trainedModules.isEmpty else {
      throw RLHFError(
        .unsupported,
        "A file of adapters for diffusers holds low-rank matrices alone, not biases or whole modules; save a directory by PEFT."
      )
    }
    func number(_ value: Double) -> JSONValue {
      Int(exactly: value).map(JSONValue.integer) ?? .number(value)
    }
    let metadata: [String: JSONValue] = [
      "r": .integer(lora.rank), "lora_alpha": number(lora.alpha),
      "use_rslora": .bool(lora.usesRankStabilizedScale),
      "rank_pattern": .object(lora.rankPattern.mapValues(JSONValue.integer)),
      "alpha_pattern": .object(lora.alphaPattern.mapValues(number)),
      "target_modules": .array(adapters.targets.map(JSONValue.string)),
    ]
    let document = JSONValue.object(
      Dictionary(uniqueKeysWithValues: metadata.map { (prefix + $0.key, $0.value) }))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(document), as: UTF8.self)
    try SafetensorsWriter.write(
      adapters.parameters.parameters.map { (prefix + $0.name, $0.tensor.detached()) },
      metadata: ["format": "pt", metadataKey: text],
      to: directory.appendingPathComponent(fileName))
  }

  /// The shape that the file's matrices and scales have.
  private static func configuration(
    _ file: SafetensorsFile, _ names: Names
  ) throws -> LoRAConfiguration {
    var ranks: [String: Int] = [:]
    var alphas: [String: Double] = [:]
    for entry in file.entries {
      guard let name = names.parameter(for: entry.name) ?? names.alpha(for: entry.name) else {
        continue
      }
      if name.hasSuffix(".lora_A.weight"), let rank = entry.shape.first {
        ranks[String(name.dropLast(".lora_A.weight".count))] = rank
      } else if name.hasSuffix(".alpha") {
        alphas[String(name.dropLast(".alpha".count))] = try file.tensor(entry.name).item()
      }
    }
    guard let rank = ranks.values.max() else {
      throw RLHFError(
        .incompatibleModel,
        "it holds no adapters of a U-Net, whose names begin with '\(prefix)'; its first are \(file.names.sorted().prefix(3).joined(separator: ", "))"
      )
    }
    var lora = try written(file) ?? LoRAConfiguration()
    if file.metadata[metadataKey] == nil {
      lora.rank = rank
      lora.alpha = Double(rank)
      for (path, own) in ranks {
        let pattern = path.replacing(".", with: "\\.")
        if own != rank { lora.rankPattern[pattern] = own }
        lora.alphaPattern[pattern] = alphas[path] ?? Double(own)
      }
    }
    lora.targets = .names(ranks.keys.sorted())
    return lora
  }

  /// What the metadata of a file by diffusers says of the scales; `nil` without them.
  private static func written(_ file: SafetensorsFile) throws -> LoRAConfiguration? {
    guard let text = file.metadata[metadataKey] else { return nil }
    let document: JSONValue
    do {
      document = try JSONValue(parsing: Data(text.utf8))
    } catch {
      throw RLHFError(.invalidData, "its \(metadataKey) is not JSON", cause: error)
    }
    let fields = document.objectValue ?? [:]
    var lora = LoRAConfiguration()
    lora.rank = fields[prefix + "r"]?.integerValue ?? lora.rank
    lora.alpha = fields[prefix + "lora_alpha"]?.doubleValue ?? Double(lora.rank)
    lora.usesRankStabilizedScale = fields[prefix + "use_rslora"]?.boolValue ?? false
    lora.rankPattern =
      fields[prefix + "rank_pattern"]?.objectValue?.compactMapValues(\.integerValue) ?? [:]
    lora.alphaPattern =
      fields[prefix + "alpha_pattern"]?.objectValue?.compactMapValues(\.doubleValue) ?? [:]
    return lora
  }

  /// The names of a file's tensors as an ``AdapterSet`` has them.
  private struct Names {
    private let isPrefixed: Bool
    /// The names of layers by those that have underscores for dots.
    private let flat: [String: String]

    init(_ file: SafetensorsFile, _ base: ParameterStore) {
      isPrefixed = file.names.contains { $0.hasPrefix(prefix) }
      let paths = base.parameters.compactMap { name, _ in
        name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : nil
      }
      flat = Dictionary(paths.map { ($0.replacing(".", with: "_"), $0) }) { first, _ in first }
    }

    /// The name of a matrix; `nil` for what belongs elsewhere or is a scale.
    func parameter(for name: String) -> String? {
      guard let own = own(name), !own.hasSuffix(".alpha") else { return nil }
      return own
    }

    /// The name of a scale.
    func alpha(for name: String) -> String? {
      own(name).flatMap { $0.hasSuffix(".alpha") ? $0 : nil }
    }

    private func own(_ name: String) -> String? {
      if name.hasPrefix(flatPrefix) {
        let parts = name.dropFirst(flatPrefix.count).split(separator: ".", maxSplits: 1)
        guard parts.count == 2 else { return name }
        let rest = parts[1].replacing("lora_down", with: "lora_A")
          .replacing("lora_up", with: "lora_B")
        return "\(flat[String(parts[0])] ?? String(parts[0])).\(rest)"
      }
      if name.hasPrefix("text_encoder") || name.hasPrefix("lora_te") { return nil }
      if isPrefixed && !name.hasPrefix(prefix) { return nil }
      var own = isPrefixed ? String(name.dropFirst(prefix.count)) : name
      for (old, new) in [
        (".processor.", "."), (".to_out_lora.", ".to_out.0.lora."), (".to_q_lora.", ".to_q.lora."),
        (".to_k_lora.", ".to_k.lora."), (".to_v_lora.", ".to_v.lora."),
        (".lora.down.", ".lora_A."), (".lora.up.", ".lora_B."),
      ] {
        own = own.replacing(old, with: new)
      }
      return own
    }
  }
}
