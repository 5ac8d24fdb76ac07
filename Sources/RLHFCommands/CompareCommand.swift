import Alignment
import ArgumentParser
import Foundation
import RLHFCore
import RLHFPlugin

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Train by several methods with several seeds, and measure all by a gold reward model.",
    discussion: """
      The gold reward model must have learned from preferences that no method sees: train the reward model with \
      'rlhf reward --half first --run proxy' and the gold one with 'rlhf reward --half second --run gold'. Direct \
      methods learn from the first half here too. An interrupted comparison goes on when it is called again with the \
      same --run.
      """)

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp(
      "The methods: those of 'rlhf ppo --algorithm', and of 'rlhf dpo --loss'.",
      valueName: "name,…"))
  var methods = "ppo,grpo,rloo,dpo"

  @Option(help: "The number of seeds for each method.")
  var seeds = 3

  @Option(
    help: "The policy to start from: a run or a model directory. Default: the newest 'sft' run.")
  var from: String?

  @Option(help: "The reward model to train against: a run.")
  var reward = "proxy"

  @Option(help: "The reward model to measure by: a run.")
  var gold = "gold"

  @Option(
    name: .customLong("run"),
    help: "The run's name; an unfinished one goes on. Default: the stage with the next number.")
  var runName: String?

  @MainActor func run() async throws { try await open(projectOptions.domain()) }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let folder = projectOptions.folder
    let project = try projectOptions.open(
      domain,
      overriding: projectOptions.overrides.contains { $0.hasPrefix("half=") } ? [] : ["half=first"])
    let hint = "Train one with 'rlhf reward --half'."
    let plan = MethodComparison<D>.Plan(
      methods: try methods.split(separator: ",").map {
        try TrainingMethod(named: $0.trimmingCharacters(in: .whitespaces))
      }, seeds: seeds,
      base: try ProjectFiles.model(
        from, of: [.sft], in: folder, hint: "Train one with 'rlhf sft', or name one with --from."),
      reward: try ProjectFiles.model(reward, of: [.reward], in: folder, hint: hint),
      gold: try ProjectFiles.model(gold, of: [.reward], in: folder, hint: hint))
    if let remark = PreferenceHalf.remark(onGold: plan.gold, reward: plan.reward) {
      Terminal.shared.note(remark)
    }
    let report = try await MethodComparison(project: project, observer: .terminal()).run(
      plan, in: try ProjectFiles.newRun(.compare, named: runName, in: folder))
    try output.print(report, tables: [RunTables.methods(report)])
  }
}
