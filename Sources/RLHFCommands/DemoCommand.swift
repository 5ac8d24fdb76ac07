import Alignment
import ArgumentParser
import Foundation
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import Tracking

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run a plugin's sample project from demonstrations to an evaluated policy.",
    discussion:
      "A scripted rater stands in for people; a judge that training never sees compares at the end."
  )

  @Argument(help: "The id of the plugin.")
  var plugin = "text-chat"

  @Option(
    name: [.short, .long],
    help: "The folder of the project; a new one in the temporary folder by default.")
  var project: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting over the sample's.", valueName: "key=value"))
  var overrides: [String] = []

  @OptionGroup var output: OutputOptions

  @MainActor func run() async throws { try await open(DomainList.find(plugin)) }

  /// The program as it was called, so that what is printed can be typed.
  private static var programName: String { CommandLine.arguments.first ?? "rlhf" }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let started = ContinuousClock.now
    guard let sample = try domain.sampleProject() else {
      throw RLHFError(.usage, "The plugin \(plugin) has no sample project.")
    }
    let folder =
      project.map { URL(filePath: $0, directoryHint: .isDirectory).standardizedFileURL }
      ?? FileManager.default.temporaryDirectory.appending(
        path: "rlhf-demo-\(ProcessInfo.processInfo.processIdentifier)", directoryHint: .isDirectory)
    try Project.create(at: folder, domain: domain, settings: sample.settings)
      .add(sample, source: "sample")
    let project = try Project(
      at: folder, domain: domain, overrides: SettingsFile.parse(overrides: overrides))
    guard let rater = try project.domain.makeScriptedRater() else {
      throw RLHFError(.usage, "The sample project of \(plugin) has no scripted rater.")
    }
    let terminal = Terminal.shared
    terminal.note(sample.summary)
    terminal.note("The project is \(folder.path).")
    let observer = StageObserver.terminal()

    let sft = try ProjectFiles.newRun(.sft, named: nil, in: folder)
    try SupervisedStage(project: project, observer: observer).start(in: sft)
    let policy = try project.domain.loadPolicy(from: sft.model)
    let rounds = project.settings.rounds
    // The first reward model begins with as many comparisons as all rounds together will bring.
    let compared = try await ComparisonStage(project: project, observer: observer).run(
      policy: policy, count: rounds.count * rounds.comparisons, rater: rater, origin: sft.name,
      round: 0, seed: project.settings.seed.derived("comparisons"))
    terminal.note(
      "\(rater.id) compared \(compared.comparisons) pairs of the fine-tuned model's samples.")

    let reward = try ProjectFiles.newRun(.reward, named: nil, in: folder)
    let rewardReport = try RewardStage(project: project, observer: observer).start(
      in: reward, policy: sft.model)
    if let heldOut = rewardReport.heldOut {
      terminal.note(
        "The reward model is right on \(NumberStyle.percent(1).text(heldOut.accuracy)) of \(heldOut.count) held-out pairs."
      )
    }
    let ppo = try ProjectFiles.newRun(.ppo, named: nil, in: folder)
    try await PolicyStage(project: project, observer: observer).start(
      in: ppo, base: sft.model, reward: reward.model)
    let evaluation = try ProjectFiles.newRun(.evaluate, named: nil, in: folder)
    let report = try await EvaluationStage(project: project, observer: observer).start(
      in: evaluation, policy: ppo.model, baseline: sft.model, reward: reward.model)
    try output.print(report, tables: RunTables.evaluation(report))
    let elapsed = (ContinuousClock.now - started) / .seconds(1)
    terminal.note("Done in \(NumberStyle.duration(seconds: elapsed)). Curves: \(ppo.report.path)")
    terminal.note("Before and after: \(evaluation.report.path)")
    terminal.note(
      project.domain.fileExtensions.isEmpty
        ? "Talk to it: \(Self.programName) chat --project \(folder.path)"
        : "Sample from it: \(Self.programName) sample --project \(folder.path) --out samples")
  }
}
