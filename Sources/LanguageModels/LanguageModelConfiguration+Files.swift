public import Foundation
import NeuralNetworks
import RLHFCore

extension LanguageModelConfiguration {
  /// Reads config.json of a model directory, and generation_config.json's end tokens where that file exists.
  public static func load(from directory: URL) throws -> LanguageModelConfiguration {
    let url = directory.appendingPathComponent("config.json")
    var configuration = try ConfigurationFile.read(LanguageModelConfiguration.self, at: url)
    let generation = directory.appendingPathComponent("generation_config.json")
    if FileManager.default.fileExists(atPath: generation.path),
      let tokens = try ConfigurationFile.read(GenerationConfiguration.self, at: generation)
        .endTokens
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
    try ConfigurationFile.write(self, to: directory.appendingPathComponent("config.json"))
    let generation = GenerationConfiguration(
      beginningToken: beginningToken, endTokens: endTokens.isEmpty ? nil : TokenList(endTokens),
      paddingToken: paddingToken)
    try ConfigurationFile.write(
      generation, to: directory.appendingPathComponent("generation_config.json"))
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
