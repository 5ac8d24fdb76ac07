import Foundation
import RLHFCore

/// The entries of a file in any format, one after another.
final class ExchangeSource {
  /// One entry, and the line on which it begins.
  struct Entry {
    enum Content {
      /// A line for the domain.
      case line(JSONLines.Line)
      /// Records of a format.
      case records(ExchangeParse)
      /// Well formed, and of no use.
      case unusable(UnusableRecord)
      /// Not of the format.
      case invalid(InvalidLine)
    }

    var number: Int
    var content: Content
  }

  /// The file underneath.
  let lines: TextLines
  private let read: () throws -> Entry?

  /// Opens a file of lines that the domain reads.
  init(lines url: URL) throws {
    let file = try JSONLines(url)
    lines = file.lines
    read = { try file.next().map { Entry(number: $0.number, content: .line($0)) } }
  }

  /// Opens a file of another format, or a media folder.
  init(_ url: URL, _ format: FeedbackFormat, options: ImportOptions) throws {
    var file = url
    var isFolder: ObjCBool = false
    if format == .mediaFolder,
      FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue
    {
      file = url.appending(path: "metadata.jsonl")
    }
    let reading = ExchangeReading(
      takesSuggestions: options.takesSuggestions, scale: options.scale,
      folder: file.deletingLastPathComponent(), addMedia: options.addMedia)
    let path = file.path
    if format == .csv {
      let rows = try CSVRows(file)
      lines = rows.lines
      guard let header = try rows.next() else {
        read = { nil }
        return
      }
      let table = TableReader(header: header.cells)
      guard table.isKnown else {
        throw RLHFError(
          .invalidData,
          "\(path) has no column of a known name; expected one such as 'winner', 'chosen' with 'rejected', or 'rating'."
        )
      }
      read = {
        try rows.next().map { row in
          Self.entry(row.number, path) { try table.parse(row.cells, reading) }
        }
      }
      return
    }
    guard let parse = format.parser else {
      throw RLHFError(
        .unsupported, "\(path): files of the format '\(format.rawValue)' are not imported.")
    }
    let records = try JSONRecords(file)
    lines = records.lines
    read = {
      try records.next().map { record in
        switch record.value {
        case .success(let json): Self.entry(record.number, path) { try parse(json, reading) }
        case .failure(let error):
          Entry(
            number: record.number, content: .invalid(InvalidLine(reason: "not JSON", error: error)))
        }
      }
    }
  }

  /// The next entry, or `nil` at the end.
  func next() throws -> Entry? { try read() }

  private static func entry(
    _ number: Int, _ path: String, _ parse: () throws -> ExchangeParse
  ) -> Entry {
    do {
      return Entry(number: number, content: .records(try parse()))
    } catch let error as UnusableRecord {
      return Entry(number: number, content: .unusable(error))
    } catch {
      let known = error as? RLHFError
      let message = known?.message ?? "the record is not of the expected form."
      let located = RLHFError(
        known?.code ?? .invalidData, "\(path):\(number): \(message)", cause: known?.cause ?? error)
      return Entry(
        number: number,
        content: .invalid(InvalidLine(reason: "not of a known form", error: located)))
    }
  }
}

extension FeedbackFormat {
  /// What reads a record of the format; `nil` for those that are no JSON, or not read at all.
  var parser: ((JSONValue, ExchangeReading) throws -> ExchangeParse)? {
    switch self {
    case .argilla: ArgillaReader.parse
    case .labelStudio: LabelStudioReader.parse
    case .groundTruth: GroundTruthReader.parse
    case .humanEvaluation: HumanEvaluationReader.parse
    case .arena: ArenaReader.parse
    case .mediaFolder: MediaFolderReader.parse
    case .trl, .csv, .votes: nil
    }
  }
}
