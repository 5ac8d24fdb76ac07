import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin

struct TokenizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turn texts into the ids that a model reads, and ids into texts.",
    discussion: """
      JSON Lines in and out. {"text": …} or a string becomes {"ids", "tokens", "decoded"}; {"ids": […]} or a list \
      of ids is decoded to the same.
      """)

  @OptionGroup var lines: LineOptions

  @Flag(help: "Add the special tokens that the tokenizer puts around a text.")
  var specialTokens = false

  @Flag(help: "Leave special tokens out of what is decoded.")
  var skipSpecialTokens = false

  @MainActor func run() async throws {
    try lines.run(
      "tokenize",
      options: [
        "specialTokens": .bool(specialTokens), "skipSpecialTokens": .bool(skipSpecialTokens),
      ])
  }
}

struct LogProbabilitiesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logprobs",
    abstract: "The log-probability of every token of given data under a model.",
    discussion: """
      JSON Lines in and out. A line is {"text"}, {"input_ids"}, {"prompt", "completion"} or {"messages"}; it becomes \
      {"ids", "tokens", "logprobs"}, where entry t of "logprobs" belongs to token t + 1. "completion_start" is the \
      place of a completion's first token.
      """)

  @OptionGroup var lines: LineOptions

  @Option(help: "What the logits are divided by.")
  var temperature = 1.0

  @Option(help: "How many lines go through the model at once; results agree but for rounding.")
  var batchSize = 8

  @Flag(help: "Add the special tokens that the tokenizer puts around a text.")
  var specialTokens = false

  func validate() throws {
    guard temperature.isFinite, temperature > 0 else {
      throw ValidationError("--temperature is \(temperature); expected a number above 0.")
    }
    guard batchSize > 0 else {
      throw ValidationError("--batch-size is \(batchSize); expected at least 1.")
    }
  }

  @MainActor func run() async throws {
    try lines.run(
      "logprobs",
      options: [
        "temperature": .number(temperature), "batchSize": .integer(batchSize),
        "specialTokens": .bool(specialTokens),
      ])
  }
}

/// Where lines come from, and the model they go through.
struct LineOptions: ParsableArguments {
  @Argument(help: "A file of JSON Lines, plain or gzip. Default: standard input.")
  var file: String?

  @Option(
    help:
      "A model directory, or a run of the project. Default: the newest finished run of the project."
  )
  var model: String?

  @Option(help: "The id of the plugin. Default: the project's, or the first that has the command.")
  var plugin: String?

  @Option(name: [.short, .long], help: "The project's folder, where one is used.")
  var project = "."

  /// Sends every line through the tool `name`, and writes what comes out.
  func run(_ name: String, options: JSONValue) throws {
    let folder = URL(filePath: project, directoryHint: .isDirectory).standardizedFileURL
    let directory = try ProjectFiles.model(
      model, of: [.ppo, .sft], in: folder, hint: "Name a model directory with --model.")
    let tool = try tool(name, for: directory, in: folder, options)
    let isPiped = file == nil || file == "-"
    let url = URL(filePath: isPiped ? "/dev/stdin" : file ?? "")
    let source = isPiped ? "standard input" : url.path
    let input = try JSONLines(url)
    var batch: [(number: Int, value: JSONValue)] = []
    while let line = try input.next() {
      let value: JSONValue
      do {
        value = try line.value.get()
      } catch {
        // What came before the bad line is still answered.
        try pass(batch, through: tool, source)
        throw error
      }
      batch.append((line.number, value))
      if batch.count == max(tool.batchSize, 1) {
        try pass(batch, through: tool, source)
        batch = []
      }
    }
    try pass(batch, through: tool, source)
  }

  private func pass(
    _ batch: [(number: Int, value: JSONValue)], through tool: LineTool, _ source: String
  ) throws {
    if batch.isEmpty { return }
    for (line, result) in zip(batch, try tool.run(batch.map(\.value))) {
      do {
        Terminal.shared.output(try result.get().description)
      } catch let error as RLHFError {
        throw RLHFError(
          error.code, "\(source):\(line.number): \(error.message)", cause: error.cause)
      } catch {
        throw RLHFError(.invalidData, "\(source):\(line.number): \(error)")
      }
    }
  }

  private func tool(
    _ name: String, for model: URL, in folder: URL, _ options: JSONValue
  ) throws -> LineTool {
    let named = plugin ?? (try? ProjectFiles.plugin(in: folder))
    let domains = try named.map { [try DomainList.find($0)] } ?? DomainList.all
    for domain in domains {
      if let tool = try domain.lineTool(name, model: model, options: options) { return tool }
    }
    throw RLHFError(
      .unsupported,
      named.map { "The plugin \($0) has no '\(name)'. Name one that has it with --plugin." }
        ?? "No plugin of this program has '\(name)'.")
  }
}
