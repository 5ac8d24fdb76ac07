import PolicyOptimization
import RLHFCore
public import Tracking

extension RunTables {
  /// The best samples with their scores, and what the best of fewer samples would score.
  public static func bestOfN(_ report: BestOfNReport) -> [DataTable] {
    var samples = DataTable(
      "The best of \(report.count) samples",
      columns: [
        .init("prompt"), .init("sample"), .init("score", alignment: .trailing),
        .init("mean score", alignment: .trailing),
      ])
    for row in report.rows {
      samples.append(
        .text(row.words.first ?? ""), .text(row.words.last ?? ""), .number(row.score),
        .number(Statistics.mean(row.scores)))
    }
    var curve = DataTable(
      "What the best of n samples scores",
      columns: [
        .init("n", alignment: .trailing), .init("score", alignment: .trailing),
        .init("KL at most, nats", alignment: .trailing),
      ],
      note:
        "The mean over prompts of the best over all choices of n of the samples. A high n finds what the reward model overrates as well as what is good."
    )
    for row in report.expectations {
      curve.append(.integer(row.n), .number(row.score), .number(row.divergenceBound))
    }
    return [samples, curve]
  }
}
