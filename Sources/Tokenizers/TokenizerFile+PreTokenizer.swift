import RLHFCore

extension TokenizerFile {
  /// The pre-tokenizer, and whether it is byte-level.
  func preTokenizer() throws -> (preTokenizer: PreTokenizer, isByteLevel: Bool) {
    var steps: [PreTokenizer.Step] = []
    var isByteLevel = false
    for json in try components("pre_tokenizer", listedAs: "pretokenizers") {
      let type = try string(json, "type", of: "the pre-tokenizer")
      if isByteLevel {
        throw unsupported("the pre-tokenizer '\(type)' after ByteLevel is not supported")
      }
      isByteLevel = type == "ByteLevel"
      steps += try self.steps(json, type)
    }
    return (PreTokenizer(steps: steps), isByteLevel)
  }

  private func steps(_ json: OrderedJSON, _ type: String) throws -> [PreTokenizer.Step] {
    let owner = "the pre-tokenizer \(type)"
    switch type {
    case "ByteLevel":
      let hasPrefix = try bool(json, "add_prefix_space", of: owner, default: true)
      let hasPattern = try bool(json, "use_regex", of: owner, default: true)
      return (hasPrefix ? [.prefixSpace] : []) + (hasPattern ? [.words(.gpt2)] : [])
    case "BertPreTokenizer": return [.bertWords]
    case "CharDelimiterSplit":
      let mark = try string(json, "delimiter", of: owner)
      return [.split(Splitter(pattern: .literal(Array(mark.utf8)), behavior: .removed))]
    case "Digits":
      let isIndividual = try bool(json, "individual_digits", of: owner, default: false)
      let behavior: Splitter.Behavior = isIndividual ? .isolated : .contiguous
      return [.split(Splitter(pattern: .characters(.number), behavior: behavior))]
    case "Metaspace": return try metaspace(json)
    case "Punctuation":
      let behavior = try behavior(json, of: owner)
      return [.split(Splitter(pattern: .characters(.bertPunctuation), behavior: behavior))]
    case "Split": return [try split(json)]
    case "Whitespace":
      let words = Splitter.Pattern.expression(try expression(#"\w+|[^\w\s]+"#))
      return [.split(Splitter(pattern: words, behavior: .removed, isInverted: true))]
    case "WhitespaceSplit":
      return [.split(Splitter(pattern: .characters(.space), behavior: .removed))]
    default: throw unsupported("\(owner) is not supported")
    }
  }

  private func split(_ json: OrderedJSON) throws -> PreTokenizer.Step {
    let owner = "the pre-tokenizer Split"
    let behavior = try behavior(json, of: owner)
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
    return .split(
      Splitter(
        pattern: .expression(try expression(text)), behavior: behavior, isInverted: isInverted))
  }

  private func behavior(_ json: OrderedJSON, of owner: String) throws -> Splitter.Behavior {
    guard let value = json["behavior"], !value.isNull else { return .isolated }
    let name = try string(json, "behavior", of: owner)
    guard let behavior = Splitter.Behavior(rawValue: name) else {
      throw unsupported("the behavior '\(name)' of \(owner) is not supported")
    }
    return behavior
  }

  func expression(_ text: String) throws -> RegularExpression {
    do {
      return try RegularExpression(text)
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(source): \(error.message)", cause: error.cause)
    }
  }

  private func metaspace(_ json: OrderedJSON) throws -> [PreTokenizer.Step] {
    let (mark, prefix) = try metaspaceMark(json, of: "the pre-tokenizer Metaspace")
    let splits = try bool(json, "split", of: "the pre-tokenizer Metaspace", default: true)
    let marking = PreTokenizer.Step.markSpaces(mark, prefix: prefix)
    return splits ? [marking, .cut(WordCutter(mark: mark, keepsRuns: false))] : [marking]
  }

  /// The mark of a Metaspace component, and which pieces get one of their own.
  func metaspaceMark(
    _ json: OrderedJSON, of owner: String
  ) throws -> (mark: [UInt8], prefix: PreTokenizer.Prefix) {
    let mark = try string(json, "replacement", of: owner)
    guard mark.unicodeScalars.count == 1 else {
      throw invalid("'replacement' of \(owner) is '\(mark)'; expected one character.")
    }
    if let value = json["prepend_scheme"], !value.isNull {
      let name = try string(json, "prepend_scheme", of: owner)
      guard let prefix = PreTokenizer.Prefix(rawValue: name) else {
        throw unsupported("the prepend_scheme '\(name)' of \(owner) is not supported")
      }
      return (Array(mark.utf8), prefix)
    }
    let prepends = try bool(json, "add_prefix_space", of: owner, default: true)
    return (Array(mark.utf8), prepends ? .always : .never)
  }
}
