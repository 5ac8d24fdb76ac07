import NeuralNetworks
import RLHFCore

/// The version of diffusers whose files ours equal; it stands in what we write.
let diffusersVersion = "0.42.1"

extension KeyedDecodingContainer where Key == AnyKey {
  /// Checks the class that a configuration is for.
  func requireClass(_ supported: [String]) throws {
    let found = try required("_class_name", String.self)
    guard supported.contains(found) else { throw unsupported("_class_name", found, supported) }
  }

  /// Checks the class of a pipeline's part, which stands as library and class.
  @discardableResult
  func requirePart(_ key: String, _ supported: [String]) throws -> String {
    let found = try required(key, [String?].self)
    guard found.count == 2, let name = found[1], supported.contains(name) else {
      throw unsupported(key, found.map { $0 ?? "null" }.joined(separator: "."), supported)
    }
    return name
  }

  /// One of a type's cases by its name.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type = Choice.self
  ) throws -> Choice? where Choice.RawValue == String {
    try optional(key, String.self).map { try choice($0, key) }
  }

  /// The types of a U-Net's blocks; old files have the prefix "UNetRes".
  func blocks<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type = Choice.self
  ) throws -> [Choice]? where Choice.RawValue == String {
    try optional(key, [String].self)?.map { name in
      try choice(name.hasPrefix("UNetRes") ? String(name.dropFirst("UNetRes".count)) : name, key)
    }
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ key: String
  ) throws -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: name) else {
      throw unsupported(key, name, Choice.allCases.map(\.rawValue))
    }
    return choice
  }

  /// Whether a value that must be absent or one of those supported is there.
  func isSupported(_ found: String?, _ key: String, _ supported: [String]) throws -> Bool {
    guard let found else { return false }
    guard supported.contains(found) else { throw unsupported(key, found, supported) }
    return true
  }

  /// The function of that name.
  func activation(_ key: String) throws -> Activation? {
    guard let name = try optional(key, String.self) else { return nil }
    guard let known = diffusersActivations.first(where: { $0.name == name }) else {
      throw unsupported(key, name, diffusersActivations.map(\.name))
    }
    return known.function
  }

  /// Whether residual blocks are scaled by time: diffusers' `resnet_time_scale_shift`.
  func timeScaling(_ key: String) throws -> Bool {
    let name = try optional(key, String.self) ?? "default"
    _ = try isSupported(name, key, ["default", "scale_shift"])
    return name == "scale_shift"
  }

  /// Refuses an option that changes the computation and is not supported, unless it is switched off.
  func refuse(_ key: String, unless isOff: (JSONValue) -> Bool = { _ in false }) throws {
    guard let value = try optional(key, JSONValue.self), !value.isNull, value != false else {
      return
    }
    guard isOff(value) else {
      throw RLHFError(
        .unsupported,
        "'\(key)' is set (\(value.kind)), which is not supported; leave it out or null")
    }
  }

  private func unsupported(_ key: String, _ found: String, _ supported: [String]) -> RLHFError {
    RLHFError(
      .unsupported,
      "the \(key) '\(found)' is not supported; supported are: \(supported.joined(separator: ", "))")
  }
}

extension KeyedEncodingContainer where Key == AnyKey {
  /// Writes a whole number without a fraction, as Python's files have it.
  mutating func putNumber(_ key: String, _ value: Double) throws {
    if let whole = Int(exactly: value) {
      try put(key, whole)
    } else {
      try put(key, value)
    }
  }
}

private let diffusersActivations: [(name: String, function: Activation)] = [
  ("silu", .silu), ("swish", .silu), ("relu", .relu), ("gelu", .gelu),
]

extension Activation {
  /// The name of the function in diffusers' files.
  var diffusersName: String {
    diffusersActivations.first { $0.function == self }?.name ?? rawValue
  }
}
