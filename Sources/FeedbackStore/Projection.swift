import RLHFCore

/// What an answer says that training reads.
///
/// It is a function of the task and the answer alone, so that what an answer put there can be taken back without
/// keeping a note of it. Gold tasks and repetitions measure raters and teach nothing; labels, comments and
/// real-or-generated answers stay answers.
enum Projection: Hashable {
  /// A judgment of a comparison.
  case judgment(first: Int64, second: Int64, criterion: String, Verdict, confidence: Double)
  /// A ranking, the best one first, of which the places after the first `topCount` are no order.
  case ranking([Int64], criterion: String, topCount: Int?)
  /// A rating on a scale.
  case rating(of: Int64, criterion: String, Double, RatingScale)
  /// A demonstration, by its text.
  case demonstration(String)

  /// What a projection is about; a later one about the same by the same rater takes its place.
  enum Subject: Hashable {
    case judgment(first: Int64, second: Int64, criterion: String)
    case ranking([Int64], criterion: String)
    case rating(of: Int64, criterion: String, RatingScale)
    case demonstration(String)
  }

  var subject: Subject {
    switch self {
    case .judgment(let first, let second, let criterion, _, _):
      .judgment(first: first, second: second, criterion: criterion)
    case .ranking(let items, let criterion, _): .ranking(items.sorted(), criterion: criterion)
    case .rating(let item, let criterion, _, let scale):
      .rating(of: item, criterion: criterion, scale)
    case .demonstration(let text): .demonstration(text)
    }
  }

  /// What `answer`, in canonical order, teaches.
  static func of(
    _ answer: StudioAnswer?, _ task: TaskDraft, scales: [String: RatingScale]
  ) -> [Projection] {
    guard let answer, task.gold == nil, task.repeatOf == nil else { return [] }
    switch answer.content {
    case .pair(let verdict):
      return [judgment(verdict, task)]
    case .skip(_) where task.kind == .pair:
      return [judgment(.skip, task)]
    case .ranking(let ranks):
      return ranking(ranks, task)
    case .rating(let ratings):
      return ratings.sorted { $0.key < $1.key }.compactMap { criterion, value in
        scales[criterion].map { .rating(of: task.items[0], criterion: criterion, value, $0) }
      }
    case .demonstration(let text):
      return [.demonstration(text)]
    case .labels, .realOrGenerated, .comment, .review, .skip:
      return []
    }
  }

  private static func judgment(_ verdict: Verdict, _ task: TaskDraft) -> Projection {
    .judgment(
      first: task.items[0], second: task.items[1], criterion: task.criteria[0], verdict,
      confidence: 1)
  }

  /// Ties below everything else are the end of a ranking that was given with care up to there.
  ///
  /// With ties further up, every strict pair is a judgment; together they weigh as much as one ranking. Of items that
  /// are all equal nothing is learnt.
  private static func ranking(_ ranks: [Int], _ task: TaskDraft) -> [Projection] {
    let places = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    let worst = ranks.max() ?? 0
    let top = ranks.filter { $0 < worst }
    guard !top.isEmpty else { return [] }
    if Set(top).count == top.count {
      return [
        .ranking(
          places.map { task.items[$0] }, criterion: task.criteria[0],
          topCount: top.count == ranks.count - 1 ? nil : top.count)
      ]
    }
    let pairs = ranks.indices.flatMap { first in
      ranks.indices.dropFirst(first + 1).filter { ranks[$0] != ranks[first] }.map { (first, $0) }
    }
    return pairs.map { first, second in
      .judgment(
        first: task.items[first], second: task.items[second], criterion: task.criteria[0],
        ranks[first] < ranks[second] ? .first : .second, confidence: 1 / Double(pairs.count))
    }
  }
}
