public import Foundation
import GRDB
import RLHFCore

/// Turns the records of a store into the rows of a format.
protocol ExportFormatter {
  /// What stands before the rows.
  var opening: String { get }
  /// What stands between rows.
  var separator: String { get }
  /// What stands after the rows.
  var closing: String { get }
  /// The rows of a record; what has no place is counted in the manifest.
  mutating func rows(of stored: StoredRecord, _ manifest: inout ExportManifest) throws -> [String]
  /// Files that go with the one of the rows, by the ending of their name.
  func companions(_ options: ExportOptions) -> [(ending: String, content: String)]
}

extension ExportFormatter {
  var opening: String { "" }
  var separator: String { "\n" }
  var closing: String { "\n" }
  func companions(_ options: ExportOptions) -> [(ending: String, content: String)] { [] }
}

/// Writes what people said in the form of another program.
///
/// The rows are read and written one group at a time. The file appears when all of it is on disk, and after it its
/// manifest, with counts of what was written and left out, and the SHA-256 of each file.
public struct FeedbackExporter: Sendable {
  private let store: FeedbackStore
  private let content: ExportContent

  /// Creates an exporter; `content` says what people see of a prompt or an artifact.
  public init(_ store: FeedbackStore, content: ExportContent = .plain) {
    self.store = store
    self.content = content
  }

  /// Writes a file and its manifest, and returns what the manifest says.
  @discardableResult
  public func run(
    to url: URL, _ options: ExportOptions, now: Date = Date(),
    progress: ((Int) throws -> Void)? = nil
  ) throws -> ExportManifest {
    guard options.format.isExported else {
      throw RLHFError(.unsupported, "the format '\(options.format.rawValue)' is not written.")
    }
    var manifest = ExportManifest(format: options.format, version: options.version, now: now)
    let records = StoredRecords(
      content: content, split: options.split, criterion: options.criterion,
      hidesRaters: options.hidesRaters)
    let media = ExportMedia(besides: url, options)
    var companions: [(ending: String, content: String)] = []
    let file = try store.read { db in
      var formatter = try formatter(options, records, db)
      manifest.drop("the rater skipped the comparison", try records.skips(db))
      let file = try AtomicFile.write(to: url) { writer in
        var output = Output()
        try output.append(formatter.opening, to: &writer)
        do {
          try logged(options, db, &formatter) { line in
            if let limit = options.limit, manifest.rows >= limit { throw LimitReached() }
            try output.append(manifest.rows > 0 ? "\n" + line : line, to: &writer)
            manifest.rows += 1
          }
          try records.forEach(db) { stored in
            let rows = try formatter.rows(of: stored, &manifest)
            if !rows.isEmpty { try media.add(stored.record) }
            for row in rows {
              if let limit = options.limit, manifest.rows >= limit { throw LimitReached() }
              if manifest.rows > 0 { try output.append(formatter.separator, to: &writer) }
              try output.append(row, to: &writer)
              manifest.rows += 1
            }
            try progress?(manifest.rows)
          }
        } catch is LimitReached {}
        if manifest.rows > 0 || formatter.separator != "\n" {
          try output.append(formatter.closing, to: &writer)
        }
        return try output.finish(&writer, name: url.lastPathComponent)
      }
      companions = formatter.companions(options)
      return file
    }
    manifest.files = [file]
    for companion in companions {
      let name = url.lastPathComponent + companion.ending
      let bytes = Array(companion.content.utf8)
      try AtomicFile.write(
        Data(bytes), to: url.deletingLastPathComponent().appending(path: name))
      manifest.files.append(
        .init(name: name, bytes: bytes.count, sha256: ContentHash(of: bytes).description))
    }
    manifest.files += media.files
    try manifest.write(to: ExportManifest.place(of: url))
    return manifest
  }

  /// Hands over the Studio's own log as it is, which the log of votes goes on from; nothing where rows are left out or
  /// names changed, since that makes it another log.
  private func logged(
    _ options: ExportOptions, _ db: Database, _ formatter: inout any ExportFormatter,
    _ body: (String) throws -> Void
  ) throws {
    guard options.format == .votes, options.split == nil, options.criterion == nil,
      !options.hidesRaters, var log = formatter as? VoteLogFormatter
    else { return }
    let lines = try String.fetchCursor(db, sql: "SELECT line FROM answers ORDER BY id")
    while let line = try lines.next() {
      try body(line)
      log.follow(line)
    }
    log.logged = try Set(
      String.fetchAll(
        db, sql: "SELECT name FROM raters WHERE id IN (SELECT rater FROM answers)"))
    formatter = log
  }

  private func formatter(
    _ options: ExportOptions, _ records: StoredRecords, _ db: Database
  ) throws -> any ExportFormatter {
    switch options.format {
    case .trl:
      let hasMargins = try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM judgments WHERE margin IS NOT NULL)")
      return TRLFormatter(
        form: options.form, keepsTies: options.keepsTies,
        hasMargins: hasMargins == true || options.keepsTies)
    case .argilla: return ArgillaFormatter(mostItems: try records.mostItems(db))
    case .labelStudio: return LabelStudioFormatter()
    case .groundTruth: return GroundTruthFormatter(job: options.title)
    case .arena: return ArenaFormatter()
    case .csv: return TableFormatter(itemCount: try records.mostItems(db))
    case .mediaFolder: return MediaFolderFormatter()
    case .votes: return VoteLogFormatter(project: options.title, version: options.version)
    case .humanEvaluation:
      throw RLHFError(.unsupported, "the format '\(options.format.rawValue)' is not written.")
    }
  }

  private struct LimitReached: Error {}

  /// Gathers what is written into larger pieces, and takes its hash.
  private struct Output {
    private var buffer: [UInt8] = []
    private var hash = ContentHash.Builder()
    private var count = 0

    mutating func append(_ text: String, to writer: inout AtomicFile.Writer) throws {
      buffer += text.utf8
      if buffer.count >= 1 << 16 { try flush(&writer) }
    }

    private mutating func flush(_ writer: inout AtomicFile.Writer) throws {
      try buffer.withUnsafeBytes { bytes in
        hash.update(bytes)
        try writer.write(bytes)
      }
      count += buffer.count
      buffer.removeAll(keepingCapacity: true)
    }

    mutating func finish(
      _ writer: inout AtomicFile.Writer, name: String
    ) throws -> ExportManifest.File {
      try flush(&writer)
      return .init(
        name: name, bytes: count, sha256: hash.finish().description)
    }
  }
}
