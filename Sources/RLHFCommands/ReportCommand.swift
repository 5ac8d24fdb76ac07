import Alignment
import ArgumentParser
import Foundation
import RLHFCore
import Tracking

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Show the runs of a project, or the figures of one run.",
    discussion: "With a run, its report.html is written anew from what the folder holds.")

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "A run. Default: a list of all.")
  var run: String?

  private struct Row: Encodable {
    var run: String
    var state: RunState
  }

  @MainActor func run() async throws {
    let folder = projectOptions.folder
    _ = try ProjectFiles.plugin(in: folder)
    guard let run else {
      try list(in: folder)
      return
    }
    let chosen = RunFolder(url: ProjectFiles.runs(in: folder).appending(path: run))
    _ = try chosen.state()
    let records = try MetricsLog.read(chosen.metrics)
    let names = Set(records.flatMap(\.values.keys)).sorted()
    var table = DataTable(
      "\(run): \(records.count) steps",
      columns: [
        .init("figure"), .init("first", alignment: .trailing), .init("last", alignment: .trailing),
        .init("least", alignment: .trailing), .init("most", alignment: .trailing),
      ])
    var rows: [String: [Double]] = [:]
    for name in names {
      let values = records.compactMap { $0.values[name] }.filter(\.isFinite)
      guard let first = values.first, let last = values.last, let least = values.min(),
        let most = values.max()
      else { continue }
      rows[name] = values
      table.append(.text(name), .number(first), .number(last), .number(least), .number(most))
    }
    try RunReport(of: chosen).write()
    table.note = "The curves and samples are in \(chosen.report.path)"
    try output.print(rows, tables: [table])
  }

  private func list(in folder: URL) throws {
    let runs = ProjectFiles.runs(of: nil, in: folder)
    var table = DataTable(columns: [.init("run"), .init("status"), .init("figures")])
    var rows: [Row] = []
    for run in runs {
      let state = try run.state()
      rows.append(Row(run: run.name, state: state))
      let figures = state.summary.sorted { $0.key < $1.key }
        .map { "\($0.key) \(NumberStyle.automatic.text($0.value))" }
      table.append(
        .text(run.name), .text(state.status.rawValue), .text(figures.joined(separator: ", ")))
    }
    try output.print(rows, tables: [table])
  }
}
