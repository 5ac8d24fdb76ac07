import RLHFCore

extension LoRAConfiguration {
  /// Whether the layer `path` gets an adapter, by the rules of PEFT's `check_target_module_exists`.
  func chooses(_ site: AdapterSite) throws -> Bool {
    let path = site.path
    if let excluded, try Self.matches(path, excluded) { return false }
    if trainsModule(holding: path) { return false }
    switch targets {
    case .allLinear: return site.role == .inner
    case .pattern: return try Self.matches(path, targets)
    case .names:
      guard try Self.matches(path, targets) else { return false }
      guard let blocks, !blocks.isEmpty else { return true }
      return block(of: path).map(blocks.contains) ?? false
    }
  }

  /// Whether the module `path`, or one that it is part of, is trained in full.
  func trainsModule(holding path: String) -> Bool {
    guard !trainedModules.isEmpty else { return false }
    let parts = path.split(separator: ".")
    return parts.indices.contains { end in
      let module = parts[...end].joined(separator: ".")
      return trainedModules.contains { module.hasSuffix($0) }
    }
  }

  private static func matches(_ path: String, _ targets: Targets) throws -> Bool {
    switch targets {
    case .allLinear: return true
    case .names(let names): return names.contains { path == $0 || path.hasSuffix(".\($0)") }
    case .pattern(let pattern):
      return try path.wholeMatch(of: expression(pattern, named: "target_modules")) != nil
    }
  }

  /// The number of the block that the layer is in: the first number behind the name of a list of blocks.
  private func block(of path: String) -> Int? {
    let parts = path.split(separator: ".")
    for (list, number) in zip(parts, parts.dropFirst()) {
      guard let block = Int(number) else { continue }
      if blockLists.isEmpty || blockLists.contains(String(list)) { return block }
    }
    return nil
  }

  /// Whether `pattern` matches the whole name, or all of it behind a dot.
  static func matchesEnd(of path: String, pattern: String, named name: String) throws -> Bool {
    _ = try expression(pattern, named: name)
    return try path.wholeMatch(of: expression("(.*\\.)?(\(pattern))", named: name)) != nil
  }

  private static func expression(
    _ pattern: String, named name: String
  ) throws -> Regex<AnyRegexOutput> {
    do {
      return try Regex(pattern)
    } catch {
      throw RLHFError(
        .invalidConfiguration,
        "\(name) has '\(pattern)', which is not a regular expression; expected one that matches dotted names of layers.",
        cause: error)
    }
  }
}
