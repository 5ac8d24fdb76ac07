import FeedbackStore
import Foundation
import PreferenceLearning
import Presentation
import RLHFCore
import RLHFPlugin

/// What was put into the queue.
public struct QueueReport: Sendable, Codable, Equatable {
  /// Comparisons that nobody had judged.
  public var pairs = 0
  /// Prompts for which people may write what should be answered.
  public var demonstrations = 0

  /// Creates a report of nothing.
  public init() {}
}

extension Project {
  /// Brings everything that waits to be judged before people: the domain's criteria, comparisons without a judgment, and
  /// as many prompts without a demonstration as wanted.
  @discardableResult
  public func fillQueue(
    criterion: String? = nil, overlap: Int = 1, demonstrations: Int = 0
  ) throws -> QueueReport {
    let criteria = D.descriptor.criteria
    // What an owner changed of a criterion stays.
    let known = Set(try store.criteria().map(\.id))
    for criterion in criteria where !known.contains(criterion.id) {
      try store.addCriterion(
        StudioCriterion(
          id: criterion.id, title: criterion.title,
          question: criterion.question ?? D.descriptor.question, origin: .domain))
    }
    let criterion = criterion ?? criteria.first?.id ?? Criterion.overall.id
    try present(unjudged: criterion, split: demonstrations > 0 ? .train : nil)
    var report = QueueReport()
    report.pairs = try store.addPairTasks(forUnjudged: criterion, overlap: overlap)
    try store.setPriorities(informationByVotes())
    if demonstrations > 0 {
      let rows = try store.promptsToDemonstrate(.train, limit: demonstrations)
      report.demonstrations = try store.addTasks(
        rows.map { TaskDraft(kind: .demonstration, prompt: $0, origin: "people") }
      ).count
    }
    return report
  }

  /// The payload of the artifact that a person wrote for the prompt with the payload `prompt`; `nil` where the domain
  /// has none that can be written.
  public func artifactPayload(prompt: String, text: String) throws -> String? {
    let decoded: D.Prompt = try JSONValue(parsing: Data(prompt.utf8)).decoded(files: store.files)
    guard let artifact = try domain.artifact(fromText: text, for: decoded) else { return nil }
    return try JSONValue(encoding: artifact, files: store.files).description
  }

  /// Lets comparisons on which `model` is least sure come before the others.
  ///
  /// The priority is what a vote is expected to tell, in nats: of items that were compared repeatedly by the fit of the
  /// votes, of others by how far the scores are apart and how far the heads of an ensemble differ. A single head does
  /// not say how sure it is; one unit of log-odds is assumed.
  func prioritise(by model: TrainableRewardModel<D.DomainEncoder>) throws {
    let queued: [QueuedComparison<D.Prompt, D.Artifact>] = try store.queuedComparisons()
    var priorities: [Int64: Double] = [:]
    for start in stride(from: 0, to: queued.count, by: 256) {
      let batch = queued[start..<min(start + 256, queued.count)]
      let scores = try model.scores(
        of: batch.flatMap { queued in
          let comparison = queued.comparison
          return [comparison.first, comparison.second].map {
            Sample(prompt: comparison.prompt, artifact: $0)
          }
        })
      for (index, queued) in batch.enumerated() {
        let (first, second) = (scores[2 * index], scores[2 * index + 1])
        let spread = (first.deviation * first.deviation + second.deviation * second.deviation)
          .squareRoot()
        priorities[queued.task] = Statistics.expectedInformation(
          mean: first.total - second.total, deviation: spread > 0 ? spread : 1)
      }
    }
    try store.setPriorities(priorities.merging(informationByVotes()) { $1 })
  }

  private func present(unjudged criterion: String, split: Split?) throws {
    let prompts: [StoredValue<D.Prompt>] = try store.unpresentedPrompts(
      forUnjudged: criterion, split: split)
    let artifacts: [StoredValue<D.Artifact>] = try store.unpresentedArtifacts(
      forUnjudged: criterion)
    var promptBlocks: [Int64: [ContentBlock]] = [:]
    var artifactBlocks: [Int64: [ContentBlock]] = [:]
    for prompt in prompts {
      promptBlocks[prompt.row] = try domain.content(of: prompt.value, addMedia: addMedia(_:type:))
    }
    for artifact in artifacts {
      artifactBlocks[artifact.row] = try domain.content(
        of: artifact.value, addMedia: addMedia(_:type:))
    }
    try store.setPresentations(prompts: promptBlocks, artifacts: artifactBlocks)
  }
}
