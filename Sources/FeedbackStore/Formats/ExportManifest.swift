public import Foundation
import RLHFCore

/// What an export wrote and what it left out; stands beside the file as `NAME.manifest.json`.
public struct ExportManifest: Sendable, Hashable, Codable {
  /// One file.
  public struct File: Sendable, Hashable, Codable {
    /// The path, from the folder of the manifest.
    public var name: String
    /// The size in bytes.
    public var bytes: Int
    /// The SHA-256 of the content.
    public var sha256: String
  }

  /// The form of the manifest.
  public var schema = "rlhf-export.v1"
  /// The format of the export.
  public var format: FeedbackFormat
  /// When it was made.
  public var created: String
  /// The version of the program that made it.
  public var version: String
  /// How many rows the file has.
  public var rows = 0
  /// How many votes were left out, by reason.
  public var dropped: [String: Int] = [:]
  /// How many votes lost something on the way, by what.
  public var simplified: [String: Int] = [:]
  /// The files, the one with the rows first.
  public var files: [File] = []

  init(format: FeedbackFormat, version: String, now: Date) {
    self.format = format
    self.version = version
    created = ExchangeWords.text(now)
  }

  mutating func drop(_ reason: String, _ count: Int = 1) {
    if count > 0 { dropped[reason, default: 0] += count }
  }

  mutating func simplify(_ what: String) { simplified[what, default: 0] += 1 }

  /// The place of the manifest of a file.
  public static func place(of file: URL) -> URL {
    file.deletingLastPathComponent().appending(path: file.lastPathComponent + ".manifest.json")
  }

  /// Reads a manifest and checks every file that it names; throws where one is missing or has changed.
  @discardableResult
  public static func verify(_ manifest: URL) throws -> ExportManifest {
    let found: ExportManifest
    do {
      found = try JSONDecoder().decode(ExportManifest.self, from: Data(contentsOf: manifest))
    } catch {
      throw RLHFError(
        .invalidData, "\(manifest.path) is not the manifest of an export.", cause: error)
    }
    let folder = manifest.deletingLastPathComponent()
    for file in found.files {
      let parts = file.name.split(separator: "/", omittingEmptySubsequences: false)
      guard !parts.contains(".."), parts.first != "" else {
        throw RLHFError(.invalidData, "\(manifest.path) names a file outside of its folder.")
      }
      let url = folder.appending(path: file.name)
      guard try ContentHash(ofFile: url).description == file.sha256 else {
        throw RLHFError(
          .invalidData,
          "\(url.path) is not what \(manifest.lastPathComponent) describes: its SHA-256 differs. Export it again."
        )
      }
    }
    return found
  }

  func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: url)
  }
}
