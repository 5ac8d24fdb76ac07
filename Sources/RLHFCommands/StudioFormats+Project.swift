import Alignment
import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin
import Studio

extension Project {
  /// The formats in which the Studio gives feedback away and takes it in.
  ///
  /// Files that records show are not taken in over the net, and not sent: only their hashes are named.
  var studioFormats: StudioFormats {
    func list(_ formats: [FeedbackFormat]) -> [StudioFormats.Format] {
      formats.map { .init(id: $0.rawValue, title: $0.title) }
    }
    return StudioFormats(
      exports: list(FeedbackFormat.allCases.filter(\.isExported)),
      imports: list(FeedbackFormat.allCases.filter { $0.isImported && $0 != .mediaFolder }),
      export: { id, limit in
        let format = try Self.format(id)
        return try Self.inTemporaryFolder { folder in
          var options = ExportOptions(format: format)
          options.limit = limit
          options.media = .none
          let file = folder.appending(path: "\(D.descriptor.id)-\(id).\(format.fileExtension)")
          let manifest = try exportFeedback(to: file, options)
          return StudioFormats.Export(
            name: file.lastPathComponent, type: format.mediaType,
            content: try Data(contentsOf: file),
            manifest: [
              "rows": .integer(manifest.rows),
              "dropped": .object(manifest.dropped.mapValues { .integer($0) }),
              "simplified": .object(manifest.simplified.mapValues { .integer($0) }),
              "sha256": .string(manifest.files.first?.sha256 ?? ""),
            ])
        }
      },
      read: { id, upload in
        let format = try Self.format(id)
        return try Self.inTemporaryFolder { folder in
          let file = folder.appending(path: "upload")
          try upload.content.write(to: file)
          let options = ImportOptions(
            split: splitRule, source: upload.name, skipsInvalid: true, format: format)
          do {
            let summary = try Importer { try domain.records(from: $0) }.run(
              [file], into: store, options: options)
            let tally = summary.tally
            let lost = summary.files.flatMap(\.losses).map {
              ($0.reason, JSONValue.integer($0.count))
            }
            return [
              "accepted": .integer(
                tally.judgments + tally.rankings + tally.ratings + tally.demonstrations
                  + tally.prompts),
              "known": .integer(tally.known),
              "lost": .object(Dictionary(lost, uniquingKeysWith: { $1 })),
            ]
          } catch let error as RLHFError {
            // The path of a temporary file says nothing to whoever sent it.
            throw RLHFError(
              error.code, error.message.replacing(file.path, with: upload.name), cause: error.cause)
          }
        }
      })
  }

  private static func format(_ id: String) throws -> FeedbackFormat {
    guard let format = FeedbackFormat(rawValue: id) else {
      throw RLHFError(.notFound, "there is no format '\(id)'.")
    }
    return format
  }

  private static func inTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "rlhf-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}

extension FeedbackFormat {
  /// What a file of the format is, as a MIME type.
  fileprivate var mediaType: String {
    switch self {
    case .csv: "text/csv; charset=utf-8"
    case .argilla, .labelStudio: "application/json"
    default: "application/x-ndjson"
    }
  }
}
