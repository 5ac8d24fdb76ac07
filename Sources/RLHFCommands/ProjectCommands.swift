import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin
import Tracking

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a project in a folder.")

  @Argument(help: "The folder; made if need be.")
  var folder = "."

  @Option(help: "The id of the plugin; see 'rlhf plugins'.")
  var plugin = "text-chat"

  @Flag(help: "Begin with the plugin's sample project: settings, demonstrations and prompts.")
  var sample = false

  @MainActor func run() async throws { try open(DomainList.find(plugin)) }

  private func open<D: Domain>(_ domain: D) throws {
    let url = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
    var content: SampleProject<D.Prompt, D.Artifact>?
    if sample {
      content = try domain.sampleProject()
      guard content != nil else {
        throw RLHFError(.usage, "The plugin \(plugin) has no sample project; leave --sample out.")
      }
    }
    let project = try Project.create(
      at: url, domain: domain, settings: content?.settings ?? .object([:]))
    if let content { try project.add(content, source: "sample") }
    Terminal.shared.output("Made a \(D.descriptor.title.lowercased()) project in \(url.path).")
  }
}

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add prompts, demonstrations and what people said from files.",
    discussion: """
      JSON Lines, plain or gzip. Text chat reads hh-rlhf transcripts and TRL's preference, conversation, \
      prompt-completion and prompt forms. Records of Argilla, Label Studio, SageMaker Ground Truth, arenas, tables of \
      votes and folders of media files keep who said it. A folder of files that the plugin reads, without a \
      metadata.jsonl, is one of demonstrations. Importing a file again adds nothing.
      """)

  enum SplitArgument: String, ExpressibleByArgument, CaseIterable {
    case train, heldout, auto
  }

  @Argument(help: "The files, or folders of media files.")
  var files: [String]

  @OptionGroup var formatOptions: ImportFormatOptions
  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "Where new prompts go; 'auto' keeps heldOutFraction of them for evaluation.")
  var split = SplitArgument.auto

  @Flag(help: "Stop at the first record that cannot be used, and add nothing.")
  var strict = false

  @Flag(help: "Count lines that are not JSON, or of no known form, and go on.")
  var skipInvalid = false

  @MainActor func run() async throws { try open(projectOptions.domain()) }

  private func open<D: Domain>(_ domain: D) throws {
    let project = try projectOptions.open(domain)
    let rule: SplitRule =
      switch split {
      case .train: .fixed(.train)
      case .heldout: .fixed(.heldOut)
      case .auto: project.splitRule
      }
    var options = ImportOptions(split: rule, isStrict: strict, skipsInvalid: skipInvalid)
    try formatOptions.apply(to: &options)
    let media = MediaIntake(project)
    options.addMedia = { try media.reference(to: $0) }
    let urls = files.map { URL(filePath: $0) }
    var summary = try Importer { try project.domain.records(from: $0) }.run(
      urls.filter { !project.isArtifacts($0) }, into: project.store, options: options
    ) { progress in
      Terminal.shared.progress(
        title: "Importing \(URL(filePath: progress.file).lastPathComponent)",
        done: progress.bytes, total: max(progress.size, 1), unit: "bytes", figures: [])
    }
    try media.finish(project.store)
    for url in urls where project.isArtifacts(url) {
      summary.files.append(try artifacts(in: url, project, rule))
    }
    let counts = try project.store.counts()
    try output.print(summary, tables: tables(summary, counts))
  }

  /// Adds a folder of files that are demonstrations by themselves.
  private func artifacts<D: Domain>(
    in url: URL, _ project: Project<D>, _ rule: SplitRule
  ) throws -> FileImport {
    let added = try project.addDemonstrations(files: url, split: rule, observer: .terminal())
    for failure in added.failures {
      Terminal.shared.error("\(failure.name): \(failure.message)")
    }
    if strict, let failure = added.failures.first {
      throw RLHFError(.invalidData, "\(failure.name): \(failure.message)")
    }
    return FileImport(
      file: url.path, lines: added.count, tally: added.tally, losses: added.failures.map(\.message))
  }

  private func tables(_ summary: ImportSummary, _ counts: FeedbackCounts) -> [DataTable] {
    var table = DataTable(
      "Imported",
      columns: [
        .init("file"), .init("lines", alignment: .trailing), .init("prompts", alignment: .trailing),
        .init("demonstrations", alignment: .trailing),
        .init("judgments", alignment: .trailing), .init("known", alignment: .trailing),
      ])
    var losses: [String] = []
    for file in summary.files {
      let name = URL(filePath: file.file).lastPathComponent
      table.append(
        .text(name), .integer(file.lines), .integer(file.tally.prompts),
        .integer(file.tally.demonstrations),
        .integer(file.tally.judgments + file.tally.rankings + file.tally.ratings),
        .integer(file.tally.known))
      for loss in file.losses {
        losses.append(
          "\(name): \(loss.count) not used: \(loss.reason) (line \(loss.lines.map(String.init).joined(separator: ", "))\(loss.count > loss.lines.count ? ", …" : ""))"
        )
      }
    }
    table.note = losses.isEmpty ? nil : losses.joined(separator: "\n")
    var store = DataTable(
      "The store now",
      columns: [
        .init("what"), .init("train", alignment: .trailing),
        .init("held out", alignment: .trailing),
      ])
    for (name, count) in [
      ("prompts", counts.prompts), ("demonstrations", counts.demonstrations),
      ("preference pairs", counts.pairs), ("rankings", counts.rankings),
      ("ratings", counts.ratings),
    ] {
      store.append(.text(name), .integer(count.train), .integer(count.heldOut))
    }
    return [table, store]
  }
}

struct PluginsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugins", abstract: "List the plugins of this program.")

  @OptionGroup var output: OutputOptions

  private struct Row: Encodable {
    var id: String
    var title: String
    var question: String
    var criteria: [String]
  }

  func run() throws {
    let rows = DomainList.all.map(DomainList.descriptor(of:)).map {
      Row(id: $0.id, title: $0.title, question: $0.question, criteria: $0.criteria.map(\.title))
    }
    var table = DataTable(columns: [
      .init("id"), .init("title"), .init("question"), .init("criteria"),
    ])
    for row in rows {
      table.append(
        .text(row.id), .text(row.title), .text(row.question),
        .text(row.criteria.joined(separator: ", ")))
    }
    try output.print(rows, tables: [table])
  }
}
