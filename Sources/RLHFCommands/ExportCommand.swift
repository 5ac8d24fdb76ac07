import Alignment
import ArgumentParser
import Foundation
import RLHFCore
import RLHFPlugin

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a policy into a folder, for other tools.",
    discussion: """
      A policy that is an adapter on a model names the folder of that model; with --merge the folder holds a \
      whole model instead.
      """)

  @OptionGroup var projectOptions: ProjectOptions

  @Argument(help: "The policy: a run or a model directory.")
  var policy: String

  @Argument(help: "The folder to write; it must not exist, or be empty.")
  var destination: String

  @Flag(help: "Make adapters part of a copy of the weights that they adapt.")
  var merge = false

  @MainActor func run() async throws { try open(projectOptions.domain()) }

  private func open<D: Domain>(_ domain: D) throws {
    let project = try projectOptions.open(domain)
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
