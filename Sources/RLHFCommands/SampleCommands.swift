import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import Presentation
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

  @Option(help: "The number of samples, or of comparisons with --rate or --queue.")
  var count = 8

  @Flag(help: "Sample pairs, let the domain's scripted rater compare them, and keep its judgments.")
  var rate = false

  @Flag(help: "Sample pairs and bring them before people: see 'rlhf studio' and 'rlhf label'.")
  var queue = false

  @Option(
    help:
      "With --queue, the policy of the second side: a run or a model directory. People do not see which is which."
  )
  var against: String?

  @Option(help: "With --queue, the criterion that people judge by. Default: the plugin's first.")
  var criterion: String?

  @Option(help: "With --queue, how many people judge each comparison.")
  var overlap = 1

  @Option(
    help: ArgumentHelp(
      "Sample this often for each prompt, and show the sample that a reward model prefers.",
      valueName: "n"))
  var bestOf: Int?

  @Option(
    help: "The reward model of --best-of: a run. Default: the newest finished 'reward' run.")
  var reward: String?

  @Option(
    help: ArgumentHelp(
      "Write the samples as files into this folder, with a metadata.jsonl, where they are files.",
      valueName: "folder"))
  var out: String?

  private struct Row: Encodable {
    var prompt: JSONValue
    var artifact: JSONValue
    /// What people see of it.
    var shown: Shown
  }

  private struct Shown: Encodable {
    var prompt: [ContentBlock]
    var artifact: [ContentBlock]
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
    guard !queue || (!rate && bestOf == nil) else {
      throw ValidationError("--queue cannot go with --rate or --best-of.")
    }
    guard queue || (against == nil && criterion == nil && overlap == 1) else {
      throw ValidationError("--against, --criterion and --overlap go with --queue.")
    }
    guard overlap > 0 else {
      throw ValidationError("--overlap is \(overlap); expected at least 1.")
    }
    guard out == nil || !(queue || rate || bestOf != nil) else {
      throw ValidationError("--out cannot go with --rate, --queue or --best-of.")
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
    if queue {
      try samplePairs(project, policy, origin: directory)
      return
    }
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
    if let out {
      let folder = URL(filePath: out, directoryHint: .isDirectory).standardizedFileURL
      let samples = zip(prompts, artifacts).map { Sample(prompt: $0, artifact: $1) }
      Terminal.shared.note(
        "Wrote \(try project.write(samples, to: folder).count) files to \(folder.path).")
    }
    var table = DataTable(columns: [.init("prompt"), .init("sample")])
    for (prompt, artifact) in zip(prompts, artifacts) {
      table.append(
        .text(project.domain.text(of: prompt)), .text(project.domain.text(of: artifact)))
    }
    let rows = try zip(prompts, artifacts).map { prompt, artifact in
      Row(
        prompt: try JSONValue(encoding: prompt), artifact: try JSONValue(encoding: artifact),
        shown: Shown(
          prompt: try project.domain.content(of: prompt, addMedia: project.addMedia(_:type:)),
          artifact: try project.domain.content(of: artifact, addMedia: project.addMedia(_:type:))))
    }
    try output.print(rows, tables: [table])
  }

  private func samplePairs<D: Domain>(
    _ project: Project<D>, _ policy: D.DomainPolicy, origin: URL
  ) throws {
    let folder = projectOptions.folder
    let other = try against.map {
      try ProjectFiles.model($0, of: [.ppo, .dpo, .sft], in: folder, hint: "")
    }
    let round = (try project.store.counts().latestRound ?? -1) + 1
    let sampled = try ComparisonStage(project: project, observer: .terminal()).sampleForPeople(
      policy: policy, origin: ProjectFiles.origin(of: origin, in: folder),
      against: other.map(project.domain.loadPolicy(from:)),
      otherOrigin: other.map { ProjectFiles.origin(of: $0, in: folder) }, count: count,
      round: round, seed: project.settings.seed.derived("people", round))
    let queued = try project.fillQueue(criterion: criterion, overlap: overlap)
    var table = DataTable(columns: [
      .init("new comparisons", alignment: .trailing),
      .init("put into the queue", alignment: .trailing),
    ])
    table.append(.integer(sampled), .integer(queued.pairs))
    try output.print(["comparisons": sampled, "queued": queued.pairs], tables: [table])
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
