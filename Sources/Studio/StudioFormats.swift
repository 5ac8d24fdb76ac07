public import Foundation
public import RLHFCore

/// The formats in which feedback leaves and enters the Studio; the program brings them.
public struct StudioFormats: Sendable {
  /// A format by its name.
  public struct Format: Sendable, Hashable {
    /// A short, stable name.
    public var id: String
    /// The name that people read.
    public var title: String

    /// Creates a format.
    public init(id: String, title: String) {
      self.id = id
      self.title = title
    }
  }

  /// What was written.
  public struct Export: Sendable, Hashable {
    /// The name of the file.
    public var name: String
    /// What it is, as a MIME type.
    public var type: String
    /// The file.
    public var content: Data
    /// The rows, what was dropped and why, the hash: `{"rows", "dropped", "sha256"}`.
    public var manifest: JSONValue

    /// Creates an export.
    public init(name: String, type: String, content: Data, manifest: JSONValue) {
      self.name = name
      self.type = type
      self.content = content
      self.manifest = manifest
    }
  }

  /// What is to be read.
  public struct Upload: Sendable, Hashable {
    /// The name of the file, as its owner calls it.
    public var name: String
    /// The file.
    public var content: Data
    /// The criterion that judgments without one are about.
    public var criterion: String?
  }

  /// Writes everything in a format; `atMost` rows where that is not `nil`.
  public typealias Exporter = @Sendable (_ format: String, _ atMost: Int?) async throws -> Export
  /// Reads a file; the answer is `{"accepted", "lost": {reason: count}}`.
  public typealias Importer =
    @Sendable (_ format: String, _ upload: Upload) async throws ->
    JSONValue

  var exports: [Format]
  var imports: [Format]
  var export: Exporter
  var read: Importer

  /// Creates a list of formats with what writes and reads them.
  public init(
    exports: [Format], imports: [Format], export: @escaping Exporter, read: @escaping Importer
  ) {
    self.exports = exports
    self.imports = imports
    self.export = export
    self.read = read
  }

  /// No formats.
  public static let none = StudioFormats(
    exports: [], imports: [],
    export: { format, _ in throw RLHFError(.notFound, "there is no format '\(format)'.") },
    read: { format, _ in throw RLHFError(.notFound, "there is no format '\(format)'.") })

  var json: JSONValue {
    func list(_ formats: [Format]) -> JSONValue {
      .array(formats.map { ["id": .string($0.id), "title": .string($0.title)] })
    }
    return ["export": list(exports), "import": list(imports)]
  }
}
