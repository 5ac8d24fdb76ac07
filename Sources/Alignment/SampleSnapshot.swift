import FeedbackStore
import Foundation
import RLHFCore
import RLHFPlugin

/// What a policy made of a few prompts after a step: `samples/step-N.json` of a run, for the report.
struct SampleSnapshot: Codable, Equatable {
  /// The number of steps that the policy had been trained.
  var step: Int
  /// The prompts, in words.
  var prompts: [String]
  /// The artifacts, in words, in the order of the prompts.
  var artifacts: [String]
  /// The files that the artifacts are, where they are files.
  var files: [FileContent]?

  /// The snapshots of a run, oldest first; files that cannot be read are passed over.
  static func all(in run: RunFolder) -> [SampleSnapshot] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: run.samples.path)) ?? []
    let snapshots = names.filter { $0.hasSuffix(".json") }.compactMap { name in
      try? JSONValue(parsing: Data(contentsOf: run.samples.appending(path: name)))
        .decoded(as: SampleSnapshot.self, files: run.sampleFiles)
    }
    return snapshots.sorted { $0.step < $1.step }
  }
}

extension Project {
  /// Keeps what `policy` makes now of the first held-out prompts, always with the same seed.
  ///
  /// Training is not touched: its randomness comes from seeds of its own.
  func keepSamples(of policy: D.DomainPolicy, step: Int, in run: RunFolder) throws {
    let heldOut = try prompts(.heldOut)
    let prompts = try (heldOut.isEmpty ? trainingPrompts() : heldOut)
      .prefix(settings.evaluation.shown)
    guard !prompts.isEmpty else { return }
    let rollout = try policy.sample(Array(prompts), seed: settings.seed.derived("snapshot"))
    let artifacts = try policy.artifacts(of: rollout)
    let snapshot = SampleSnapshot(
      step: step, prompts: prompts.map(domain.text(of:)),
      artifacts: artifacts.map(domain.text(of:)), files: try domain.files(of: artifacts))
    try FileManager.default.createDirectory(at: run.samples, withIntermediateDirectories: true)
    try AtomicFile.write(
      JSONValue(encoding: snapshot, files: run.sampleFiles).description,
      to: run.samples.appending(path: "step-\(step).json"))
    let samples = zip(prompts, artifacts).map { Sample(prompt: $0, artifact: $1) }
    if let sheet = try domain.overview(of: samples, captions: []) {
      try AtomicFile.write(
        Data(sheet.bytes()), to: run.samples.appending(path: "step-\(step).\(sheet.nameEnding)"))
    }
  }
}

extension Domain {
  /// The files that artifacts are; `nil` where one of them is none.
  func files(of artifacts: [Artifact]) throws -> [FileContent]? {
    let files = try artifacts.compactMap(file(of:))
    return files.count == artifacts.count && !files.isEmpty ? files : nil
  }
}
