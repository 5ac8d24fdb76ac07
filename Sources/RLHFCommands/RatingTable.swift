import Alignment
import Foundation
import RLHFCore
import RLHFPlugin
import Tracking

/// What `rlhf rate` shows and writes of rated artifacts.
struct RatingTable<D: Domain> {
  private let report: RatingReport<D.Prompt, D.Artifact>
  private let domain: D
  private let ranked: [RatedArtifact<D.Prompt, D.Artifact>]
  private let measurements: [String]

  /// How many figures the page shows; the table has all.
  private static var mostFigures: Int { 60 }

  init(_ report: RatingReport<D.Prompt, D.Artifact>, domain: D) {
    self.report = report
    self.domain = domain
    ranked = report.ranked
    measurements = Set(report.rated.flatMap(\.measurements.keys)).sorted()
  }

  /// One line of `scores.jsonl`.
  struct Row: Codable {
    var file: String
    var prompt: JSONValue
    var score: Double
    var scores: [String: Double]
    /// How far the members of an ensemble differ.
    var deviation: Double
    var measurements: [String: Double]
  }

  /// The rows, the best first.
  func rows() throws -> [Row] {
    try ranked.map { rated in
      Row(
        file: rated.name, prompt: try JSONValue(encoding: rated.sample.prompt),
        score: rated.score.total, scores: rated.score.byCriterion,
        deviation: rated.score.deviation, measurements: rated.measurements)
    }
  }

  /// The table, the best first.
  var table: DataTable {
    let criteria = report.criteria.count > 1 ? report.criteria : []
    var table = DataTable(
      columns: [.init("score", alignment: .trailing)]
        + criteria.map { .init($0.title.lowercased(), alignment: .trailing) }
        + measurements.map { .init($0, alignment: .trailing) } + [.init("file")])
    for rated in ranked {
      table.append(
        [.number(rated.score.total)]
          + criteria.map { .number(rated.score.byCriterion[$0.id] ?? .nan) }
          + measurements.map { .number(rated.measurements[$0] ?? .nan) } + [.text(rated.name)])
    }
    if !report.failures.isEmpty { table.note = "\(report.failures.count) could not be rated." }
    return table
  }

  /// Writes the rows as JSON Lines and CSV, a page, and the domain's overview.
  func write(to folder: URL) throws {
    try AtomicFile.makeFolder(folder)
    let lines = try rows().map { try JSONValue(encoding: $0).description + "\n" }
    try AtomicFile.write(lines.joined(), to: folder.appending(path: "scores.jsonl"))
    try AtomicFile.write(csv, to: folder.appending(path: "scores.csv"))
    let overview = try domain.overview(
      of: ranked.map(\.sample), captions: ranked.map { NumberStyle.automatic.text($0.score.total) })
    if let overview {
      try AtomicFile.write(
        Data(overview.bytes()), to: folder.appending(path: "overview.\(overview.nameEnding)"))
    }
    try page(overview).write(to: folder.appending(path: "report.html"))
  }

  private var csv: String {
    let criteria = report.criteria.map(\.id)
    var lines = [["file", "score", "deviation"] + criteria + measurements]
    lines += ranked.map { rated in
      [rated.name, "\(rated.score.total)", "\(rated.score.deviation)"]
        + criteria.map { Self.text(rated.score.byCriterion[$0]) }
        + measurements.map { Self.text(rated.measurements[$0]) }
    }
    return lines.map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
  }

  private func page(_ overview: FileContent?) throws -> Report {
    var page = Report(
      title: "Ratings", summary: "\(D.descriptor.title): \(ranked.count) rated, the best first.")
    if let overview {
      page.sections.append(Report.Section("Overview", [.figures([Report.Figure("", overview)])]))
    }
    let figures = try ranked.prefix(Self.mostFigures).compactMap { rated in
      try domain.file(of: rated.sample.artifact).map { file in
        Report.Figure(
          "\(NumberStyle.automatic.text(rated.score.total))  \(URL(filePath: rated.name).lastPathComponent)",
          file)
      }
    }
    if !figures.isEmpty { page.sections.append(Report.Section("Files", [.figures(figures)])) }
    page.sections.append(Report.Section("Scores", [.table(table)]))
    if !report.failures.isEmpty {
      page.sections.append(
        Report.Section(
          "Not rated", [.notes(report.failures.map { "\($0.name): \($0.message)" })]))
    }
    return page
  }

  private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  /// A field of a table after RFC 4180.
  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "\"" || $0 == "," || $0.isNewline }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
