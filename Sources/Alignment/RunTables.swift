import Foundation
import PreferenceLearning
import RLHFCore
public import Tracking

/// The tables of runs, as commands print them and reports show them.
public enum RunTables {
  /// What a finished run ended with.
  public static func summary(_ run: RunFolder) throws -> DataTable {
    let state = try run.state()
    var table = DataTable(
      "\(run.name) (\(state.status.rawValue))",
      columns: [.init("figure"), .init("value", alignment: .trailing)],
      note: "The model is in \(run.model.path)")
    for (name, value) in state.summary.sorted(by: { $0.key < $1.key }) {
      table.append(.text(name), .number(value))
    }
    return table
  }

  /// How a reward model does beside simple rules.
  public static func reward(_ report: RewardReport, run: RunFolder) -> [DataTable] {
    var table = DataTable(
      "\(run.name): accuracy on held-out pairs, with 95 % intervals",
      columns: [
        .init("predictor"), .init("accuracy", alignment: .trailing),
        .init("pairs", alignment: .trailing),
      ])
    guard let heldOut = report.heldOut else {
      table.note = report.remarks.joined(separator: "\n")
      return [table]
    }
    table.append(
      .text("reward model"), .estimate(heldOut.accuracy, heldOut.interval, .percent(1)),
      .integer(heldOut.count))
    for (criterion, evaluation) in (report.criteria ?? [:]).sorted(by: { $0.key < $1.key }) {
      table.append(
        .text("reward model, '\(criterion)'"),
        .estimate(evaluation.accuracy, evaluation.interval, .percent(1)),
        .integer(evaluation.count))
    }
    for baseline in report.baselines {
      table.append(
        .text(baseline.name), .estimate(baseline.accuracy, baseline.interval, .percent(1)),
        .integer(heldOut.count))
    }
    var remarks = report.remarks
    remarks.insert(
      "\(report.trainingPairs) training pairs. Margin \(short(heldOut.meanMargin)), log loss \(short(heldOut.logLoss)) (a coin's is 0.693), calibration error \(short(heldOut.calibrationError)), best temperature \(short(heldOut.temperature)).",
      at: 0)
    table.note = remarks.joined(separator: "\n")
    return [table]
  }

  /// How a policy compares with the one it started from.
  public static func evaluation(_ report: PolicyReport) -> [DataTable] {
    var table = DataTable(
      "Held-out prompts: \(report.count)",
      columns: [
        .init("figure"), .init("before", alignment: .trailing),
        .init("after", alignment: .trailing),
      ])
    if let before = report.scores["baseline"], let after = report.scores["policy"] {
      table.append(.text("reward"), .number(before), .number(after))
    }
    if let gain = report.scoreGain, let interval = report.scoreGainInterval {
      table.append(.text("gain of reward"), .missing, .estimate(gain, interval))
    }
    table.append(.text("KL to the baseline, nats"), .number(0), .number(report.divergence))
    for (name, values) in report.measurements.sorted(by: { $0.key < $1.key })
    where values.count == 2 {
      table.append(.text(name), .number(values[0]), .number(values[1]))
    }
    if let winRate = report.winRate, let interval = report.interval {
      table.append(
        .text("win rate (\(report.judge ?? "judge"))"), .missing,
        .estimate(winRate.rate, interval, .percent(1)))
      table.note =
        "\(winRate.wins) won, \(winRate.losses) lost, \(winRate.ties) tied; the interval is of 95 %, ties count half."
    }
    if let controlled = report.lengthControlled {
      table.append(
        .text("win rate at equal lengths"), .missing,
        .estimate(controlled.rate, controlled.interval(), .percent(1)))
    }
    var samples = DataTable(
      "Side by side", columns: [.init("prompt"), .init("before"), .init("after")])
    for sample in report.samples {
      // Of a long conversation the end is what was asked last; of a long artifact the beginning says most.
      let (prompt, texts) = (Self.line(sample.prompt), [sample.baseline, sample.policy])
      let cells = texts.map { DataTable.Cell.text(Self.shortened(Self.line($0), atEnd: true)) }
      samples.append([.text(Self.shortened(prompt, atEnd: false))] + cells)
    }
    return report.samples.isEmpty ? [table] : [table, samples]
  }

  /// How methods compare.
  public static func methods(_ report: MethodReport) -> DataTable {
    var table = DataTable(
      "Gold score over the policy that training started from, \(report.count) held-out prompts",
      columns: [
        .init("method"), .init("gain", alignment: .trailing),
        .init("by seed", alignment: .trailing), .init("KL, nats", alignment: .trailing),
        .init("largest KL", alignment: .trailing),
      ])
    for method in report.methods {
      let seeds = method.results.map { NumberStyle.fixed(2).text($0.gain) }
      table.append([
        .text(method.method), .estimate(method.gain, method.interval),
        .text(seeds.joined(separator: "  ")), .number(method.divergence, .fixed(2)),
        .number(method.results.map(\.divergence).max() ?? .nan, .fixed(2)),
      ])
    }
    table.note =
      "The starting policy scores \(short(report.baseline)). The gold reward model learned from preferences that no method saw. Intervals are of 95 %, over prompts."
    return table
  }

  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func shortened(_ text: String, atEnd: Bool, to limit: Int = 160) -> String {
    guard text.count > limit else { return text }
    return atEnd ? text.prefix(limit - 1) + "…" : "…" + text.suffix(limit - 1)
  }

  private static func short(_ value: Double) -> String { NumberStyle.automatic.text(value) }
}
