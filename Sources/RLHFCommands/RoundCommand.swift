import Alignment
import ArgumentParser
import Foundation
import PreferenceLearning
import RLHFCore
import RLHFPlugin
import Tracking

/// One turn of the loop on people's votes.
struct RoundCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "round",
    abstract:
      "Refit the reward model to what people said, optimise the policy, and ask people again.",
    discussion: """
      The page of 'rlhf studio' starts this by its button. The policy is optimised only where the reward model \
      predicts held-out votes better than chance.
      """)

  @OptionGroup var projectOptions: ProjectOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help:
      "The policy to go on with: a run or a model directory. Default: the newest finished run of 'ppo', 'dpo' or 'sft'."
  )
  var from: String?

  @Option(help: "The number of new comparisons for people; 0 for none.")
  var comparisons = 64

  @Option(help: "How many people judge each comparison.")
  var overlap = 1

  @Flag(help: "Optimise the policy even where the reward model may know nothing.")
  var force = false

  func validate() throws {
    guard comparisons >= 0 else {
      throw ValidationError("--comparisons is \(comparisons); expected 0 or more.")
    }
    guard overlap > 0 else {
      throw ValidationError("--overlap is \(overlap); expected at least 1.")
    }
  }

  @MainActor func run() async throws { try await open(projectOptions.domain()) }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let project = try projectOptions.open(domain)
    let base = try ProjectFiles.model(
      from, of: [.ppo, .dpo, .sft], in: projectOptions.folder, hint: "Train one with 'rlhf sft'.")
    let report = try await FeedbackRound(project: project, observer: .terminal()).run(
      from: base, comparisons: comparisons, overlap: overlap, isForced: force)
    try output.print(report, tables: [table(report)])
  }

  private func table(_ report: FeedbackRoundReport) -> DataTable {
    var table = DataTable("Round", columns: [.init("what"), .init("result")])
    table.append(.text("reward model"), .text(report.rewardRun))
    table.append(
      .text("right on held-out votes"),
      .text(
        report.reward.heldOut.map {
          "\(NumberStyle.percent(1).text($0.accuracy)) of \($0.count)"
        } ?? "not known"))
    table.append(.text("policy"), .text(report.policyRun ?? "as before"))
    table.append(.text("new comparisons for people"), .integer(report.queued))
    table.note = report.gate.map { "The policy was not optimised: \($0)" }
    return table
  }
}
