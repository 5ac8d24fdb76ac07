import NeuralNetworks
import RLHFCore
import Torch

/// Hugging Face's keys, in the form of release 5 (`rope_parameters`, `dtype`) and the older one (`rope_theta`,
/// `rope_scaling`, `torch_dtype`). Both are read; both are written, so that every release reads them. Keys that
/// do not concern the model's computation are passed over.
extension LanguageModelConfiguration: Codable {
  /// Reads config.json's object.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    let family = try LanguageModelFamily.read(keys)
    self = try family.entry.read(keys)
    if try LanguageModelFamily.architecture(keys) == family.classifierArchitecture {
      // Where neither is given, the reference has two.
      labelCount =
        try keys.optional("id2label", [String: String].self)?.count ?? keys.optional("num_labels")
        ?? 2
    }
    initializerRange = try keys.optional("initializer_range") ?? 0.02
    beginningToken = try keys.optional("bos_token_id")
    endTokens = try keys.optional("eos_token_id", TokenList.self)?.tokens ?? []
    paddingToken = try keys.optional("pad_token_id")
    if let padding = paddingToken, padding < 0 { paddingToken = nil }
    if let name = try keys.optional("dtype", String.self)
      ?? keys.optional("torch_dtype", String.self)
    {
      guard let dtype = DType(rawValue: name), dtype.isFloatingPoint else {
        throw RLHFError(
          .unsupported,
          "the dtype '\(name)' is not supported, expected float32, bfloat16 or float16")
      }
      self.dtype = dtype
    }
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: AnyKey.self)
    func put(_ key: String, _ value: some Encodable) throws {
      try keys.encode(value, forKey: AnyKey(key))
    }
    try put("model_type", family.rawValue)
    try put("vocab_size", vocabularySize)
    try put("tie_word_embeddings", tiesEmbeddings)
    try put("initializer_range", initializerRange)
    try put("bos_token_id", beginningToken)
    try put("eos_token_id", endTokens.isEmpty ? nil : TokenList(endTokens))
    try put("pad_token_id", paddingToken)
    try put("dtype", dtype.rawValue)
    try put("torch_dtype", dtype.rawValue)
    try put("use_cache", true)
    if let labelCount {
      let names = (0..<labelCount).map { (String($0), "LABEL_\($0)") }
      try put("architectures", [family.classifierArchitecture])
      try put("id2label", Dictionary(uniqueKeysWithValues: names))
      try put(
        "label2id",
        Dictionary(uniqueKeysWithValues: (0..<labelCount).map { ("LABEL_\($0)", $0) }))
    } else {
      try put("architectures", [family.causalArchitecture])
    }
    try family.entry.write(self, &keys)
  }
}
