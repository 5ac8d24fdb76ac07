import Foundation
public import RLHFCore

extension FeedbackStore {
  /// Every answer that stands as statistics read it: one record per criterion, in the order in which they were given.
  public func voteRecords() throws -> [VoteRecord] {
    try votes().flatMap(\.records)
  }
}

extension VoteRow {
  /// The answer by criterion; words, and guesses of what is real where that is not known, are none.
  ///
  /// A task without a criterion stands under the name of its kind.
  public var records: [VoteRecord] {
    let criteria = criteria.isEmpty ? [answer.kind.rawValue] : criteria
    return criteria.compactMap { criterion in
      guard let said = answer.answer.flatMap({ Self.said($0, criterion, truth: gold) }) else {
        return nil
      }
      return VoteRecord(
        id: answer.id, task: answer.task, rater: String(answer.rater), criterion: criterion,
        items: artifacts.indices.map { index in
          VoteRecord.Item(
            String(artifacts[index]), source: origins[index].isEmpty ? nil : origins[index],
            length: Double(lengths[index]))
        },
        answer: said,
        gold: answer.isGold ? gold.flatMap { Self.said($0, criterion, truth: gold) } : nil,
        repeats: answer.repeatOf, shown: answer.order, seconds: answer.seconds,
        date: Date(milliseconds: answer.created))
    }
  }

  private static func said(
    _ answer: StudioAnswer, _ criterion: String, truth: StudioAnswer?
  ) -> VoteRecord.Answer? {
    switch answer.content {
    case .pair(let verdict): return .verdict(verdict)
    case .ranking(let ranks): return .ranks(ranks)
    case .rating(let ratings): return ratings[criterion].map { .rating($0) }
    case .labels(let labels): return .labels(labels)
    case .realOrGenerated(let choice):
      guard case .realOrGenerated(let real) = truth?.content else { return nil }
      return .guess(isRight: choice == real, isReal: real == .first || real == .real)
    case .skip: return .skip
    case .comment, .demonstration, .review: return nil
    }
  }
}
