import Alignment
import ArgumentParser
import Foundation
import RLHFCore
import RLHFPlugin
import Tracking

struct RateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rate", abstract: "Score files with a reward model.",
    discussion: """
      Takes files and folders that the plugin reads, and JSON Lines of the forms that 'rlhf import' reads. What cannot \
      be read is named on standard error and passed over; the exit code is 1 then.
      """)

  @Argument(help: "The files, or folders to search for them.")
  var files: [String]

  @Option(help: "The id of the plugin. Default: that of the project.")
  var plugin: String?

  @Option(name: [.short, .long], help: "The project's folder.")
  var project = "."

  @Option(
    help:
      "The reward model: a run of the project, or a directory. Default: the newest finished 'reward' run."
  )
  var reward: String?

  @Option(
    help: "What the artifacts were asked to be, as text. Default: what each file tells by itself.")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "Write scores.jsonl, scores.csv, report.html and the plugin's overview into this folder.",
      valueName: "folder"))
  var out: String?

  @OptionGroup var output: OutputOptions

  private var folder: URL {
    URL(filePath: project, directoryHint: .isDirectory).standardizedFileURL
  }

  @MainActor func run() async throws {
    let isProject = FileManager.default.fileExists(
      atPath: ProjectFiles.settings(in: folder).path)
    guard let plugin = try plugin ?? (isProject ? ProjectFiles.plugin(in: folder) : nil) else {
      throw RLHFError(
        .usage,
        "\(folder.path) is no project, so that the plugin is not known; give --plugin (\(DomainList.ids().joined(separator: ", "))), or --project."
      )
    }
    try open(DomainList.find(plugin), inProject: isProject)
  }

  private func open<D: Domain>(_ domain: D, inProject: Bool) throws {
    var domain = domain
    if inProject, try ProjectFiles.plugin(in: folder) == D.descriptor.id {
      domain = try Project(at: folder, domain: domain).domain
    }
    let model = try ProjectFiles.model(
      reward, of: [.reward], in: folder,
      hint: "Train one with 'rlhf reward', or name a directory with --reward.")
    let asked = try prompt.map { text in
      guard let made = domain.prompt(fromText: text, after: []) else {
        throw RLHFError(.usage, "Prompts of \(D.descriptor.id) cannot be given as text.")
      }
      return made
    }
    let report = try RatingStage(domain: domain, observer: .terminal()).run(
      files.map { URL(filePath: $0).standardizedFileURL }, reward: model, prompt: asked)
    for failure in report.failures {
      Terminal.shared.error("\(failure.name): \(failure.message)")
    }
    let table = RatingTable(report, domain: domain)
    if let out {
      try table.write(to: URL(filePath: out, directoryHint: .isDirectory).standardizedFileURL)
    }
    try output.print(try table.rows(), tables: [table.table])
    guard report.isComplete else {
      throw RLHFError(.cancelled, "Stopped; the scores of the first files are above.")
    }
    if !report.failures.isEmpty {
      let count = report.failures.count
      throw RLHFError(
        .invalidData,
        "\(count) \(count == 1 ? "file or line" : "files or lines") could not be rated; \(report.rated.count) were."
      )
    }
  }
}
