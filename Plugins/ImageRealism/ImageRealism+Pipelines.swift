public import Foundation
import ImageModels
import RLHF

extension ImageRealism {
  /// The file beside a pipeline that names its classes: diffusers has no place for them.
  private static let classesFile = "classes.json"

  /// Reads a policy from a pipeline directory, or a directory of adapters by PEFT and the pipeline that it names.
  ///
  /// With `domain.adapter` a model gets new adapters, and adapters stay what they are; without, adapters become part of
  /// the model.
  public func loadPolicy(from directory: URL) throws -> DiffusionPolicy {
    if AdapterDirectory.exists(at: directory) {
      return try loadAdapters(from: directory, isMerged: configuration.adapter == nil)
    }
    let pipeline = try DiffusionPipeline.load(from: directory)
    let adapters = try configuration.adapter.map { adapter in
      PolicyAdapters(
        try AdapterSet(adapter.lora, on: pipeline.predictor.parameters, seed: adapter.seed),
        on: directory)
    }
    return try DiffusionPolicy(
      pipeline: pipeline, classes: try classes(in: directory), configuration: configuration,
      adapters: adapters)
  }

  private func loadAdapters(from directory: URL, isMerged: Bool) throws -> DiffusionPolicy {
    let adapters = try AdapterDirectory(directory)
    let base = try adapters.baseFolder()
    let pipeline = try DiffusionPipeline.load(from: base)
    let set = try adapters.load(onto: pipeline.predictor.parameters)
    if isMerged { try set.mergeForGood() }
    return try DiffusionPolicy(
      pipeline: pipeline, classes: try classes(in: base), configuration: configuration,
      adapters: isMerged ? nil : PolicyAdapters(set, on: base))
  }

  /// The names of the classes of the pipeline in `directory`: its own, else those of the settings.
  private func classes(in directory: URL) throws -> [String] {
    let url = directory.appending(path: Self.classesFile)
    guard FileManager.default.fileExists(atPath: url.path) else { return configuration.classes }
    do {
      return try JSONDecoder().decode([String].self, from: Data(contentsOf: url))
    } catch {
      throw RLHFError(
        .incompatibleModel, "\(url.path) is not a list of names; expected those of the classes.",
        cause: error)
    }
  }

  /// Writes a policy into a directory: a pipeline, or adapters by PEFT that name the directory of their pipeline.
  public func savePolicy(_ policy: DiffusionPolicy, to directory: URL) throws {
    if let adapters = policy.adapters {
      try AdapterDirectory.write(adapters.set, to: directory, baseModel: adapters.base.path)
      return
    }
    try policy.pipeline.save(to: directory)
    guard !policy.classes.isEmpty else { return }
    try AtomicFile.write(
      JSONValue(encoding: policy.classes).description,
      to: directory.appending(path: Self.classesFile))
  }

  /// Lets a policy with adapters stand in for its model without them, or for other adapters on the same model.
  public func addReference(from directory: URL, to policy: DiffusionPolicy) throws -> Bool {
    try policy.adapters?.addReference(
      from: directory, on: policy.pipeline.predictor.parameters) ?? false
  }

  /// Writes a pipeline directory, or adapters apart from their pipeline, for other tools.
  public func exportPolicy(from directory: URL, to destination: URL, isMerged: Bool) throws {
    var plain = self
    plain.configuration.adapter = nil
    let policy =
      AdapterDirectory.exists(at: directory)
      ? try loadAdapters(from: directory, isMerged: isMerged)
      : try plain.loadPolicy(from: directory)
    try savePolicy(policy, to: destination)
  }
}
