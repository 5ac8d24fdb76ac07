import RLHFCore

/// What a token is for, by the name that `tokenizer_config.json` has for it.
public enum TokenRole: String, Sendable, CaseIterable {
  case beginningOfSequence = "bos_token"
  case endOfSequence = "eos_token"
  case unknown = "unk_token"
  case padding = "pad_token"
  case separator = "sep_token"
  case classification = "cls_token"
  case mask = "mask_token"
}

extension TextTokenizer {
  /// The id of the token with a role; `nil` where there is none.
  public func id(of role: TokenRole) -> Int? { configuration[role].flatMap(id(of:)) }

  /// The id of the token with a role that something cannot do without; `use` says what, for the message.
  public func requiredID(of role: TokenRole, for use: String) throws -> Int {
    guard let token = configuration[role] else {
      throw RLHFError(
        .incompatibleModel,
        "The tokenizer names no \(role.rawValue), which \(use) needs. "
          + "Add \"\(role.rawValue)\": \"…\" to its tokenizer_config.json.")
    }
    guard let id = id(of: token) else {
      throw RLHFError(
        .incompatibleModel,
        "The tokenizer's \(role.rawValue) is '\(token)', which is not in its vocabulary, and \(use) needs it. "
          + "Name one that is in tokenizer.json, or add it there.")
    }
    return id
  }
}
