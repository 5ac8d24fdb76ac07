public import Foundation
import RLHFCore

extension TextTokenizer {
  private static let fileName = "tokenizer.json"
  private static let configurationName = "tokenizer_config.json"
  private static let vocabularyName = "vocab.txt"
  private static let rolesName = "special_tokens_map.json"
  private static let templateName = "chat_template.jinja"

  /// Loads a tokenizer from a model directory, or from a `tokenizer.json` alone.
  ///
  /// Byte-pair models, on bytes as GPT-2, Llama 3 and Qwen have them or converted from SentencePiece as Llama 2 and
  /// Mistral do, and BERT's word pieces, those also from a `vocab.txt`; anything else is refused by name. The
  /// settings for truncation and padding are passed over.
  public static func load(_ url: URL) throws -> TextTokenizer {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw RLHFError(.notFound, "There is no tokenizer at \(url.path).")
    }
    let directory = isDirectory.boolValue ? url : url.deletingLastPathComponent()
    let file = isDirectory.boolValue ? url.appendingPathComponent(fileName) : url
    let configurationFile =
      isDirectory.boolValue
      ? try existingJSON(at: directory.appendingPathComponent(configurationName)) ?? .object([])
      : .object([])
    let words = directory.appendingPathComponent(vocabularyName)
    let pipeline: TokenizerPipeline
    if FileManager.default.fileExists(atPath: file.path) {
      pipeline = try Self.pipeline(TokenizerFile(source: file.path, root: json(at: file)))
    } else if isDirectory.boolValue, FileManager.default.fileExists(atPath: words.path) {
      pipeline = try Self.pipeline(
        TokenizerFile(
          source: words.path, vocabulary: contents(of: words), configuration: configurationFile))
    } else {
      throw RLHFError(.notFound, missingFileMessage(in: url))
    }
    guard isDirectory.boolValue else {
      return TextTokenizer(
        pipeline: pipeline, configuration: TokenizerConfiguration(),
        configurationFile: .object([]))
    }
    var configuration = TokenizerConfiguration(configurationFile)
    if let roles = try existingJSON(at: directory.appendingPathComponent(rolesName)) {
      configuration.fill(from: TokenizerConfiguration(roles))
    }
    let template = directory.appendingPathComponent(templateName)
    if FileManager.default.fileExists(atPath: template.path) {
      configuration.chatTemplate = String(decoding: try contents(of: template), as: UTF8.self)
    }
    return TextTokenizer(
      pipeline: pipeline, configuration: configuration, configurationFile: configurationFile)
  }

  /// Writes `tokenizer.json`, `tokenizer_config.json` and `special_tokens_map.json` into `directory`, which is
  /// made where it does not exist; the `transformers` package loads them.
  public func save(to directory: URL) throws {
    for (_, token) in configuration.roles {
      if let token, id(of: token) == nil {
        throw RLHFError(
          .invalidConfiguration,
          "The tokenizer has no token '\(token)', which its configuration gives a role. "
            + "Train it with this token among the special tokens.")
      }
    }
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(.inputOutput, "Cannot create the folder \(directory.path).", cause: error)
    }
    try Self.write(file(), to: directory.appendingPathComponent(Self.fileName))
    var roles = OrderedJSON.object([])
    for (name, token) in configuration.roles { roles.set(name, token.map { .string($0) }) }
    try Self.write(roles, to: directory.appendingPathComponent(Self.rolesName))
    try Self.write(
      configuration.merged(into: configurationFile),
      to: directory.appendingPathComponent(Self.configurationName))
    // A template in a file of its own would go before the one in the configuration.
    let template = directory.appendingPathComponent(Self.templateName)
    if FileManager.default.fileExists(atPath: template.path) {
      if let chatTemplate = configuration.chatTemplate {
        try AtomicFile.write(chatTemplate, to: template)
      } else {
        try FileManager.default.removeItem(at: template)
      }
    }
  }

  private static func pipeline(_ file: TokenizerFile) throws -> TokenizerPipeline {
    guard file.root.members != nil else {
      throw file.invalid("the file holds \(file.root.kind); expected an object.")
    }
    var (preTokenizer, isByteLevel) = try file.preTokenizer()
    let normalizer = try file.normalizer()
    let decoder = try file.decoder()
    let (prefix, suffix) = try file.surroundings()
    let model = try file.model(isByteLevel: isByteLevel)
    let mark = Array("\u{2581}".utf8)
    if case .bytePair(let pairs) = model, pairs.allowsCuts(before: mark) {
      preTokenizer.steps.append(.cut(WordCutter(mark: mark)))
    }
    var document = file.root
    if var part = document["model"] {
      part.set("vocab", .null)
      if part["merges"] != nil { part.set("merges", .null) }
      document.set("model", part)
    }
    return TokenizerPipeline(
      model: model, addedTokens: try file.addedTokens(with: model.vocabulary),
      normalizer: normalizer,
      preTokenizer: preTokenizer, decoder: decoder, prefix: prefix, suffix: suffix,
      document: document)
  }

  /// The tokenizer file with vocabulary and merges.
  private func file() -> OrderedJSON {
    let tokens = pipeline.model.vocabulary.tokens
    func token(_ id: Int32) -> OrderedJSON { .string(tokens[Int(id)] ?? "") }
    var part = pipeline.document["model"] ?? .object([])
    part.set(
      "vocab",
      .object(tokens.enumerated().compactMap { id, token in token.map { ($0, .integer(id)) } }))
    if case .bytePair(let model) = pipeline.model {
      part.set("merges", .array(model.merges.map { .array([token($0.left), token($0.right)]) }))
    }
    var document = pipeline.document
    document.set("model", part)
    return document
  }

  private static func write(_ json: OrderedJSON, to url: URL) throws {
    try AtomicFile.write(Data(json.written()), to: url)
  }

  private static func existingJSON(at url: URL) throws -> OrderedJSON? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try json(at: url)
  }

  private static func json(at url: URL) throws -> OrderedJSON {
    try contents(of: url).withUnsafeBytes {
      try OrderedJSON(parsing: $0.bindMemory(to: UInt8.self), source: url.path)
    }
  }

  private static func contents(of url: URL) throws -> Data {
    do {
      return try Data(contentsOf: url)
    } catch {
      throw RLHFError(.inputOutput, "Cannot read \(url.path).", cause: error)
    }
  }

  private static func missingFileMessage(in directory: URL) -> String {
    let names = ["tokenizer.model", "spiece.model", "vocab.json"]
    let other = names.first {
      FileManager.default.fileExists(atPath: directory.appendingPathComponent($0).path)
    }
    let found = other.map {
      " It has \($0), the older form: convert it with transformers' "
        + "AutoTokenizer.from_pretrained(…).save_pretrained(…)."
    }
    return "\(directory.path) has no \(fileName).\(found ?? "")"
  }
}

extension TokenizerConfiguration {
  /// Takes from `other` what is missing here.
  fileprivate mutating func fill(from other: TokenizerConfiguration) {
    for role in TokenRole.allCases { self[role] = self[role] ?? other[role] }
  }
}
