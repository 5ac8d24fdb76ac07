public import Foundation
import GRDB
public import RLHFCore

/// Reads files of JSON Lines, plain or gzip, into a store; a domain says what a line means.
///
/// All files of one call are imported, or none: the transaction is undone when an error is thrown. What cannot be
/// used is counted by reason, never dropped in silence.
public struct Importer<Prompt: Codable & Sendable, Artifact: Codable & Sendable> {
  /// Turns a line into records.
  ///
  /// Throws `UnusableRecord` for what is well formed but teaches nothing.
  public typealias Parse = (JSONValue) throws -> [FeedbackRecord<Prompt, Artifact>]

  private let parse: Parse

  /// Creates an importer for data that `parse` understands.
  public init(parse: @escaping Parse) {
    self.parse = parse
  }

  /// Imports files.
  ///
  /// `progress` is called every few hundred lines; an error that it throws stops the import, and nothing is kept.
  @discardableResult
  public func run(
    _ files: [URL], into store: FeedbackStore, options: ImportOptions = ImportOptions(),
    progress: ((ImportProgress) throws -> Void)? = nil
  ) throws -> ImportSummary {
    try store.write { db in
      try ImportSummary(
        files: files.map { try importFile($0, db, options: options, progress: progress) })
    }
  }

  private func importFile(
    _ url: URL, _ db: Database, options: ImportOptions,
    progress: ((ImportProgress) throws -> Void)?
  ) throws -> FileImport {
    let file = try JSONLines(url)
    let writer = StoreWriter(db)
    let context = StoreWriter.Context(
      source: options.source ?? url.lastPathComponent, round: 0, split: options.split)
    var result = FileImport(file: url.path, contentHash: "", isRepetition: false)
    var used = 0
    while let line = try file.next() {
      result.lines += 1
      do {
        used += try add(line, to: writer, context, options, losses: &result)
      } catch let error as InvalidLine {
        guard options.skipsInvalid else { throw error.error }
        result.lose(error.reason, line: line.number)
      }
      if result.lines.isMultiple(of: 256) {
        try progress?(
          ImportProgress(
            file: url.path, lines: result.lines, bytes: file.lines.bytesRead,
            size: file.lines.size))
      }
    }
    guard result.lines > 0 else { throw JSONLines.emptyFile(url) }
    guard used > 0 else { throw nothingUsable(result) }
    try finish(&result, file.lines.contentHash(), db, writer)
    return result
  }

  /// Adds the records of a line, and returns how many could be used.
  private func add(
    _ line: JSONLines.Line, to writer: StoreWriter, _ context: StoreWriter.Context,
    _ options: ImportOptions, losses: inout FileImport
  ) throws -> Int {
    let place = "\(losses.file):\(line.number)"
    var used = 0
    func lose(_ error: UnusableRecord) throws {
      if options.isStrict {
        throw RLHFError(.invalidData, "\(place): the record cannot be used: \(error.reason).")
      }
      losses.lose(error.reason, line: line.number)
    }
    let records: [FeedbackRecord<Prompt, Artifact>]
    do {
      records = try parsed(line, place)
    } catch let error as UnusableRecord {
      try lose(error)
      return 0
    }
    let first = try records.first.map { try writer.payload($0.prompt) }
    for (index, record) in records.enumerated() {
      do {
        try writer.add(
          record, rater: options.rater, kind: .imported, context,
          prompt: index == 0 ? first : nil, group: first?.hash)
        used += 1
      } catch let error as UnusableRecord {
        try lose(error)
      }
    }
    return used
  }

  private func parsed(
    _ line: JSONLines.Line, _ place: String
  ) throws -> [FeedbackRecord<Prompt, Artifact>] {
    let json: JSONValue
    switch line.value {
    case .success(let value): json = value
    case .failure(let error): throw InvalidLine(reason: "not JSON", error: error)
    }
    do {
      let records = try parse(json)
      if records.isEmpty { throw UnusableRecord("the record holds nothing to learn from") }
      return records
    } catch let error as UnusableRecord {
      throw error
    } catch let error as RLHFError {
      let located = RLHFError(error.code, "\(place): \(error.message)", cause: error.cause)
      throw InvalidLine(reason: "not of a known form", error: located)
    } catch {
      let located = RLHFError(
        .invalidData, "\(place): the line is not of the expected form.", cause: error)
      throw InvalidLine(reason: "not of a known form", error: located)
    }
  }

  private func nothingUsable(_ result: FileImport) -> RLHFError {
    let reasons = result.losses.map { loss in
      let lines = loss.lines.map(String.init).joined(separator: ", ")
      let more = loss.count > loss.lines.count ? ", …" : ""
      return "\(loss.reason) (\(loss.count), line \(lines)\(more))"
    }
    return RLHFError(
      .invalidData,
      "\(result.file) holds nothing that can be used: \(reasons.joined(separator: "; ")).")
  }

  private func finish(
    _ result: inout FileImport, _ hash: ContentHash, _ db: Database, _ writer: StoreWriter
  ) throws {
    let key = Data(hash.bytes)
    result.contentHash = hash.description
    result.isRepetition =
      try Bool.fetchOne(
        db, sql: "SELECT EXISTS (SELECT 1 FROM imports WHERE hash = ?)", arguments: [key]) ?? false
    result.tally = writer.tally
    let summary = try writer.payload(result)
    try writer.insert(
      "INSERT INTO imports (file, hash, summary, created) VALUES (?, ?, ?, ?)",
      [result.file, key, summary.json, writer.created])
  }
}

/// A line that stops an import unless such lines are passed over.
private struct InvalidLine: Error {
  var reason: String
  var error: RLHFError
}

extension FeedbackRecord {
  fileprivate var prompt: Prompt {
    switch self {
    case .prompt(let prompt): prompt
    case .demonstration(let sample): sample.prompt
    case .preference(let pair): pair.prompt
    case .ranking(let ranking): ranking.prompt
    case .rating(let rating): rating.prompt
    }
  }
}
