public import Foundation
import PreferenceLearning
public import RLHFCore
public import RLHFPlugin

/// Artifacts that a reward model scored.
public struct RatingReport<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// The criteria that the model scores.
  public var criteria: [Criterion]
  /// What was scored, in the order in which it was given.
  public var rated: [RatedArtifact<Prompt, Artifact>]
  /// What could not be scored.
  public var failures: [UnusableFile]
  /// Whether everything was looked at; `false` where the user asked to stop.
  public var isComplete: Bool

  /// What was scored, the best first; ties keep their order.
  public var ranked: [RatedArtifact<Prompt, Artifact>] {
    rated.enumerated().sorted {
      ($1.element.score.total, $0.offset) < ($0.element.score.total, $1.offset)
    }.map(\.element)
  }
}

/// Scores artifacts from files with a reward model.
public struct RatingStage<D: Domain> {
  private let domain: D
  private let observer: StageObserver

  /// Creates the stage.
  public init(domain: D, observer: StageObserver = StageObserver()) {
    (self.domain, self.observer) = (domain, observer)
  }

  /// Scores what lies in `files`, files and folders, with the reward model in the directory `reward`.
  ///
  /// `prompt` is what the artifacts are scored for; without it, what their files tell. What cannot be read is listed and
  /// passed over. Throws where a name leads nowhere or a folder holds nothing that the domain reads.
  public func run(
    _ files: [URL], reward: URL, prompt: D.Prompt? = nil, batchSize: Int = 64
  ) throws -> RatingReport<D.Prompt, D.Artifact> {
    let reader = ArtifactFiles(domain)
    let sources = try reader.sources(files)
    let model = try RewardModelFiles.load(of: domain, from: reward)
    var report = RatingReport<D.Prompt, D.Artifact>(
      criteria: model.criteria, rated: [], failures: [], isComplete: true)
    var waiting: [(String, Sample<D.Prompt, D.Artifact>)] = []
    for (index, source) in sources.enumerated() {
      if observer.shouldStop() {
        report.isComplete = false
        break
      }
      let read = try reader.samples(of: source)
      report.failures += read.failures
      waiting += read.samples
      while waiting.count >= batchSize {
        try score(Array(waiting.prefix(batchSize)), by: model, prompt, into: &report)
        waiting.removeFirst(batchSize)
      }
      observer.progress(StageProgress("Rating", index + 1, of: sources.count, unit: "files"))
    }
    if !waiting.isEmpty { try score(waiting, by: model, prompt, into: &report) }
    return report
  }

  private func score(
    _ batch: [(String, Sample<D.Prompt, D.Artifact>)],
    by model: TrainableRewardModel<D.DomainEncoder>, _ prompt: D.Prompt?,
    into report: inout RatingReport<D.Prompt, D.Artifact>
  ) throws {
    let named = batch.map { name, sample in
      (name, Sample(prompt: prompt ?? sample.prompt, artifact: sample.artifact))
    }
    let scores = try model.scores(of: named.map(\.1))
    for ((name, sample), score) in zip(named, scores) {
      guard score.total.isFinite else {
        report.failures.append(
          UnusableFile(name: name, message: "the reward model's score is not a finite number."))
        continue
      }
      report.rated.append(
        RatedArtifact(
          name: name, sample: sample, score: score, measurements: domain.measurements(of: sample)))
    }
  }
}
