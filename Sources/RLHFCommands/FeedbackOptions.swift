import Alignment
import ArgumentParser
import FeedbackStore
import Foundation
import Presentation
import RLHFCore
import RLHFPlugin
import Synchronization
import Tracking

/// The value of this name.
private func choice<Choice: RawRepresentable<String> & CaseIterable>(
  _ name: String
) throws -> Choice {
  guard let found = Choice(rawValue: name) else {
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("found '\(name)'; expected one of \(names).")
  }
  return found
}

/// Which format imported files have.
struct ImportFormatOptions: ParsableArguments {
  private static let names = FeedbackFormat.allCases.filter(\.isImported).map(\.rawValue)
    .joined(separator: ", ")

  @Option(
    help: "The format of the files: \(names). Default: told by their content.", transform: choice)
  var format: FeedbackFormat?

  @Flag(help: "Count what a model suggested as an answer where no person gave one.")
  var suggestions = false

  @Option(
    help: ArgumentHelp(
      "The scale of ratings whose file does not say it, such as 1:5.", valueName: "lowest:highest"))
  var scale: String?

  @Option(help: "The name of whoever judged files that do not say it.")
  var rater = "imported"

  func apply(to options: inout ImportOptions) throws {
    options.format = format
    options.takesSuggestions = suggestions
    options.rater = rater
    guard let scale else { return }
    let ends = scale.split(separator: ":").compactMap { Double($0) }
    guard ends.count == 2 else {
      throw RLHFError(.usage, "--scale is '\(scale)'; expected two numbers, such as 1:5.")
    }
    options.scale = try RatingScale(lowest: ends[0], highest: ends[1])
  }
}

/// How feedback is exported.
struct ExportFeedbackOptions: ParsableArguments {
  private static let names = FeedbackFormat.allCases.filter(\.isExported).map(\.rawValue)
    .joined(separator: ", ")

  @Option(
    help: ArgumentHelp(
      "Write what people said, not a policy, in this format: \(names).", valueName: "format"),
    transform: choice)
  var feedback: FeedbackFormat?

  @Option(
    help: "The form of TRL's preferences: explicit, implicit or unpaired.", transform: choice)
  var form = ExportOptions.PreferenceForm.explicit

  @Flag(help: "Give TRL a tie as two rows of margin 0, one for each order.")
  var ties = false

  @Option(help: "Only this split: train or heldout.", transform: choice)
  var split: Split?

  @Option(help: "Only this criterion.")
  var criterion: String?

  @Flag(help: "Give raters a pseudonym.")
  var hideRaters = false

  @Option(help: "What becomes of media files: copy, link or none.", transform: choice)
  var media = ExportOptions.MediaTransfer.copy

  func options(_ format: FeedbackFormat) -> ExportOptions {
    var options = ExportOptions(format: format)
    options.form = form
    options.keepsTies = ties
    options.criterion = criterion
    options.hidesRaters = hideRaters
    options.media = media
    options.split = split
    return options
  }
}

extension Project {
  /// What people see of the payloads of the store.
  var exportContent: ExportContent {
    ExportContent(
      prompt: { json in
        try domain.content(of: json.decoded(as: D.Prompt.self, files: store.files), addMedia: shown)
      },
      artifact: { json in
        try domain.content(
          of: json.decoded(as: D.Artifact.self, files: store.files), addMedia: shown)
      })
  }

  /// Keeps bytes without a word to the store, which is being read.
  private func shown(_ content: [UInt8], _ type: String) throws -> MediaReference {
    let file = try keepMedia(content, type: type)
    return MediaReference(sha256: file.sha256, type: file.type)
  }

  /// Writes what people said into a file, with its manifest.
  func exportFeedback(to file: URL, _ options: ExportOptions) throws -> ExportManifest {
    var options = options
    options.title = D.descriptor.id
    options.question = D.descriptor.question
    options.version = RootCommand.configuration.version
    let folder = folder.appending(path: "media", directoryHint: .isDirectory)
    options.mediaFile = { folder.appending(path: $0.sha256) }
    return try FeedbackExporter(store, content: exportContent).run(to: file, options)
  }
}

extension ExportManifest {
  /// The counts as tables.
  var tables: [DataTable] {
    var table = DataTable(
      "Exported", columns: [.init("what"), .init("count", alignment: .trailing)])
    table.append(.text("rows"), .integer(rows))
    for (reason, count) in dropped.sorted(by: { $0.key < $1.key }) {
      table.append(.text("left out: \(reason)"), .integer(count))
    }
    for (what, count) in simplified.sorted(by: { $0.key < $1.key }) {
      table.append(.text("simplified: \(what)"), .integer(count))
    }
    return [table]
  }
}

/// Takes in the files that imported records show: first into the project's folder, and into the store when it is free
/// again.
final class MediaIntake: Sendable {
  private let keep: @Sendable (URL) throws -> MediaFile
  private let files = Mutex<[MediaFile]>([])

  init<D: Domain>(_ project: Project<D>) {
    keep = { try project.keepMedia(file: $0) }
  }

  func reference(to url: URL) throws -> MediaReference {
    let file = try keep(url)
    files.withLock { $0.append(file) }
    return MediaReference(sha256: file.sha256, type: file.type)
  }

  /// Describes in the store what was taken in.
  func finish(_ store: FeedbackStore) throws {
    try store.addMedia(files.withLock { $0 })
  }
}
