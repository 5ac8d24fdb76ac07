import Foundation
import PreferenceLearning
import RLHFCore
public import Tracking

/// Makes `report.html` from what a run's folder holds: its state, metrics, samples and evaluation.
public struct RunReport {
  private let run: RunFolder
  private let state: RunState

  /// Reads the state of `run`; throws ``RLHFError`` where it is no run.
  public init(of run: RunFolder) throws {
    self.run = run
    state = try run.state()
  }

  /// Writes `report.html` into the run's folder, replacing what is there.
  public func write() throws {
    try report().write(to: run.report)
  }

  /// The page; what the run does not have, such as samples, is left out.
  public func report() throws -> Report {
    var report = Report(title: run.name, summary: Self.summary(of: state))
    switch state.stage {
    case .reward: add(evaluation(RewardReport.self), to: &report)
    case .evaluate: add(evaluation(PolicyReport.self), to: &report)
    case .compare: add(evaluation(MethodReport.self), to: &report)
    case .sft, .ppo, .dpo: report.highlights = summaryHighlights()
    }
    if let samples = samplesSection() { report.sections.append(samples) }
    // Evaluations have one step: nothing to draw.
    if state.stage != .evaluate, state.stage != .compare,
      FileManager.default.fileExists(atPath: run.metrics.path)
    {
      let records = try MetricsLog.read(run.metrics)
      if let section = Self.optimisationSection(records) { report.sections.append(section) }
      report.sections += Report.curves(of: [(run.name, records)])
    }
    report.sections.append(Report.Section("Run", [.facts(facts())]))
    if let text = try? String(contentsOf: run.configuration, encoding: .utf8) {
      report.sections.append(Report.Section("Settings", [.preformatted(text)]))
    }
    report.footer = "Written by rlhf with libtorch \(state.libtorch)."
    return report
  }

  private static func summary(of state: RunState) -> String {
    let subject =
      switch state.stage {
      case .sft: "Supervised fine-tuning of a policy on demonstrations"
      case .reward: "A reward model, trained on preference pairs"
      case .ppo: "Policy optimisation against a reward model"
      case .dpo: "A policy, trained on preferences directly"
      case .compare: "Methods of training beside one another, measured by a gold reward model"
      case .evaluate: "A policy beside the one it is compared with, on held-out prompts"
      }
    switch state.status {
    case .finished: return subject + "."
    case .interrupted: return subject + "; interrupted, it goes on with --resume."
    case .running: return subject + "; not finished."
    }
  }

  private func evaluation<Value: Decodable>(_ type: Value.Type) -> Value? {
    try? JSONValue(parsing: Data(contentsOf: run.evaluation)).decoded(
      as: type, files: run.sampleFiles)
  }

  private func summaryHighlights() -> [Report.Highlight] {
    state.summary.sorted { $0.key < $1.key }.map { Report.Highlight($0.key, $0.value) }
  }

  private func add(_ evaluation: RewardReport?, to report: inout Report) {
    guard let evaluation else { return }
    var blocks: [Report.Block] = RunTables.reward(evaluation, run: run).map { .table($0) }
    if let heldOut = evaluation.heldOut {
      report.highlights = [
        .init("held-out accuracy", heldOut.accuracy, heldOut.interval, style: .percent(1)),
        .init("log loss", heldOut.logLoss), .init("calibration error", heldOut.calibrationError),
      ]
      blocks.append(.reliability(heldOut.reliability))
    }
    report.sections.append(Report.Section("Held-out preference pairs", blocks))
  }

  private func add(_ evaluation: PolicyReport?, to report: inout Report) {
    guard let evaluation else { return }
    if let winRate = evaluation.winRate, let interval = evaluation.interval {
      report.highlights.append(.init("win rate", winRate.rate, interval, style: .percent(1)))
    }
    for (name, label) in [("baseline", "reward before"), ("policy", "reward after")] {
      if let score = evaluation.scores[name] { report.highlights.append(.init(label, score)) }
    }
    report.highlights.append(.init("KL, nats", evaluation.divergence))
    report.sections.append(
      Report.Section("Result", RunTables.evaluation(evaluation).prefix(1).map { .table($0) }))
    let samples = evaluation.samples.map { sample in
      Report.SampleComparison(
        prompt: sample.prompt,
        columns: [
          .init(
            "before", sample.baseline, score: sample.scores.first,
            files: sample.files.map { Array($0.prefix(1)) } ?? []),
          .init(
            "after", sample.policy, score: sample.scores.dropFirst().first,
            files: sample.files.map { Array($0.dropFirst().prefix(1)) } ?? []),
        ])
    }
    if !samples.isEmpty {
      report.sections.append(Report.Section("Side by side", [.samples(samples)]))
    }
  }

  private func add(_ comparison: MethodReport?, to report: inout Report) {
    guard let comparison else { return }
    report.highlights = comparison.methods.map {
      .init($0.method, $0.gain, $0.interval)
    }
    let ends = comparison.methods.map { method in
      ScatterChart.Series(
        method.method, method.results.map { ScatterChart.Point($0.divergence, $0.score) })
    }
    let paths = comparison.methods.compactMap { method -> ScatterChart.Series? in
      let points = method.results.flatMap { result -> [ScatterChart.Point] in
        let folder = RunFolder(
          url: run.url.deletingLastPathComponent().appending(path: result.run))
        return ((try? MetricsLog.read(folder.metrics)) ?? []).compactMap { record in
          guard let kl = record.values["objective/kl"], let gold = record.values["gold/score"]
          else { return nil }
          return ScatterChart.Point(max(kl, 0).squareRoot(), gold)
        }
      }
      return points.isEmpty ? nil : .trend(method.method, points)
    }
    report.sections.append(
      Report.Section(
        "Methods",
        [
          .table(RunTables.methods(comparison)),
          .scatter([
            ScatterChart("gold score, by seed", over: "KL to the start, nats", series: ends),
            ScatterChart("gold score in training", over: "√KL to the start", series: paths),
          ]),
        ]))
  }

  /// The first samples of the run beside the last.
  private func samplesSection() -> Report.Section? {
    let snapshots = SampleSnapshot.all(in: run)
    guard let first = snapshots.first, let last = snapshots.last else { return nil }
    let samples = first.prompts.indices.map { index in
      var columns = [Report.SampleComparison.Column]()
      for snapshot in first.step == last.step ? [first] : [first, last]
      where snapshot.artifacts.indices.contains(index) {
        let file = snapshot.files.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        columns.append(
          .init(
            "after \(snapshot.step) steps", snapshot.artifacts[index],
            files: file.map { [$0] } ?? []))
      }
      return Report.SampleComparison(prompt: first.prompts[index], columns: columns)
    }
    return Report.Section("Samples before and after", [.samples(samples)])
  }

  /// The score that was optimised, and the gold score, over the distance from the reference policy.
  ///
  /// After Gao and others 2023.
  private static func optimisationSection(_ records: [MetricsRecord]) -> Report.Section? {
    func points(_ metric: String, over place: (Double) -> Double) -> [ScatterChart.Point] {
      records.compactMap { record in
        guard let kl = record.values["objective/kl"], let value = record.values[metric] else {
          return nil
        }
        // Estimates of small divergences may be negative.
        return ScatterChart.Point(place(max(kl, 0)), value)
      }
    }
    let proxy = points("objective/score") { $0.squareRoot() }
    guard proxy.count > 1 else { return nil }
    let gold = points("gold/score") { $0.squareRoot() }
    var overRoot = [ScatterChart.Series.trend("optimised score", proxy)]
    if !gold.isEmpty { overRoot.append(.trend("gold score", gold)) }
    let frontier = ScatterChart.Series.frontier(
      gold.isEmpty ? "optimised score" : "gold score",
      points(gold.isEmpty ? "objective/score" : "gold/score") { $0 })
    return Report.Section(
      "Reward and divergence",
      [
        .scatter([
          ScatterChart("score", over: "√KL to the reference", series: overRoot),
          ScatterChart("frontier", over: "KL to the reference, nats", series: [frontier]),
        ])
      ])
  }

  private func facts() -> [(name: String, value: String)] {
    [("status", state.status.rawValue), ("seed", "\(state.seed.value)")]
      + state.inputs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
