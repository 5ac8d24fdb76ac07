import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin
import Tracking

struct SampleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Sample artifacts from a policy, or pairs for a rater.")

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "A run or a model directory. Default: the newest finished run.")
  var from: String?

  @Option(help: "A prompt as text. Default: prompts of the project.")
  var prompt: String?

  @Option(help: "The number of samples, or of comparisons with --rate.")
  var count = 8

  @Flag(help: "Sample pairs, let the domain's scripted rater compare them, and keep its judgments.")
  var rate = false

  @Option(
    help: ArgumentHelp(
      "Sample this often for each prompt, and show the sample that a reward model prefers.",
      valueName: "n"))
  var bestOf: Int?

  @Option(
    help: "The reward model of --best-of: a run. Default: the newest finished 'reward' run.")
  var reward: String?

  private struct Row: Encodable {
    var prompt: JSONValue
    var artifact: JSONValue
  }

  @MainActor func run() async throws { try await open(projectOptions.domain()) }

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count is \(count); expected at least 1.") }
    if let bestOf, bestOf < 1 {
      throw ValidationError("--best-of is \(bestOf); expected at least 1.")
    }
    guard bestOf == nil || !rate else {
      throw ValidationError("--best-of cannot go with --rate.")
    }
    guard reward == nil || bestOf != nil else {
      throw ValidationError("--reward goes with --best-of.")
    }
  }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let project = try projectOptions.open(domain)
    let directory = try ProjectFiles.model(
      from, of: [.ppo, .dpo, .sft], in: projectOptions.folder, hint: "Train one with 'rlhf sft'.")
    if let bestOf {
      try await showBest(of: bestOf, project, policy: directory)
      return
    }
    let policy = try project.domain.loadPolicy(from: directory)
    let seed = project.settings.seed.derived("sample")
    if rate {
      guard let rater = try project.domain.makeScriptedRater() else {
        throw RLHFError(.usage, "\(D.descriptor.id) has no scripted rater in this project.")
      }
      let result = try await ComparisonStage(project: project, observer: .terminal()).run(
        policy: policy, count: count, rater: rater, origin: directory.path, round: 0, seed: seed)
      var table = DataTable(
        columns: [
          .init("rater"), .init("comparisons", alignment: .trailing),
          .init("new", alignment: .trailing),
        ])
      table.append(.text(rater.id), .integer(result.comparisons), .integer(result.added))
      try output.print(
        ["comparisons": result.comparisons, "added": result.added], tables: [table])
      return
    }
    let prompts = try chosenPrompts(project)
    let artifacts = try policy.artifacts(of: policy.sample(prompts, seed: seed))
    var table = DataTable(columns: [.init("prompt"), .init("sample")])
    for (prompt, artifact) in zip(prompts, artifacts) {
      table.append(
        .text(project.domain.text(of: prompt)), .text(project.domain.text(of: artifact)))
    }
    let rows = try zip(prompts, artifacts).map {
      Row(prompt: try JSONValue(encoding: $0), artifact: try JSONValue(encoding: $1))
    }
    try output.print(rows, tables: [table])
  }

  @MainActor private func showBest<D: Domain>(
    of number: Int, _ project: Project<D>, policy: URL
  ) async throws {
    let scores = try ProjectFiles.model(
      reward, of: [.reward], in: projectOptions.folder, hint: "Train one with 'rlhf reward'.")
    let report = try await BestOfNStage(project: project).run(
      chosenPrompts(project), count: number, policy: policy, reward: scores)
    try output.print(report, tables: RunTables.bestOfN(report))
  }

  private func chosenPrompts<D: Domain>(_ project: Project<D>) throws -> [D.Prompt] {
    if let prompt {
      guard let made = project.domain.prompt(fromText: prompt, after: []) else {
        throw RLHFError(.usage, "Prompts of \(D.descriptor.id) cannot be given as text.")
      }
      return Array(repeating: made, count: count)
    }
    let heldOut = try project.prompts(.heldOut)
    let prompts = heldOut.isEmpty ? try project.trainingPrompts() : heldOut
    guard !prompts.isEmpty else {
      throw RLHFError(.invalidData, "The project has no prompts. Import some, or give --prompt.")
    }
    return Array(prompts.prefix(count))
  }
}

struct ChatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat", abstract: "Talk to a policy: a line is a turn, an empty line ends.")

  @OptionGroup var projectOptions: ProjectOptions

  @Option(help: "A run or a model directory. Default: the newest finished run.")
  var from: String?

  @MainActor func run() async throws { try open(projectOptions.domain()) }

  private func open<D: Domain>(_ domain: D) throws {
    let project = try projectOptions.open(domain)
    let directory = try ProjectFiles.model(
      from, of: [.ppo, .dpo, .sft], in: projectOptions.folder, hint: "Train one with 'rlhf sft'.")
    let policy = try project.domain.loadPolicy(from: directory)
    let isInteractive = isatty(STDIN_FILENO) == 1
    if isInteractive {
      Terminal.shared.note("Talking to \(directory.path). '/reset' forgets the conversation.")
    }
    var turns: [Sample<D.Prompt, D.Artifact>] = []
    var count = 0
    while true {
      if isInteractive { Terminal.shared.outputRaw("> ") }
      guard let line = readLine(), !line.isEmpty, line != "/quit" else { return }
      if line == "/reset" {
        turns = []
        continue
      }
      guard let prompt = project.domain.prompt(fromText: line, after: turns) else {
        throw RLHFError(.unsupported, "\(D.descriptor.id) has no prompts that can be typed.")
      }
      let seed = project.settings.seed.derived("chat", count)
      guard let reply = try policy.artifacts(of: policy.sample([prompt], seed: seed)).first else {
        return
      }
      Terminal.shared.output(project.domain.text(of: reply))
      turns.append(Sample(prompt: prompt, artifact: reply))
      count += 1
    }
  }
}
