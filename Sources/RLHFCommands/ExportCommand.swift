import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a policy into a folder, or what people said into a file, for other tools.",
    discussion: """
      'rlhf export POLICY FOLDER' writes a policy, 'rlhf export --feedback FORMAT FILE' what people said, and beside it \
      FILE.manifest.json with what was written, what was left out and why, and the SHA-256 of each file.

      A policy that is an adapter on a model names the folder of that model; with --merge the folder holds a \
      whole model instead.
      """)

  @OptionGroup var projectOptions: ProjectOptions

  @OptionGroup var feedbackOptions: ExportFeedbackOptions
  @OptionGroup var output: OutputOptions

  @Argument(
    help: ArgumentHelp(
      "The policy, a run or a model directory, and the folder to write, which must not exist, or be empty. With --feedback, the file to write alone.",
      valueName: "place"))
  var places: [String]

  @Flag(help: "Make adapters part of a copy of the weights that they adapt.")
  var merge = false

  func validate() throws {
    let count = feedbackOptions.feedback == nil ? 2 : 1
    guard places.count == count else {
      throw ValidationError(
        count == 2
          ? "Found \(places.count) places; expected a policy and the folder to write."
          : "Found \(places.count) places; expected the file to write.")
    }
  }

  @MainActor func run() async throws {
    if let format = feedbackOptions.feedback {
      try writeFeedback(format, projectOptions.domain())
    } else {
      try open(projectOptions.domain())
    }
  }

  private func writeFeedback<D: Domain>(_ format: FeedbackFormat, _ domain: D) throws {
    let project = try projectOptions.open(domain)
    let file = URL(filePath: places[0]).standardizedFileURL
    let manifest = try project.exportFeedback(to: file, feedbackOptions.options(format))
    try output.print(manifest, tables: manifest.tables)
  }

  private func open<D: Domain>(_ domain: D) throws {
    let project = try projectOptions.open(domain)
    let (policy, destination) = (places[0], places[1])
    let source = try ProjectFiles.model(policy, of: [], in: projectOptions.folder, hint: "")
    let folder = URL(filePath: destination, directoryHint: .isDirectory).standardizedFileURL
    let held = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    guard held?.isEmpty ?? !FileManager.default.fileExists(atPath: folder.path) else {
      throw RLHFError(
        .usage, "\(folder.path) exists and is not an empty folder; name another one.")
    }
    do {
      try FileManager.default.createDirectory(
        at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw RLHFError(.inputOutput, "\(folder.path) cannot be made.", cause: error)
    }
    try AtomicFile.writeFolder(at: folder) { temporary in
      try project.domain.exportPolicy(from: source, to: temporary, isMerged: merge)
    }
    Terminal.shared.output("Wrote \(folder.path).")
  }
}
