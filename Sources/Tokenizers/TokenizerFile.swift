import RLHFCore

/// A tokenizer file being read: gets members, and says in one line what is wrong with them.
struct TokenizerFile {
  /// The file's name, for messages.
  let source: String
  let root: OrderedJSON

  init(source: String, root: OrderedJSON) {
    self.source = source
    self.root = root
  }

  func invalid(_ message: String) -> RLHFError {
    RLHFError(.invalidData, "\(source): \(message)")
  }

  func unsupported(_ message: String) -> RLHFError {
    RLHFError(
      .unsupported,
      "\(source): \(message). Use a tokenizer without it, such as GPT-2's, Llama's or BERT's.")
  }

  func string(_ json: OrderedJSON, _ name: String, of owner: String) throws -> String {
    guard let value = json[name]?.string else { throw wrong(json[name], name, owner, "a string") }
    return value
  }

  func bool(
    _ json: OrderedJSON, _ name: String, of owner: String, default fallback: Bool
  ) throws -> Bool {
    guard let value = json[name], !value.isNull else { return fallback }
    guard let bool = value.bool else { throw wrong(value, name, owner, "true or false") }
    return bool
  }

  func integer(
    _ json: OrderedJSON, _ name: String, of owner: String, default fallback: Int? = nil
  ) throws -> Int {
    if json[name] == nil, let fallback { return fallback }
    guard let value = json[name]?.integer else {
      throw wrong(json[name], name, owner, "a whole number")
    }
    return value
  }

  func array(_ json: OrderedJSON, _ name: String, of owner: String) throws -> [OrderedJSON] {
    guard let value = json[name]?.array else { throw wrong(json[name], name, owner, "a list") }
    return value
  }

  func wrong(
    _ found: OrderedJSON?, _ name: String, _ owner: String, _ expected: String
  ) -> RLHFError {
    guard let found else { return invalid("\(owner) has no '\(name)'; expected \(expected).") }
    return invalid("'\(name)' of \(owner) is \(found.kind); expected \(expected).")
  }

  /// The components of a member that is null, one component, or a sequence of them.
  func components(_ name: String, listedAs list: String) throws -> [OrderedJSON] {
    guard let value = root[name], !value.isNull else { return [] }
    return try flattened(value, name, list, depth: 0)
  }

  private func flattened(
    _ json: OrderedJSON, _ owner: String, _ list: String, depth: Int
  ) throws -> [OrderedJSON] {
    guard depth < 16 else { throw invalid("'\(owner)' has sequences in more than 16 levels.") }
    guard try string(json, "type", of: "'\(owner)'") == "Sequence" else { return [json] }
    return try array(json, list, of: "a sequence in '\(owner)'").flatMap {
      try flattened($0, owner, list, depth: depth + 1)
    }
  }

  /// The pattern of a `Split` or `Replace`: a literal, or a regular expression.
  func pattern(_ json: OrderedJSON, of owner: String) throws -> (text: String, isLiteral: Bool) {
    if let literal = json["pattern"]?["String"]?.string { return (literal, true) }
    if let expression = json["pattern"]?["Regex"]?.string { return (expression, false) }
    throw wrong(json["pattern"], "pattern", owner, "{\"String\": …} or {\"Regex\": …}")
  }
}
