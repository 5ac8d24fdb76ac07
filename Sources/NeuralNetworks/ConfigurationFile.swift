package import Foundation
import RLHFCore

/// The JSON files of model directories.
package enum ConfigurationFile {
  /// Reads a JSON file; errors name it and the key.
  package static func read<Value: Decodable>(_ type: Value.Type, at url: URL) throws -> Value {
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw RLHFError(
        .notFound,
        "\(url.path) does not exist; expected a model directory in Hugging Face's layout.")
    }
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

  /// Writes a JSON file atomically.
  package static func write(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(value) + Data("\n".utf8), to: url)
  }
}
