public import Foundation
import GRDB
public import RLHFCore

/// Reads files into a store, plain or gzip; a domain says what a line means.
///
/// Lines that the domain understands are handed to it as they are; records of another ``FeedbackFormat`` are put into
/// such lines, one for each vote, and keep who said it, ties, and when it was said.
///
/// All files of one call are imported, or none: the transaction is undone when an error is thrown. What cannot be
/// used is counted by reason, never dropped in silence.
public struct Importer<Prompt: Codable & Sendable, Artifact: Codable & Sendable> {
  /// Turns a line into records.
  ///
  /// Throws `UnusableRecord` for what is well formed but teaches nothing.
  public typealias Parse = (JSONValue) throws -> [FeedbackRecord<Prompt, Artifact>]

  let parse: Parse

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
        files: files.map {
          try importFile($0, db, store.files, options: options, progress: progress)
        })
    }
  }

  private func importFile(
    _ url: URL, _ db: Database, _ vault: FileVault?, options: ImportOptions,
    progress: ((ImportProgress) throws -> Void)?
  ) throws -> FileImport {
    let format = try options.format ?? FeedbackFormat.detect(url)
    let writer = StoreWriter(db, files: vault)
    let context = StoreWriter.Context(
      source: options.source ?? url.lastPathComponent, round: 0, split: options.split)
    var result = FileImport(file: url.path, contentHash: "", isRepetition: false, format: format)
    let source =
      format == .trl
      ? try ExchangeSource(lines: url) : try ExchangeSource(url, format, options: options)
    var used = 0
    while let entry = try source.next() {
      result.lines += 1
      do {
        switch entry.content {
        case .line(let line):
          used += try add(line, to: writer, context, options, losses: &result)
        case .records(let parse):
          used += try add(parse, at: entry.number, to: writer, context, options, losses: &result)
        case .unusable(let error):
          try lose(error, at: entry.number, options, &result)
        case .invalid(let error): throw error
        }
      } catch let error as InvalidLine {
        guard options.skipsInvalid else { throw error.error }
        result.lose(error.reason, line: entry.number)
      }
      if result.lines.isMultiple(of: 256) {
        try progress?(
          ImportProgress(
            file: url.path, lines: result.lines, bytes: source.lines.bytesRead,
            size: source.lines.size))
      }
    }
    guard result.lines > 0 else { throw JSONLines.emptyFile(url) }
    guard used > 0 else { throw nothingUsable(result) }
    try finish(&result, source.lines.contentHash(), db, writer)
    return result
  }

  /// Counts a record that cannot be used, or stops where the options ask for it.
  func lose(
    _ error: UnusableRecord, at line: Int, _ options: ImportOptions, _ result: inout FileImport
  ) throws {
    // An export that comes back is no mistake, even where it holds nothing else.
    if options.isStrict, error != .alreadyStored {
      throw RLHFError(
        .invalidData, "\(result.file):\(line): the record cannot be used: \(error.reason).")
    }
    result.lose(error.reason, line: line)
  }

  /// Adds the records of a line, and returns how many could be used.
  private func add(
    _ line: JSONLines.Line, to writer: StoreWriter, _ context: StoreWriter.Context,
    _ options: ImportOptions, losses: inout FileImport
  ) throws -> Int {
    let place = "\(losses.file):\(line.number)"
    var used = 0
    let records: [FeedbackRecord<Prompt, Artifact>]
    do {
      records = try parsed(line, place)
    } catch let error as UnusableRecord {
      try lose(error, at: line.number, options, &losses)
      return 0
    }
    let first = try records.first.map { try writer.payload($0.prompt) }
    // What an export of this program says beside TRL's own members.
    let meta = try? line.value.get()["meta"]
    let rater = meta?["rater"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    let criterion = rater == nil ? nil : meta?["criterion"]?.stringValue
    for (index, record) in records.enumerated() {
      do {
        let record = criterion.map { record.about($0) } ?? record
        if let rater {
          try writer.requireNew(
            record, by: rater, criterion: criterion ?? Criterion.overall.id)
        }
        try writer.add(
          record,
          rater: rater.map { try writer.importedName($0) } ?? options.rater, kind: .imported,
          context, prompt: index == 0 ? first : nil, group: first?.hash)
        used += 1
      } catch let error as UnusableRecord {
        try lose(error, at: line.number, options, &losses)
        if error == .alreadyStored { used += 1 }
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
struct InvalidLine: Error {
  var reason: String
  var error: RLHFError
}

extension FeedbackRecord {
  /// The same, said about a criterion.
  fileprivate func about(_ criterion: String) -> FeedbackRecord {
    switch self {
    case .prompt, .demonstration: return self
    case .preference(var pair):
      pair.criterion = criterion
      return .preference(pair)
    case .ranking(var ranking):
      ranking.criterion = criterion
      return .ranking(ranking)
    case .rating(var rating):
      rating.criterion = criterion
      return .rating(rating)
    }
  }

  var prompt: Prompt {
    switch self {
    case .prompt(let prompt): prompt
    case .demonstration(let sample): sample.prompt
    case .preference(let pair): pair.prompt
    case .ranking(let ranking): ranking.prompt
    case .rating(let rating): rating.prompt
    }
  }
}
