import RLHFCore

extension TokenizerFile {
  /// The model with its vocabulary; `isByteLevel` says whether texts reach it as bytes.
  func model(isByteLevel: Bool) throws -> TokenModel {
    guard let json = root["model"], json.members != nil else {
      throw wrong(root["model"], "model", "the file", "an object")
    }
    // Old files leave the type out; only byte-pair models have merges.
    let type = json["type"]?.string ?? (json["merges"] != nil ? "BPE" : "without a type")
    switch type {
    case "BPE": return .bytePair(try bytePairModel(json, isByteLevel: isByteLevel))
    case "WordPiece":
      guard !isByteLevel else {
        throw unsupported("the pre-tokenizer ByteLevel before a WordPiece model is not supported")
      }
      return .wordPiece(try wordPieceModel(json))
    default:
      throw unsupported("the model '\(type)' is not supported, only BPE and WordPiece are")
    }
  }

  private func bytePairModel(_ json: OrderedJSON, isByteLevel: Bool) throws -> BytePairModel {
    let suffix = json["end_of_word_suffix"]?.string ?? ""
    if json["continuing_subword_prefix"]?.string?.isEmpty == false {
      throw unsupported("'continuing_subword_prefix' of the model is not supported")
    }
    guard suffix.isEmpty || isByteLevel else {
      throw unsupported("'end_of_word_suffix' of a model that does not see bytes is not supported")
    }
    let vocabulary = Vocabulary(try vocabulary(json))
    return BytePairModel(
      vocabulary: vocabulary, merges: try merges(json, id: vocabulary.id(of:)),
      isByteLevel: isByteLevel,
      byteFallback: try bool(json, "byte_fallback", of: "the model", default: false),
      unknown: try json["unk_token"]?.string.map { try unknownID($0, in: vocabulary) },
      fusesUnknown: try bool(json, "fuse_unk", of: "the model", default: false),
      ignoresMerges: try bool(json, "ignore_merges", of: "the model", default: false),
      endOfWordSuffix: suffix)
  }

  private func wordPieceModel(_ json: OrderedJSON) throws -> WordPieceModel {
    let vocabulary = Vocabulary(try vocabulary(json))
    let longest = try integer(json, "max_input_chars_per_word", of: "the model", default: 100)
    return WordPieceModel(
      vocabulary: vocabulary,
      unknown: try unknownID(json["unk_token"]?.string ?? "[UNK]", in: vocabulary),
      continuation: Array((json["continuing_subword_prefix"]?.string ?? "##").utf8),
      longestWord: longest)
  }

  private func unknownID(_ token: String, in vocabulary: Vocabulary) throws -> Int32 {
    if let id = vocabulary.id(of: token) { return id }
    throw invalid("the unknown token '\(token)' is not in the vocabulary; add it.")
  }

  private func vocabulary(_ json: OrderedJSON) throws -> [String?] {
    guard let members = json["vocab"]?.members else {
      throw wrong(json["vocab"], "vocab", "the model", "an object of tokens and ids")
    }
    guard !members.isEmpty else { throw invalid("the vocabulary is empty.") }
    // Ids may have gaps, but a single large one must not take all memory.
    let limit = 4 * members.count + 65536
    var tokens = [String?](repeating: nil, count: members.count)
    for (token, value) in members {
      guard let id = value.integer, id >= 0, id < limit else {
        throw invalid("token '\(token)' has no usable id; expected a whole number from 0 on.")
      }
      while id >= tokens.count { tokens.append(nil) }
      if let other = tokens[id], !other.utf8.elementsEqual(token.utf8) {
        throw invalid("the tokens '\(other)' and '\(token)' have the same id \(id).")
      }
      tokens[id] = token
    }
    return tokens
  }

  private func merges(
    _ json: OrderedJSON, id: (String) -> Int32?
  ) throws -> [(left: Int32, right: Int32, merged: Int32)] {
    let list = try array(json, "merges", of: "the model")
    var result: [(left: Int32, right: Int32, merged: Int32)] = []
    result.reserveCapacity(list.count)
    for (index, entry) in list.enumerated() {
      let (left, right) = try sides(of: entry, index)
      func required(_ token: String) throws -> Int32 {
        if let found = id(token) { return found }
        throw invalid(
          "merge \(index + 1) needs the token '\(token)', which the vocabulary does not have.")
      }
      result.append((try required(left), try required(right), try required(left + right)))
    }
    return result
  }

  /// A merge is a list of two tokens or, in older files, the two with a space between them.
  private func sides(of entry: OrderedJSON, _ index: Int) throws -> (String, String) {
    if let pair = entry.array, pair.count == 2, let left = pair[0].string,
      let right = pair[1].string
    {
      return (left, right)
    }
    if let line = entry.string {
      let parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      if parts.count == 2, let left = String(parts[0]), let right = String(parts[1]) {
        return (left, right)
      }
    }
    throw invalid("merge \(index + 1) is not a pair of tokens.")
  }

  /// The added tokens.
  func addedTokens(with vocabulary: Vocabulary) throws -> [AddedToken] {
    guard let value = root["added_tokens"], !value.isNull else { return [] }
    guard value.array != nil else { throw wrong(value, "added_tokens", "the file", "a list") }
    var contents: [Int: String] = [:]
    return try array(root, "added_tokens", of: "the file").map { json in
      let owner = "an added token"
      let content = try string(json, "content", of: owner)
      let id = try integer(json, "id", of: owner)
      guard id >= 0, id < 4 * vocabulary.tokens.count + 1_048_576 else {
        throw invalid("the added token '\(content)' has the impossible id \(id).")
      }
      if let other = contents[id] ?? vocabulary[id],
        !other.utf8.elementsEqual(content.utf8)
      {
        throw invalid("the tokens '\(other)' and '\(content)' have the same id \(id).")
      }
      if let known = vocabulary.id(of: content), Int(known) != id {
        throw invalid(
          "the added token '\(content)' has id \(id), but the vocabulary gives it \(known).")
      }
      contents[id] = content
      let isSpecial = try bool(json, "special", of: owner, default: false)
      return AddedToken(
        id: id, content: content, isSpecial: isSpecial,
        isSingleWord: try bool(json, "single_word", of: owner, default: false),
        stripsLeft: try bool(json, "lstrip", of: owner, default: false),
        stripsRight: try bool(json, "rstrip", of: owner, default: false),
        isNormalized: try bool(json, "normalized", of: owner, default: !isSpecial))
    }
  }
}
