import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import Presentation
import RLHFCore
import RLHFPlugin
import Tracking

/// The Studio's queue in a terminal.
struct LabelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label",
    abstract: "Judge what waits in the queue, in the terminal.",
    discussion: """
      The tasks of 'rlhf studio' that are words alone. Type an answer and Enter; '?' shows the keys. Who judged is \
      remembered by name. Answers can be piped in, a line each.
      """)

  @OptionGroup var projectOptions: ProjectOptions

  @Option(help: "The name of the rater. Default: the user's.")
  var rater: String?

  @Option(
    help: "The criterion of comparisons that are put into the queue. Default: the plugin's first.")
  var criterion: String?

  @Option(help: "The number of answers after which it ends.")
  var count: Int?

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count is \(count); expected at least 1.") }
  }

  @MainActor func run() async throws { try await open(projectOptions.domain()) }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let project = try projectOptions.open(domain)
    try project.fillQueue(criterion: criterion)
    let name = rater ?? ProcessInfo.processInfo.environment["USER"] ?? "me"
    let account =
      try project.store.account(named: name)
      ?? project.store.addAccount(name: name, role: .rater, actor: "command line")
    let writer = SubmissionWriter(store: project.store) { prompt, text in
      try project.artifactPayload(prompt: prompt, text: text)
    }
    try await LabelSession(
      writer: writer, rater: account.rater, question: D.descriptor.question, limit: count
    ).run()
  }
}

/// One person at the queue.
@MainActor
struct LabelSession {
  let writer: SubmissionWriter
  let rater: Int64
  let question: String
  let limit: Int?

  func run() async throws {
    let terminal = Terminal.shared
    let criteria = try writer.store.criteria()
    var passedOver: [String] = []
    var given: [String] = []
    while limit.map({ given.count < $0 }) ?? true {
      guard let task = try await writer.nextTask(for: rater, excluding: passedOver) else {
        terminal.note(
          passedOver.isEmpty
            ? "Nothing waits to be judged."
            : "What waits cannot be shown in a terminal; open it with 'rlhf studio'.")
        break
      }
      guard (task.prompt + task.items.flatMap { $0 }).allSatisfy({ $0.words != nil }) else {
        passedOver.append(task.task)
        try await writer.releaseLease(task.lease, rater: rater)
        continue
      }
      let scales = task.criteria.compactMap { id in criteria.first { $0.id == id } }
      show(task, scales)
      let started = Date()
      guard let reply = try reply(to: task, scales) else {
        try await writer.releaseLease(task.lease, rater: rater)
        break
      }
      switch reply {
      case .answer(let answer):
        let id = UUID().uuidString.lowercased()
        do {
          _ = try await writer.submit(
            Submission(
              id: id, task: task.task, lease: task.lease, answer: answer,
              behaviour: ["input": "key"], startedAt: started, submittedAt: Date()), rater: rater)
          given.append(id)
        } catch let error as RLHFError where error.code == .invalidData {
          terminal.note(error.message)
          try await writer.releaseLease(task.lease, rater: rater)
        }
      case .undo:
        try await writer.releaseLease(task.lease, rater: rater)
        guard let last = given.popLast() else {
          terminal.note("There is nothing to take back.")
          continue
        }
        _ = try await writer.withdraw(
          answer: last, as: UUID().uuidString.lowercased(), rater: rater)
        terminal.note("Taken back.")
      case .help, .quit: break
      }
    }
    terminal.note("\(given.count) answers kept.")
  }

  /// The first line that means something here; `nil` at the end.
  private func reply(to task: Assignment, _ scales: [StudioCriterion]) throws -> LabelReply? {
    let terminal = Terminal.shared
    while true {
      if isatty(STDIN_FILENO) == 1 { terminal.outputRaw("> ") }
      guard let line = readLine() else { return nil }
      if line.allSatisfy(\.isWhitespace) { continue }
      do {
        let reply = try LabelReply.parse(line, for: task, scales: scales)
        switch reply {
        case .quit: return nil
        case .help: terminal.note(LabelReply.keys(for: task, scales: scales))
        case .answer, .undo: return reply
        }
      } catch let error as RLHFError where error.code == .usage {
        terminal.note(error.message)
      }
    }
  }

  private func show(_ task: Assignment, _ scales: [StudioCriterion]) {
    let terminal = Terminal.shared
    terminal.output("\n" + String(repeating: "-", count: 40))
    for block in task.prompt { terminal.output(text(block)) }
    let items = task.presentedItems
    for (index, item) in items.enumerated() {
      if items.count > 1 { terminal.output("\n[\(LabelReply.letter(index))]") }
      for block in item { terminal.output(text(block)) }
    }
    if let previous = task.previous, let shown = try? JSONValue(encoding: previous) {
      terminal.output("\nAnswered: \(DisplayText.printable(shown.description))")
    }
    let asked = task.question ?? scales.first?.question ?? question
    terminal.output(
      "\n\(DisplayText.printable(asked)) (\(LabelReply.keys(for: task, scales: scales)))")
  }

  private func text(_ block: ContentBlock) -> String {
    let words = DisplayText.printable(block.words ?? "")
    if case .turn(let role, _) = block { return "\(role): \(words)" }
    return words
  }
}
