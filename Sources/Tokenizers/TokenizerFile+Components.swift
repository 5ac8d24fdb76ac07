import RLHFCore

extension TokenizerFile {
  /// The normalizer; `nil` where there is none.
  func normalizer() throws -> Normalizer? {
    let steps = try components("normalizer", listedAs: "normalizers").map(normalizer(_:))
    return steps.count > 1 ? .sequence(steps) : steps.first
  }

  private func normalizer(_ json: OrderedJSON) throws -> Normalizer {
    let type = try string(json, "type", of: "the normalizer")
    if let form = Normalizer.Form(rawValue: type) { return .form(form) }
    switch type {
    case "Lowercase": return .lowercase
    case "Prepend": return .prepend(try string(json, "prepend", of: "the normalizer Prepend"))
    case "Strip":
      return .strip(
        left: try bool(json, "strip_left", of: "the normalizer Strip", default: true),
        right: try bool(json, "strip_right", of: "the normalizer Strip", default: true))
    case "Replace":
      let (text, isLiteral) = try pattern(json, of: "the normalizer Replace")
      guard isLiteral else {
        throw unsupported("the normalizer Replace with a regular expression is not supported")
      }
      return .replace(
        Array(text.utf8),
        with: Array(try string(json, "content", of: "the normalizer Replace").utf8))
    default: throw unsupported("the normalizer '\(type)' is not supported")
    }
  }

  /// The pre-tokenizer, and whether it is byte-level.
  func preTokenizer() throws -> (preTokenizer: PreTokenizer, isByteLevel: Bool) {
    var steps: [PreTokenizer.Step] = []
    var isByteLevel = false
    for json in try components("pre_tokenizer", listedAs: "pretokenizers") {
      let type = try string(json, "type", of: "the pre-tokenizer")
      if isByteLevel {
        throw unsupported("the pre-tokenizer '\(type)' after ByteLevel is not supported")
      }
      switch type {
      case "ByteLevel":
        isByteLevel = true
        let owner = "the pre-tokenizer ByteLevel"
        if try bool(json, "add_prefix_space", of: owner, default: true) {
          steps.append(.prefixSpace)
        }
        if try bool(json, "use_regex", of: owner, default: true) { steps.append(.words(.gpt2)) }
      case "Digits":
        let individually = try bool(
          json, "individual_digits", of: "the pre-tokenizer Digits", default: false)
        let behavior: Splitter.Behavior = individually ? .isolated : .contiguous
        steps.append(.split(Splitter(pattern: .digits, behavior: behavior)))
      case "Split": steps.append(try split(json))
      default: throw unsupported("the pre-tokenizer '\(type)' is not supported")
      }
    }
    return (PreTokenizer(steps: steps), isByteLevel)
  }

  private func split(_ json: OrderedJSON) throws -> PreTokenizer.Step {
    let owner = "the pre-tokenizer Split"
    let name = try string(json, "behavior", of: owner)
    guard let behavior = Splitter.Behavior(rawValue: name) else {
      throw unsupported("the behavior '\(name)' of \(owner) is not supported")
    }
    let isInverted = try bool(json, "invert", of: owner, default: false)
    let (text, isLiteral) = try pattern(json, of: owner)
    if isLiteral {
      return .split(
        Splitter(pattern: .literal(Array(text.utf8)), behavior: behavior, isInverted: isInverted))
    }
    // The known patterns cover every text, so matches are all there is to isolate.
    if behavior == .isolated || behavior == .removed && isInverted,
      let known = WordPattern.allCases.first(where: { $0.expression == text })
    {
      return .words(known)
    }
    do {
      let expression = try RegularExpression(text)
      return .split(
        Splitter(pattern: .expression(expression), behavior: behavior, isInverted: isInverted))
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(source): \(error.message)", cause: error.cause)
    }
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
      guard isLiteral else {
        throw unsupported("\(owner) with a regular expression is not supported")
      }
      return .replace(
        Array(text.utf8), with: Array(try string(json, "content", of: owner).utf8))
    default: throw unsupported("the decoder '\(type)' is not supported")
    }
  }
}
