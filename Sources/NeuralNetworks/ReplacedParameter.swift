import RLHFCore
import Torch

/// A parameter of the model's own that a set of adapters trains, with the values that it has while the set is off.
final class ReplacedParameter {
  let name: String
  /// The parameter that the model reads.
  let tensor: Tensor
  /// The values that it does not have at the moment: the model's own while the set is on, else the set's.
  let other: Tensor

  init(name: String, tensor: Tensor, other: Tensor) {
    self.name = name
    self.tensor = tensor
    self.other = other
  }

  /// Exchanges the two.
  func swap() {
    withoutGradient {
      let held = tensor.detached().copied()
      tensor.assign(from: other)
      other.assign(from: held)
    }
  }
}

extension AdapterSet {
  /// The model's own parameters that `configuration` trains beside adapters on `sites`.
  static func namesOfReplaced(
    _ configuration: LoRAConfiguration, sites: [AdapterSite], in base: ParameterStore
  ) throws -> [(name: String, tensor: Tensor)] {
    let biases: (String) -> Bool
    switch configuration.bias {
    case .none: biases = { _ in false }
    case .all: biases = { $0 == "bias" || $0.hasSuffix(".bias") }
    case .loraOnly:
      let names = Set(sites.map { "\($0.path).bias" })
      biases = { names.contains($0) }
    }
    let replaced = base.parameters.filter { name, _ in
      biases(name) || configuration.trainsModule(holding: module(of: name))
    }
    for target in configuration.trainedModules {
      var narrow = configuration
      narrow.trainedModules = [target]
      guard base.parameters.contains(where: { narrow.trainsModule(holding: module(of: $0.name)) })
      else {
        throw RLHFError(
          .incompatibleModel,
          "The adapters train the module '\(target)' in full (modules_to_save), which the model does not have as one of its own. An output layer that shares its matrix with the embedding cannot be trained apart."
        )
      }
    }
    let tied = base.adapterSites.filter { $0.role == .tiedOutput }
    if let shared = replaced.first(where: { replaced in
      tied.contains { $0.weight === replaced.tensor }
    }) {
      throw RLHFError(
        .unsupported,
        "The adapters train '\(shared.name)' in full (modules_to_save), which the model's output layer shares. Leave it out, or use a model without tied embeddings."
      )
    }
    return replaced
  }

  /// The dotted name of the module that holds the parameter `name`.
  private static func module(of name: String) -> String {
    name.split(separator: ".").dropLast().joined(separator: ".")
  }
}
