public import Foundation
import RLHFCore

extension LanguageModelConfiguration {
  /// Reads config.json of a model directory, and generation_config.json's end tokens where that file exists.
  public static func load(from directory: URL) throws -> LanguageModelConfiguration {
    let url = directory.appendingPathComponent("config.json")
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw RLHFError(
        .notFound,
        "\(url.path) does not exist; expected a model directory in Hugging Face's layout.")
    }
    var configuration = try decode(LanguageModelConfiguration.self, from: url)
    let generation = directory.appendingPathComponent("generation_config.json")
    if FileManager.default.fileExists(atPath: generation.path),
      let tokens = try decode(GenerationConfiguration.self, from: generation).endTokens
    {
      configuration.endTokens = tokens.tokens
    }
    do {
      try configuration.validate()
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(url.path): \(error.message)")
    }
    return configuration
  }

  /// Writes config.json and generation_config.json into an existing directory, each atomically.
  public func save(to directory: URL) throws {
    try Self.encode(self, to: directory.appendingPathComponent("config.json"))
    let generation = GenerationConfiguration(
      beginningToken: beginningToken, endTokens: endTokens.isEmpty ? nil : TokenList(endTokens),
      paddingToken: paddingToken)
    try Self.encode(generation, to: directory.appendingPathComponent("generation_config.json"))
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, from url: URL) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: try Data(contentsOf: url))
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(url.path): \(error.message).")
    } catch let error as DecodingError {
      throw RLHFError(.invalidConfiguration, "\(url.path): \(error.summary).")
    } catch {
      throw RLHFError(.inputOutput, "\(url.path) cannot be read.", cause: error)
    }
  }

  private static func encode(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(value) + Data("\n".utf8), to: url)
  }
}

/// What generation_config.json says of special tokens.
private struct GenerationConfiguration: Codable {
  var beginningToken: Int?
  var endTokens: TokenList?
  var paddingToken: Int?

  enum CodingKeys: String, CodingKey {
    case beginningToken = "bos_token_id"
    case endTokens = "eos_token_id"
    case paddingToken = "pad_token_id"
  }
}
