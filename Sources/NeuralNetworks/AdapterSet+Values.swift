import Foundation
import RLHFCore
import Torch

extension AdapterSet {
  /// The last parts of the names of the layers: enough, since layers of one name are targets together.
  var shortTargets: [String] {
    Set(targets.map { String($0.split(separator: ".").last ?? "") }).sorted()
  }

  /// The set's values by the names of PEFT's files.
  func fileTensors(prefix: String) -> [(name: String, tensor: Tensor)] {
    let low = layers.flatMap { layer in
      [("lora_A", layer.down), ("lora_B", layer.up)].map { part, tensor in
        (name: "\(prefix)\(layer.site.path).\(part).weight", tensor: tensor.detached())
      }
    }
    let targets = Set(targets)
    let own = replacements.map { replacement in
      (
        name: prefix + Self.fileName(of: replacement.name, targets: targets),
        tensor: value(of: replacement).detached()
      )
    }
    return low + own
  }

  /// Takes over the values of a file; every mismatch is in one message.
  func load(_ file: SafetensorsFile, prefix: String, madeFor baseModel: String?) throws {
    var wanted: [(name: String, tensor: Tensor)] = []
    for layer in layers {
      wanted.append(("\(layer.site.path).lora_A.weight", layer.down))
      wanted.append(("\(layer.site.path).lora_B.weight", layer.up))
    }
    let targets = Set(targets)
    wanted += replacements.map { ($0.name, value(of: $0)) }
    var problems: [String] = []
    var values: [(name: String, own: Tensor, given: Tensor)] = []
    var known: Set<String> = []
    for (name, own) in wanted {
      let candidates = [name, Self.fileName(of: name, targets: targets)].map { prefix + $0 }
      guard let found = candidates.first(where: { file.entry($0) != nil }) else {
        problems.append("it lacks '\(candidates[0])'")
        continue
      }
      known.insert(found)
      let given = try file.tensor(found)
      if given.shape != own.shape {
        problems.append(mismatch(name, given: given.shape, expected: own.shape))
      } else if !given.dtype.isFloatingPoint {
        problems.append("'\(name)' holds \(given.dtype), expected floating-point numbers")
      }
      values.append((name, own, given))
    }
    for name in file.names where !known.contains(name) {
      if let problem = try unexpected(name, in: file, prefix: prefix) { problems.append(problem) }
    }
    guard problems.isEmpty else {
      let more = problems.count > 4 ? "; and \(problems.count - 4) more" : ""
      let origin = baseModel.map { " It was made for '\($0)'." } ?? ""
      throw RLHFError(
        .incompatibleModel,
        "\(file.url.path) does not fit the model: "
          + "\(problems.prefix(4).joined(separator: "; "))\(more).\(origin) Load the base that it was trained on."
      )
    }
    for (name, _, given) in values {
      try parameters.checkFinite(name, given, path: file.url.path)
    }
    withoutGradient {
      for (_, own, given) in values { own.assign(from: given) }
    }
  }

  private func mismatch(_ name: String, given: [Int], expected: [Int]) -> String {
    let layer = layers.first { name.hasPrefix("\($0.site.path).lora_") }
    let shape = layer.map { " of '\($0.site.path)', a layer \($0.site.weight.shape) of the model" }
    return "'\(name)'\(shape ?? "") is \(given), expected \(expected)"
  }

  /// What is wrong with a tensor that no parameter of the set takes; `nil` where it repeats the model's own.
  private func unexpected(
    _ name: String, in file: SafetensorsFile, prefix: String
  ) throws -> String? {
    guard name.hasPrefix(prefix) else {
      return "'\(name)' does not begin with '\(prefix)'"
    }
    let path = String(name.dropFirst(prefix.count))
    let parts = path.split(separator: ".")
    if let end = parts.firstIndex(where: { $0.hasPrefix("lora_") }) {
      let layer = parts[..<end].joined(separator: ".")
      return base.adapterSites.contains { $0.path == layer }
        ? "'\(name)' is for '\(layer)', which target_modules do not choose, or not in this form"
        : "'\(name)' is for '\(layer)', which is no linear layer of the model"
    }
    // PEFT repeats the output layer's own matrix where that is a target.
    let own = base[parameter: path.replacing(".base_layer.", with: ".")]
    let given = try file.tensor(name)
    if let own, own.shape == given.shape,
      (own.detached().to(.float64) - given.to(.float64)).abs().max().item() == 0
    {
      return nil
    }
    return "it has the unexpected '\(name)'"
  }

  /// The tensor that holds the set's value of a parameter of the model's own.
  private func value(of replacement: ReplacedParameter) -> Tensor {
    isEnabled ? replacement.tensor : replacement.other
  }

  /// PEFT calls the bias of a layer that has an adapter `base_layer.bias`.
  private static func fileName(of name: String, targets: Set<String>) -> String {
    guard name.hasSuffix(".bias") else { return name }
    let module = String(name.dropLast(".bias".count))
    return targets.contains(module) ? "\(module).base_layer.bias" : name
  }
}
