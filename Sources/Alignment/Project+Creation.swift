import FeedbackStore
public import Foundation
public import RLHFCore
public import RLHFPlugin

extension Project {
  /// Makes a project in `folder`.
  ///
  /// `rlhf.yaml` with `settings`, and an empty store. What is there stays.
  ///
  /// Throws where the folder is a project already.
  public static func create(
    at folder: URL, domain: D, settings: JSONValue = .object([:])
  ) throws -> Project<D> {
    let file = ProjectFiles.settings(in: folder)
    guard !FileManager.default.fileExists(atPath: file.path) else {
      throw RLHFError(
        .usage, "\(folder.path) is a project already: \(file.lastPathComponent) exists.")
    }
    var fields: [String: JSONValue] = ["plugin": .string(D.descriptor.id)]
    if case .object(let given) = settings { fields.merge(given) { _, new in new } }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(
        .inputOutput, "\(folder.path) cannot be made; choose a folder that you may write to.",
        cause: error)
    }
    let heading = """
      # A project of swift-rlhf. Settings that are not here have their defaults; a run's config.yaml lists them all.

      """
    try AtomicFile.write(heading + SettingsFile.text(of: .object(fields)), to: file)
    return try Project(at: folder, domain: domain)
  }

  /// Adds the data of a sample project to the store.
  public func add(_ sample: SampleProject<D.Prompt, D.Artifact>, source: String) throws {
    try store.addPrompts(sample.heldOutPrompts, source: source, split: .fixed(.heldOut))
    try store.addPrompts(sample.prompts, source: source, split: .fixed(.train))
    try store.addDemonstrations(
      sample.demonstrations, source: source, split: splitRule)
  }
}
