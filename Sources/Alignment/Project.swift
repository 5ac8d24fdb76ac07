public import FeedbackStore
public import Foundation
public import RLHFCore
public import RLHFPlugin
import Torch

/// A project is a folder: `rlhf.yaml`, the feedback store, and `runs/`.
public struct Project<D: Domain>: Sendable {
  /// The folder.
  public let folder: URL
  /// The domain, with the project's configuration.
  public let domain: D
  /// The settings in force.
  public let settings: ProjectSettings
  /// The feedback store.
  public let store: FeedbackStore
  /// What votes came to when they were last consolidated.
  let consolidated: ConsolidationCache

  /// Opens the project in `folder`.
  ///
  /// Settings are, each over the one before: the framework's defaults, the domain's, `rlhf.yaml`, and `overrides`.
  public init(
    at folder: URL, domain: D, overrides: JSONValue = .object([:])
  ) throws {
    let layers = [
      (value: domain.stageSettings, source: "the settings of \(D.descriptor.id)"),
      (
        value: try SettingsFile.read(ProjectFiles.settings(in: folder)),
        source: ProjectFiles.settingsName
      ),
      (value: overrides, source: "--set"),
    ]
    try self.init(at: folder, domain: domain, layers: layers)
  }

  /// Opens the project in `folder` with the settings that a run was started with.
  public init(at folder: URL, domain: D, settingsOf run: RunFolder) throws {
    let value = try SettingsFile.read(run.configuration)
    try self.init(
      at: folder, domain: domain, layers: [(value: value, source: run.configuration.path)])
  }

  private init(
    at folder: URL, domain: D, layers: [(value: JSONValue, source: String)]
  ) throws {
    var settings = ProjectSettings()
    let usual = domain.configuration
    var domain = domain
    for layer in layers {
      settings = try Settings.decode(layer.value, over: settings, source: layer.source)
      domain.configuration = try Settings.decode(
        settings.domain, over: domain.configuration, section: "domain", source: layer.source)
      settings.domain = try Settings.encode(domain.configuration, over: usual)
    }
    settings.plugin = D.descriptor.id
    var check = SettingsCheck(section: "")
    settings.validate(&check)
    if let options = domain.configuration as? any StageOptions {
      var nested = SettingsCheck(section: "domain")
      options.validate(&nested)
      check.include(nested)
    }
    try check.finish(source: layers.last { $0.value != .object([:]) }?.source ?? "settings")
    if let threads = settings.threads { TorchRuntime.threads = threads }
    self.folder = folder
    self.domain = domain
    self.settings = settings
    consolidated = ConsolidationCache()
    store = try FeedbackStore(at: ProjectFiles.store(in: folder))
    try store.claim(domain: D.descriptor.id)
  }

  private init(_ other: Project, settings: ProjectSettings) {
    (folder, domain, store) = (other.folder, other.domain, other.store)
    consolidated = other.consolidated
    self.settings = settings
  }

  /// The same project with other settings of the framework; throws where they are impossible.
  func with(_ change: (inout ProjectSettings) -> Void) throws -> Project {
    var changed = settings
    change(&changed)
    var check = SettingsCheck(section: "")
    changed.validate(&check)
    try check.finish(source: ProjectFiles.settingsName)
    return Project(self, settings: changed)
  }

  /// How imported prompts are divided where the command does not say.
  public var splitRule: SplitRule { .derived(heldOut: settings.heldOutFraction) }

  /// The prompts of a split: the store's, and the domain's own where the store has none.
  public func prompts(_ split: Split) throws -> [D.Prompt] {
    try store.prompts(split: split)
  }

  /// The prompts to train on; throws nothing where there are none.
  public func trainingPrompts() throws -> [D.Prompt] { try prompts(.train) }

  /// The demonstrations of a split.
  public func demonstrations(_ split: Split) throws -> [Demonstration<D.Prompt, D.Artifact>] {
    try store.demonstrations(split: split)
  }

  /// The preference pairs of a split: one for each judgment, and one for what raters who can be told from each other
  /// said of a comparison.
  public func preferences(_ split: Split) throws -> [PreferencePair<D.Prompt, D.Artifact>] {
    guard let votes = try consolidatedVotes() else { return try store.preferences(split: split) }
    return try store.preferences(split: split, excluding: votes.judgments) + pairs(votes, split)
  }

  /// What people said in a split, in every form.
  public func opinions(_ split: Split) throws -> Preferences<D.Prompt, D.Artifact> {
    Preferences(
      pairs: try preferences(split), rankings: try store.rankings(split: split),
      ratings: try store.ratings(split: split))
  }

  /// What people said in the half of the training split that the settings name.
  func trainingOpinions() throws -> Preferences<D.Prompt, D.Artifact> {
    try opinions(.train).of(settings.half)
  }

  /// Everything to train on.
  ///
  /// Where nobody demonstrated anything, the preferred artifacts serve as demonstrations: of pairs, rankings and ratings.
  public func corpus() throws -> Corpus<D.Prompt, D.Artifact> {
    let opinions = try opinions(.train)
    var demonstrations = try demonstrations(.train)
    if demonstrations.isEmpty {
      demonstrations = opinions.pairs.filter { !$0.isTie }.map {
        Sample(prompt: $0.prompt, artifact: $0.label < 0.5 ? $0.rejected : $0.chosen)
      }
      demonstrations += opinions.rankings.map {
        Sample(prompt: $0.prompt, artifact: $0.artifacts[0])
      }
      demonstrations += opinions.ratings.filter { $0.isDesirable == true }.map {
        Sample(prompt: $0.prompt, artifact: $0.artifact)
      }
    }
    return Corpus(
      prompts: try trainingPrompts(), demonstrations: demonstrations,
      preferences: opinions.pairs + opinions.rankings.flatMap(\.pairs))
  }

  /// Adds what a program said of comparisons; returns the number of judgments that were new.
  func add(
    comparisons: [Comparison<D.Prompt, D.Artifact>], judgments: [Judgment], rater: String,
    origin: String, round: Int
  ) throws -> Int {
    try store.addJudged(
      comparisons, judgments: judgments, rater: rater, kind: .scripted, origin: origin,
      round: round, split: splitRule
    ).judgments
  }
}

/// Where a project keeps its files.
public enum ProjectFiles {
  /// The name of the settings file.
  public static let settingsName = "rlhf.yaml"

  /// The settings.
  public static func settings(in folder: URL) -> URL { folder.appending(path: settingsName) }
  /// The feedback store.
  public static func store(in folder: URL) -> URL { folder.appending(path: "feedback.sqlite") }
  /// The folder of the runs.
  public static func runs(in folder: URL) -> URL { folder.appending(path: "runs") }

  /// What the store calls the maker of artifacts whose model is in `directory`: the part of its path in the project's
  /// runs, or all of it.
  public static func origin(of directory: URL, in folder: URL) -> String {
    let runs = runs(in: folder).path + "/"
    guard directory.path.hasPrefix(runs) else { return directory.path }
    let parts = directory.path.dropFirst(runs.count).split(separator: "/")
    return parts.filter { $0 != "model" && $0 != "checkpoints" }.joined(separator: "/")
  }

  /// The id of the domain that the project in `folder` is of.
  public static func plugin(in folder: URL) throws -> String {
    let url = settings(in: folder)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw RLHFError(
        .notFound,
        "\(folder.path) is not a project: it has no \(settingsName). Make one with 'rlhf init', or name another with --project."
      )
    }
    let value = try SettingsFile.read(url)
    guard let plugin = value["plugin"]?.stringValue else {
      throw RLHFError(
        .invalidConfiguration, "\(settingsName) does not say which 'plugin' the project is of.")
    }
    return plugin
  }

  /// The runs of a project, oldest first: by stage, then by number.
  public static func runs(of stage: Stage? = nil, in folder: URL) -> [RunFolder] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: runs(in: folder).path)) ?? []
    let found = names.filter { !$0.hasPrefix(".") }.compactMap { name -> (RunFolder, RunState)? in
      let run = RunFolder(url: runs(in: folder).appending(path: name))
      guard let state = try? run.state(), stage == nil || state.stage == stage else { return nil }
      return (run, state)
    }
    return found.sorted {
      ($0.1.stage.rawValue, number(of: $0.0), $0.0.name)
        < ($1.1.stage.rawValue, number(of: $1.0), $1.0.name)
    }.map(\.0)
  }

  /// A run folder that does not exist yet: `name`, or the stage with the next free number.
  public static func newRun(_ stage: Stage, named name: String?, in folder: URL) throws -> RunFolder
  {
    if let name {
      try check(name: name)
      return RunFolder(url: runs(in: folder).appending(path: name))
    }
    let used = runs(in: folder, taking: stage)
    return RunFolder(
      url: runs(in: folder).appending(path: "\(stage.rawValue)-\((used.max() ?? 0) + 1)"))
  }

  /// The run called `name`, or the newest of `stage` for which `isWanted` holds.
  public static func existingRun(
    _ stage: Stage, named name: String?, in folder: URL, hint: String,
    where isWanted: (RunState) -> Bool
  ) throws -> RunFolder {
    if let name {
      try check(name: name)
      let run = RunFolder(url: runs(in: folder).appending(path: name))
      _ = try run.state()
      return run
    }
    let candidates = runs(of: stage, in: folder)
    guard let newest = candidates.last(where: { run in (try? run.state()).map(isWanted) ?? false })
    else {
      throw RLHFError(
        .notFound, "\(runs(in: folder).path) has no such run of '\(stage.rawValue)'. \(hint)")
    }
    return newest
  }

  private static func check(name: String) throws {
    guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
      throw RLHFError(
        .usage, "'\(name)' cannot be the name of a run; use a plain folder name without '/'.")
    }
  }

  private static func number(of run: RunFolder) -> Int {
    run.name.split(separator: "-").last.flatMap { Int($0) } ?? 0
  }

  private static func runs(in folder: URL, taking stage: Stage) -> [Int] {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: runs(in: folder).path)) ?? []
    return names.compactMap { name in
      name.hasPrefix("\(stage.rawValue)-") ? Int(name.dropFirst(stage.rawValue.count + 1)) : nil
    }
  }
}
