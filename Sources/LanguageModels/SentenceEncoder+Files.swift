public import Foundation
import NeuralNetworks
import RLHFCore

extension SentenceEncoder {
  /// Loads a directory of sentence-transformers: `modules.json` lists a transformer, its pooling and perhaps a
  /// normalisation; a directory without that file is a plain BERT, pooled by the mean.
  ///
  /// - Parameter directory: The model directory.
  /// - Returns: The encoder, all of its parameters trainable.
  /// - Throws: An error that names the file and what does not fit, or which module is not supported.
  public static func load(from directory: URL) throws -> SentenceEncoder {
    let list = directory.appendingPathComponent("modules.json")
    guard FileManager.default.fileExists(atPath: list.path) else {
      return SentenceEncoder(
        model: try BertModel.load(from: directory), maximumLength: try maximumLength(in: directory))
    }
    var model: BertModel?
    var length: Int?
    var pooling: Pooling?
    var isNormalized = false
    let modules = try ConfigurationFile.read([Module].self, at: list)
    for module in modules.sorted(by: { $0.index < $1.index }) {
      // An empty path is the directory itself.
      let folder =
        module.path.isEmpty ? directory : directory.appendingPathComponent(module.path)
      switch module.type.split(separator: ".").last {
      case "Transformer":
        model = try BertModel.load(from: folder)
        length = try maximumLength(in: folder)
      case "Pooling":
        pooling = try Self.pooling(at: folder.appendingPathComponent("config.json"))
      case "Normalize": isNormalized = true
      default:
        throw RLHFError(
          .unsupported,
          "\(list.path) has the module '\(module.type)'; supported are: Transformer, Pooling, Normalize."
        )
      }
    }
    guard let model else {
      throw RLHFError(.incompatibleModel, "\(list.path) has no Transformer, expected one.")
    }
    guard let pooling else {
      throw RLHFError(.incompatibleModel, "\(list.path) has no Pooling, expected one.")
    }
    return SentenceEncoder(
      model: model, pooling: pooling, isNormalized: isNormalized, maximumLength: length)
  }

  /// Writes the encoder in the layout of sentence-transformers into `directory`, which is made if need be; a tokenizer's
  /// files there stay.
  public func save(to directory: URL) throws {
    try model.save(to: directory)
    let prefix = "sentence_transformers.models."
    var modules = [
      Module(index: 0, path: "", type: prefix + "Transformer"),
      Module(index: 1, path: "1_Pooling", type: prefix + "Pooling"),
    ]
    if isNormalized {
      modules.append(Module(index: 2, path: "2_Normalize", type: prefix + "Normalize"))
    }
    do {
      for module in modules where !module.path.isEmpty {
        try FileManager.default.createDirectory(
          at: directory.appendingPathComponent(module.path), withIntermediateDirectories: true)
      }
    } catch {
      throw RLHFError(.inputOutput, "\(directory.path) cannot be written to.", cause: error)
    }
    func put(_ value: some Encodable, _ name: String) throws {
      try ConfigurationFile.write(value, to: directory.appendingPathComponent(name))
    }
    try put(modules, "modules.json")
    try put(PoolingFile(size: size, pooling: pooling), "1_Pooling/config.json")
    try put(SentenceFile(maximumLength: maximumLength), "sentence_bert_config.json")
  }

  private static func maximumLength(in folder: URL) throws -> Int? {
    let url = folder.appendingPathComponent("sentence_bert_config.json")
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let length = try ConfigurationFile.read(SentenceFile.self, at: url).maximumLength
    guard length ?? 1 > 0 else {
      throw RLHFError(
        .invalidConfiguration,
        "\(url.path): max_seq_length is \(length ?? 0), expected at least 1.")
    }
    return length
  }

  private static func pooling(at url: URL) throws -> Pooling {
    let file = try ConfigurationFile.read(PoolingFile.self, at: url)
    let chosen = file.chosen
    guard chosen.count == 1, let pooling = chosen[0].pooling else {
      throw RLHFError(
        .unsupported,
        "\(url.path) chooses \(chosen.isEmpty ? "no pooling" : chosen.map(\.name).joined(separator: ", ")); "
          + "supported is one of: mean, cls, max.")
    }
    return pooling
  }

  private struct Module: Codable {
    var index: Int
    var path: String
    var type: String
    var name: String

    init(index: Int, path: String, type: String) {
      (self.index, self.path, self.type, name) = (index, path, type, String(index))
    }

    enum CodingKeys: String, CodingKey {
      case index = "idx"
      case path, type, name
    }
  }

  private struct SentenceFile: Codable {
    var maximumLength: Int?

    enum CodingKeys: String, CodingKey {
      case maximumLength = "max_seq_length"
    }
  }
}

/// `1_Pooling/config.json`: one flag per way, or the newer `pooling_mode`.
private struct PoolingFile: Codable {
  /// The ways that the file chooses; `pooling` is `nil` for those that are not supported.
  var chosen: [(name: String, pooling: SentenceEncoder.Pooling?)] = []
  var size: Int

  private static let flags: [(key: String, pooling: SentenceEncoder.Pooling?)] = [
    ("pooling_mode_mean_tokens", .mean), ("pooling_mode_cls_token", .cls),
    ("pooling_mode_max_tokens", .max), ("pooling_mode_mean_sqrt_len_tokens", nil),
    ("pooling_mode_weightedmean_tokens", nil), ("pooling_mode_lasttoken", nil),
  ]

  init(size: Int, pooling: SentenceEncoder.Pooling) {
    self.size = size
    chosen = [(pooling.rawValue, pooling)]
  }

  init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    size = try keys.optional("word_embedding_dimension") ?? 0
    if let mode = try keys.optional("pooling_mode", String.self) {
      chosen = [(mode, SentenceEncoder.Pooling(rawValue: mode))]
      return
    }
    for (key, pooling) in Self.flags where try keys.optional(key, Bool.self) == true {
      chosen.append((key, pooling))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    try keys.put("word_embedding_dimension", size)
    for (key, pooling) in Self.flags {
      try keys.put(key, pooling != nil && pooling == chosen.first?.pooling)
    }
  }
}
