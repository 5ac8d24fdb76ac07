import Alignment
import ArgumentParser
import Foundation
import RLHFCore
import RLHFPlugin
import Tracking

/// Where the project is, and settings over those of its `rlhf.yaml`.
struct ProjectOptions: ParsableArguments {
  @Option(name: [.short, .long], help: "The project's folder.")
  var project = "."

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A setting over that of rlhf.yaml, such as ppo.learningRate=1e-5.", valueName: "key=value"))
  var overrides: [String] = []

  var folder: URL { URL(filePath: project, directoryHint: .isDirectory).standardizedFileURL }

  /// The domain that the project is of.
  func domain() throws -> any Domain {
    try DomainList.find(ProjectFiles.plugin(in: folder))
  }

  /// Opens the project; `options` are settings that other options of the command stand for.
  func open<D: Domain>(_ domain: D, overriding options: [String] = []) throws -> Project<D> {
    try Project(
      at: folder, domain: domain, overrides: SettingsFile.parse(overrides: overrides + options))
  }

  /// Opens the project with the settings of a run that is resumed.
  func open<D: Domain>(_ domain: D, resuming run: RunFolder) throws -> Project<D> {
    guard overrides.isEmpty else {
      throw RLHFError(
        .usage,
        "--set cannot go with --resume: a run goes on with the settings it was started with.")
    }
    return try Project(at: folder, domain: domain, settingsOf: run)
  }
}

/// Which half of the training preferences a stage may see.
struct HalfOption: ParsableArguments {
  private static let names = PreferenceHalf.allCases.map(\.rawValue).joined(separator: ", ")

  @Option(
    help: ArgumentHelp(
      "Which training preferences to learn from: \(names). A reward model of the other half is a gold one. Default: that of half in rlhf.yaml.",
      valueName: "half"))
  var half: String?

  /// The option as a setting.
  var settings: [String] { half.map { ["half=\($0)"] } ?? [] }
}

/// How a run is named, and whether it is new.
struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("run"), help: "The run's name. Default: the stage with the next number.")
  var name: String?

  @Flag(help: "Go on with the newest unfinished run, or the one that --run names.")
  var resume = false

  /// The run to resume.
  func existing(_ stage: Stage, in folder: URL) throws -> RunFolder {
    try ProjectFiles.existingRun(
      stage, named: name, in: folder, hint: "Start one without --resume.",
      where: { $0.status != .finished })
  }

  /// The folder of a new run.
  func new(_ stage: Stage, in folder: URL) throws -> RunFolder {
    try ProjectFiles.newRun(stage, named: name, in: folder)
  }
}

/// Whether a table is printed or its values as JSON.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func print(_ value: some Encodable, tables: @autoclosure () throws -> [DataTable]) throws {
    if json {
      Terminal.shared.output(try JSONValue(encoding: value).description)
    } else {
      Terminal.shared.output(try tables().map { $0.text() }.joined(separator: "\n\n"))
    }
  }
}

extension ProjectFiles {
  /// A model directory that an option names: a run of the project, or a folder.
  static func model(
    _ name: String?, of stages: [Stage], in folder: URL, hint: String
  ) throws -> URL {
    if let name {
      let run = RunFolder(url: runs(in: folder).appending(path: name))
      if (try? run.state()) != nil { return try finishedModel(run) }
      let directory = URL(filePath: name, directoryHint: .isDirectory).standardizedFileURL
      guard FileManager.default.fileExists(atPath: directory.path) else {
        throw RLHFError(
          .notFound, "'\(name)' is neither a run of this project nor a model directory.")
      }
      return directory
    }
    for stage in stages {
      if let run = runs(of: stage, in: folder).last(where: { run in
        (try? run.state().status) == .finished
      }) {
        return run.model
      }
    }
    throw RLHFError(
      .notFound,
      "\(runs(in: folder).path) has no finished run of \(stages.map(\.rawValue).joined(separator: " or ")). \(hint)"
    )
  }

  /// The model of a run, or of its newest checkpoint while it is not finished.
  private static func finishedModel(_ run: RunFolder) throws -> URL {
    if try run.state().status == .finished { return run.model }
    guard let step = run.checkpointSteps().last else {
      throw RLHFError(.notFound, "\(run.name) is not finished and has no checkpoint.")
    }
    return run.checkpoint(at: step).appending(path: "model")
  }
}

extension StageObserver {
  /// An observer that shows progress on the terminal and stops on Ctrl-C.
  static func terminal() -> StageObserver {
    Interruption.shared.listen()
    return StageObserver(
      progress: { progress in
        Terminal.shared.progress(
          title: progress.title, done: progress.done, total: progress.total, unit: progress.unit,
          figures: progress.figures.map { ProgressFigure($0.name, $0.value) })
      },
      note: { Terminal.shared.note($0) },
      shouldStop: { Interruption.shared.isAsked })
  }
}
