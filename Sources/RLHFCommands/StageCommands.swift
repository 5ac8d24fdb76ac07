import Alignment
import ArgumentParser
import Foundation
import PolicyOptimization
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import Tracking

struct SFTCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sft", abstract: "Fine-tune a policy on the project's demonstrations.")

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var runOptions: RunOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "A run or a model directory to start from. Default: random weights.")
  var from: String?

  @MainActor func run() async throws { try open(projectOptions.domain()) }

  private func open<D: Domain>(_ domain: D) throws {
    let folder = projectOptions.folder
    let run: RunFolder
    if runOptions.resume {
      run = try runOptions.existing(.sft, in: folder)
      let project = try projectOptions.open(domain, resuming: run)
      try SupervisedStage(project: project, observer: .terminal()).resume(run)
    } else {
      let project = try projectOptions.open(domain)
      run = try runOptions.new(.sft, in: folder)
      let base = try from.map { try ProjectFiles.model($0, of: [.sft], in: folder, hint: "") }
      try SupervisedStage(project: project, observer: .terminal()).start(in: run, base: base)
    }
    try output.print(run.state(), tables: [try RunTables.summary(run)])
  }
}

struct RewardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reward",
    abstract: "Train a reward model on the project's preference pairs, and measure it.")

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var runOptions: RunOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help:
      "The policy that the encoder may begin from: a run or a model directory. Default: the newest finished 'sft' run, if there is one."
  )
  var from: String?

  @OptionGroup var halfOption: HalfOption

  @MainActor func run() async throws { try open(projectOptions.domain()) }

  private func open<D: Domain>(_ domain: D) throws {
    let folder = projectOptions.folder
    let report: RewardReport
    let run: RunFolder
    if runOptions.resume {
      run = try runOptions.existing(.reward, in: folder)
      let project = try projectOptions.open(domain, resuming: run)
      report = try RewardStage(project: project, observer: .terminal()).resume(run)
    } else {
      let project = try projectOptions.open(domain, overriding: halfOption.settings)
      let policy =
        from == nil
        ? try? ProjectFiles.model(nil, of: [.sft], in: folder, hint: "")
        : try ProjectFiles.model(from, of: [.sft], in: folder, hint: "")
      run = try runOptions.new(.reward, in: folder)
      report = try RewardStage(project: project, observer: .terminal()).start(
        in: run, policy: policy)
    }
    try output.print(report, tables: RunTables.reward(report, run: run))
  }
}

struct PPOCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ppo",
    abstract: "Optimise a policy against a reward model by PPO, GRPO, RLOO or REINFORCE++.",
    aliases: ["optimize"])

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var runOptions: RunOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The policy: a run or a model directory. Default: the newest finished 'sft' run.")
  var from: String?

  @Option(help: "The reward model: a run. Default: the newest finished 'reward' run.")
  var reward: String?

  @Option(
    help:
      "A gold reward model that training does not see, a run: it scores the samples along the way. Train one with 'rlhf reward --half second'."
  )
  var gold: String?

  private static let algorithms = PolicyAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")

  @Option(
    help: ArgumentHelp(
      "The algorithm: \(algorithms). Default: that of ppo.algorithm in rlhf.yaml.",
      valueName: "name"),
    transform: { name in
      guard let algorithm = PolicyAlgorithm(rawValue: name) else {
        throw ValidationError("'\(name)' is not an algorithm. Known: \(algorithms).")
      }
      return algorithm
    })
  var algorithm: PolicyAlgorithm?

  @MainActor func run() async throws { try await open(projectOptions.domain()) }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let folder = projectOptions.folder
    let run: RunFolder
    if runOptions.resume {
      guard algorithm == nil else {
        throw RLHFError(
          .usage,
          "--algorithm cannot go with --resume: a run goes on with the settings it was started with."
        )
      }
      run = try runOptions.existing(.ppo, in: folder)
      let project = try projectOptions.open(domain, resuming: run)
      try await PolicyStage(project: project, observer: .terminal()).resume(run)
    } else {
      let chosen = algorithm.map { ["ppo.algorithm=\($0.rawValue)"] } ?? []
      let project = try projectOptions.open(domain, overriding: chosen)
      let base = try ProjectFiles.model(
        from, of: [.sft], in: folder, hint: "Train one with 'rlhf sft', or name one with --from.")
      let scores = try ProjectFiles.model(
        reward, of: [.reward], in: folder, hint: "Train one with 'rlhf reward'.")
      let hidden = try gold.map {
        try ProjectFiles.model($0, of: [.reward], in: folder, hint: "")
      }
      if let hidden, let remark = PreferenceHalf.remark(onGold: hidden, reward: scores) {
        Terminal.shared.note(remark)
      }
      run = try runOptions.new(.ppo, in: folder)
      try await PolicyStage(project: project, observer: .terminal()).start(
        in: run, base: base, reward: scores, gold: hidden)
    }
    try output.print(run.state(), tables: [try RunTables.summary(run)])
  }
}

struct DPOCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dpo",
    abstract: "Train a policy on the project's preferences directly, without a reward model.")

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var runOptions: RunOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The policy: a run or a model directory. Default: the newest finished 'sft' run.")
  var from: String?

  @Option(
    help: ArgumentHelp(
      "The loss, over dpo.loss: \(DirectPreferenceLoss.Kind.allCases.map(\.rawValue).joined(separator: ", ")). 'dpo' is sigmoid.",
      valueName: "name"))
  var loss: String?

  @OptionGroup var halfOption: HalfOption

  @MainActor func run() async throws { try open(projectOptions.domain()) }

  private func open<D: Domain>(_ domain: D) throws {
    let folder = projectOptions.folder
    let run: RunFolder
    if runOptions.resume {
      guard loss == nil else {
        throw RLHFError(
          .usage, "--loss cannot go with --resume: a run goes on with the loss it was started with."
        )
      }
      run = try runOptions.existing(.dpo, in: folder)
      let project = try projectOptions.open(domain, resuming: run)
      try DirectPreferenceStage(project: project, observer: .terminal()).resume(run)
    } else {
      var options = projectOptions
      if let loss { options.overrides.append("dpo.loss=\(loss == "dpo" ? "sigmoid" : loss)") }
      let project = try options.open(domain, overriding: halfOption.settings)
      let base = try ProjectFiles.model(
        from, of: [.sft], in: folder, hint: "Train one with 'rlhf sft', or name one with --from.")
      run = try runOptions.new(.dpo, in: folder)
      try DirectPreferenceStage(project: project, observer: .terminal()).start(in: run, base: base)
    }
    try output.print(run.state(), tables: [try RunTables.summary(run)])
  }
}

struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compare a policy with the one it started from, on held-out prompts.")

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help:
      "The policy: a run or a model directory. Default: the newest finished 'ppo' run, else 'dpo' run."
  )
  var policy: String?

  @Option(
    name: .customLong("run"),
    help: "The name of the run that keeps the result. Default: the stage with the next number.")
  var runName: String?

  @Option(help: "What to compare with. Default: the newest finished 'sft' run.")
  var baseline: String?

  @Option(
    help: "The reward model: a run. Default: the newest finished 'reward' run, if there is one.")
  var reward: String?

  @MainActor func run() async throws { try await open(projectOptions.domain()) }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let folder = projectOptions.folder
    let project = try projectOptions.open(domain)
    let trained = try ProjectFiles.model(
      policy, of: [.ppo, .dpo], in: folder,
      hint: "Train one with 'rlhf ppo' or 'rlhf dpo', or name one with --policy.")
    let start = try ProjectFiles.model(
      baseline, of: [.sft], in: folder, hint: "Name one with --baseline.")
    let scores =
      reward == nil
      ? try? ProjectFiles.model(nil, of: [.reward], in: folder, hint: "")
      : try ProjectFiles.model(reward, of: [.reward], in: folder, hint: "")
    let report = try await EvaluationStage(project: project, observer: .terminal()).start(
      in: ProjectFiles.newRun(.evaluate, named: runName, in: folder), policy: trained,
      baseline: start, reward: scores)
    try output.print(report, tables: RunTables.evaluation(report))
  }
}
