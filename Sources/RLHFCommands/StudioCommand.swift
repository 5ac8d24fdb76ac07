import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin
import Studio

/// The web application where people give the feedback.
struct StudioCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studio",
    abstract: "Serve the page where people compare, rank, rate and write.",
    discussion: """
      Comparisons that nobody judged wait on the page: 'rlhf sample --queue' makes some. The first start prints a link \
      for the owner, who invites the others. Another address than this machine's own needs an owner with a password.
      """)

  @OptionGroup var projectOptions: ProjectOptions

  @Option(help: "The address to listen on.")
  var host = StudioOptions().host

  @Option(help: "The port to listen on; 0 lets the system choose one.")
  var port = StudioOptions().port

  @Option(
    help: ArgumentHelp(
      "Where browsers find it, if something stands in front, such as https://studio.example.org.",
      valueName: "origin"))
  var origin: String?

  @Option(help: "The criterion of comparisons. Default: the plugin's first.")
  var criterion: String?

  @Option(help: "How many people judge each comparison.")
  var overlap = 1

  @Option(help: "The number of prompts for which people may write what should be answered.")
  var demonstrations = 0

  @Flag(help: "Print a new link for an owner, though there is one already.")
  var ownerLink = false

  func validate() throws {
    guard overlap > 0 else {
      throw ValidationError("--overlap is \(overlap); expected at least 1.")
    }
    guard demonstrations >= 0 else {
      throw ValidationError("--demonstrations is \(demonstrations); expected 0 or more.")
    }
  }

  @MainActor func run() async throws { try await open(projectOptions.domain()) }

  @MainActor private func open<D: Domain>(_ domain: D) async throws {
    let project = try projectOptions.open(domain)
    let queued = try project.fillQueue(
      criterion: criterion, overlap: overlap, demonstrations: demonstrations)
    var options = StudioOptions()
    (options.host, options.port, options.publicOrigin) = (host, port, origin)
    var settings = StudioSettings()
    settings.title = D.descriptor.title
    settings.question = D.descriptor.question
    let studio = try Studio(
      store: project.store, folder: projectOptions.folder, options: options, settings: settings,
      jobs: ProcessJobs(project: projectOptions.folder), formats: project.studioFormats,
      makeArtifact: { prompt, text in try project.artifactPayload(prompt: prompt, text: text) })
    let always = ownerLink
    try await studio.run { port in
      Terminal.shared.output("The Studio is at \(studio.base(port: port)).")
      do {
        if let link = try studio.ownerInvitation(port: port, always: always) {
          Terminal.shared.output("The owner joins by this link, once, within a day:\n  \(link)")
        }
      } catch {
        Terminal.shared.error("\(error)")
      }
      if queued != QueueReport() {
        Terminal.shared.note(
          "New in the queue: \(queued.pairs) comparisons, \(queued.demonstrations) prompts to answer."
        )
      }
      Terminal.shared.note("Ctrl-C stops it.")
    }
  }
}
