import RLHFCore

extension Activation {
  /// The names of functions in config.json; the first of each is the one to write.
  private static let names: [(name: String, function: Activation)] = [
    ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh), ("gelu_fast", .geluTanh),
    ("gelu", .gelu), ("quick_gelu", .quickGELU), ("relu", .relu), ("silu", .silu),
    ("swish", .silu),
  ]

  /// Finds the function that config.json calls `name`.
  package init(configurationName name: String) throws {
    guard let known = Self.names.first(where: { $0.name == name }) else {
      let supported = Self.names.map(\.name).joined(separator: ", ")
      throw RLHFError(
        .unsupported, "the activation '\(name)' is not supported; supported are: \(supported)")
    }
    self = known.function
  }

  /// What config.json calls the function.
  package var configurationName: String {
    Self.names.first { $0.function == self }?.name ?? rawValue
  }
}
