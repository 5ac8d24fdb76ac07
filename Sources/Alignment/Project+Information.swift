import FeedbackStore
import RLHFCore
import RLHFPlugin

extension Project {
  /// The most items of a group that is fitted together; larger ones would take too long while people wait.
  private static var largestGroup: Int { 100 }

  /// What a vote on each waiting comparison is expected to tell, by task, where its items were compared before with
  /// each other or with the same third ones.
  ///
  /// Comparisons of items that nobody else compares are left out: no vote tells anything of them.
  func informationByVotes() throws -> [Int64: Double] {
    let queued = try store.queuedPairs()
    guard !queued.isEmpty else { return [:] }
    var groups = ItemGroups()
    for pair in queued { groups.join(pair.criterion, pair.first, pair.second) }
    let votes = try store.standingVotes().filter {
      groups.contains($0.criterion, $0.first) || groups.contains($0.criterion, $0.second)
    }
    for vote in votes { groups.join(vote.criterion, vote.first, vote.second) }
    let said = Dictionary(grouping: votes) { groups.root($0.criterion, $0.first) }
    let waiting = Dictionary(grouping: queued) { groups.root($0.criterion, $0.first) }
    var information: [Int64: Double] = [:]
    for (root, pairs) in waiting {
      guard let votes = said[root] else { continue }
      let items = Set(
        votes.flatMap { [$0.first, $0.second] } + pairs.flatMap { [$0.first, $0.second] }
      )
      .sorted()
      guard items.count > 2, items.count <= Self.largestGroup else { continue }
      let numbers = Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1, $0) })
      func number(_ row: Int64) -> Int { numbers[row] ?? 0 }
      let choices = votes.flatMap { vote -> [StrengthFit.Choice] in
        let (first, second) = (number(vote.first), number(vote.second))
        let sides = vote.verdict.sides ?? 0
        return [
          StrengthFit.Choice([first, second], weight: vote.confidence * Double(1 + sides) / 2),
          StrengthFit.Choice([second, first], weight: vote.confidence * Double(1 - sides) / 2),
        ].filter { $0.weight > 0 }
      }
      let tells = try PairInformation(choices, count: items.count)
      for pair in pairs { information[pair.task] = tells(number(pair.first), number(pair.second)) }
    }
    return information
  }
}

/// Items that comparisons tie together, by criterion.
private struct ItemGroups {
  private struct Item: Hashable {
    var criterion: String
    var row: Int64
  }

  private var numbers: [Item: Int] = [:]
  private var parents: [Int] = []

  func contains(_ criterion: String, _ row: Int64) -> Bool {
    numbers[Item(criterion: criterion, row: row)] != nil
  }

  mutating func root(_ criterion: String, _ row: Int64) -> Int {
    let item = Item(criterion: criterion, row: row)
    guard var number = numbers[item] else {
      numbers[item] = parents.count
      parents.append(parents.count)
      return parents.count - 1
    }
    while parents[number] != number {
      parents[number] = parents[parents[number]]
      number = parents[number]
    }
    return number
  }

  mutating func join(_ criterion: String, _ first: Int64, _ second: Int64) {
    let (one, other) = (root(criterion, first), root(criterion, second))
    parents[one] = other
  }
}
