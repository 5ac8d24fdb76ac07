import RLHFCore

extension TokenizerFile {
  /// The normalizer; `nil` where there is none.
  func normalizer() throws -> Normalizer? {
    let steps = try components("normalizer", listedAs: "normalizers").map(normalizer(_:))
    return steps.count > 1 ? .sequence(steps) : steps.first
  }

  private func normalizer(_ json: OrderedJSON) throws -> Normalizer {
    let type = try string(json, "type", of: "the normalizer")
    if let form = UnicodeForm(rawValue: type) { return .form(form) }
    switch type {
    case "Lowercase": return .lowercase
    case "Prepend": return .prepend(try string(json, "prepend", of: "the normalizer Prepend"))
    case "Strip":
      return .strip(
        left: try bool(json, "strip_left", of: "the normalizer Strip", default: true),
        right: try bool(json, "strip_right", of: "the normalizer Strip", default: true))
    case "Replace":
      let (text, isLiteral) = try pattern(json, of: "the normalizer Replace")
      let content = Array(try string(json, "content", of: "the normalizer Replace").utf8)
      return isLiteral
        ? .replace(Array(text.utf8), with: content)
        : .replaceMatches(try expression(text), with: content)
    case "StripAccents": return .stripAccents
    case "BertNormalizer": return .bert(try bertNormalizer(json))
    default: throw unsupported("the normalizer '\(type)' is not supported")
    }
  }

  private func bertNormalizer(_ json: OrderedJSON) throws -> BERTNormalizer {
    let owner = "the normalizer BertNormalizer"
    let lowercases = try bool(json, "lowercase", of: owner, default: true)
    return BERTNormalizer(
      cleansText: try bool(json, "clean_text", of: owner, default: true),
      separatesIdeographs: try bool(json, "handle_chinese_chars", of: owner, default: true),
      stripsAccents: try bool(json, "strip_accents", of: owner, default: lowercases),
      lowercases: lowercases)
  }

  /// The ids that the post-processor puts before and after a text.
  func surroundings() throws -> (prefix: [Int], suffix: [Int]) {
    var prefix: [Int] = []
    var suffix: [Int] = []
    for json in try components("post_processor", listedAs: "processors") {
      let type = try string(json, "type", of: "the post-processor")
      switch type {
      case "ByteLevel": break
      case "TemplateProcessing":
        let (before, after) = try template(json)
        prefix = before + prefix
        suffix += after
      case "RobertaProcessing", "BertProcessing":
        prefix = [try pairedID(json, "cls", type)] + prefix
        suffix.append(try pairedID(json, "sep", type))
      default: throw unsupported("the post-processor '\(type)' is not supported")
      }
    }
    return (prefix, suffix)
  }

  private func pairedID(_ json: OrderedJSON, _ name: String, _ type: String) throws -> Int {
    guard let pair = json[name]?.array, pair.count == 2, let id = pair[1].integer else {
      throw wrong(json[name], name, "the post-processor \(type)", "a token and its id")
    }
    return id
  }

  private func template(_ json: OrderedJSON) throws -> (prefix: [Int], suffix: [Int]) {
    let owner = "the post-processor TemplateProcessing"
    var parts: [[Int]] = [[]]
    for piece in try array(json, "single", of: owner) {
      if let token = piece["SpecialToken"] {
        let name = try string(token, "id", of: "a special token of \(owner)")
        guard let ids = json["special_tokens"]?[name]?["ids"]?.array?.compactMap(\.integer) else {
          throw invalid(
            "\(owner) uses the token '\(name)', but 'special_tokens' has no ids for it.")
        }
        parts[parts.count - 1] += ids
      } else if piece["Sequence"] != nil {
        parts.append([])
      } else {
        throw invalid("\(owner) has a piece that is neither SpecialToken nor Sequence.")
      }
    }
    guard parts.count == 2 else {
      throw unsupported("\(owner) with \(parts.count - 1) sequences in 'single' is not supported")
    }
    return (parts[0], parts[1])
  }

  /// The decoder.
  func decoder() throws -> TokenDecoder {
    let steps = try components("decoder", listedAs: "decoders").map(step(_:))
    if steps.isEmpty { return .joined }
    if steps.count == 1, case .byteLevel = steps[0] { return .byteLevel }
    return .steps(steps)
  }

  private func step(_ json: OrderedJSON) throws -> TokenDecoder.Step {
    let type = try string(json, "type", of: "the decoder")
    let owner = "the decoder \(type)"
    switch type {
    case "ByteLevel": return .byteLevel
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Strip":
      return .strip(
        Array(try string(json, "content", of: owner).utf8),
        start: try integer(json, "start", of: owner, default: 0),
        stop: try integer(json, "stop", of: owner, default: 0))
    case "Replace":
      let (text, isLiteral) = try pattern(json, of: owner)
      let content = Array(try string(json, "content", of: owner).utf8)
      return isLiteral
        ? .replace(Array(text.utf8), with: content)
        : .replaceMatches(try expression(text), with: content)
    case "Metaspace":
      let (mark, prefix) = try metaspaceMark(json, of: owner)
      return .metaspace(mark, dropsFirst: prefix != .never)
    case "WordPiece":
      return .wordPiece(
        prefix: Array((json["prefix"]?.string ?? "##").utf8),
        cleansUp: try bool(json, "cleanup", of: owner, default: true))
    case "BPEDecoder": return .suffix(Array((json["suffix"]?.string ?? "</w>").utf8))
    default: throw unsupported("the decoder '\(type)' is not supported")
    }
  }
}
