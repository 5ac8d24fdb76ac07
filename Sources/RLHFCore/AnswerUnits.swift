/// A verdict on two items, with what statistics of comparisons need.
struct SidedVerdict {
  /// 1 for the first item, -1 for the second, 0 for neither.
  var choice: Int
  var isSwapped: Bool
  /// What made the items, where both are known and differ.
  var sources: (String, String)?
  /// (a - b) / (a + b) of the lengths, where they are known.
  var relativeLength: Double?

  init?(_ vote: VoteRecord) {
    guard let choice = vote.verdict?.sides else { return nil }
    self.choice = choice
    isSwapped = vote.isSwapped
    let (first, second) = (vote.items[0], vote.items[1])
    if let one = first.source, let other = second.source, one != other { sources = (one, other) }
    if let one = first.length, let other = second.length, one + other > 0, min(one, other) >= 0 {
      relativeLength = (one - other) / (one + other)
    }
  }
}

/// The answers on one criterion as ratings of units: those of the form that most answers have.
struct AnswerUnits {
  /// What an answer says of a unit; 0 is a tie of two items.
  private enum Form: Hashable { case comparison, rating, label }

  let level: RaterAgreement.Difference
  private var raters: [String] = []
  private var units: [[String]] = []
  private var cells: [(rater: Int, unit: Int, value: Double)] = []
  private let isComparison: Bool

  init(_ votes: [VoteRecord]) {
    var found: [Form: [(rater: String, unit: [String], value: Double)]] = [:]
    var labels: [String: Double] = [:]
    for vote in votes {
      func add(_ form: Form, _ unit: [String], _ value: Double) {
        found[form, default: []].append((vote.rater, unit, value))
      }
      func addPair(_ first: Int, _ second: Int, _ sides: Int) {
        let (one, other) = (vote.items[first].id, vote.items[second].id)
        add(.comparison, [one, other].sorted(), Double(one <= other ? sides : -sides))
      }
      switch vote.answer {
      case .verdict:
        if let sides = vote.verdict?.sides { addPair(0, 1, sides) }
      case .ranks(let ranks) where ranks.count == vote.items.count:
        for first in ranks.indices {
          for second in ranks.indices.dropFirst(first + 1) {
            addPair(first, second, (ranks[second] - ranks[first]).signum())
          }
        }
      case .rating(let value):
        if let item = vote.items.first { add(.rating, [item.id], value) }
      case .labels(let names):
        let label = names.sorted().joined(separator: "\n")
        let number = labels[label] ?? Double(labels.count)
        labels[label] = number
        add(.label, [vote.items.first?.id ?? vote.task], number)
      case .guess(let isRight, let isReal):
        add(.label, [vote.task], isRight == isReal ? 1 : 0)
      case .ranks, .skip: break
      }
    }
    let forms: [Form] = [.comparison, .rating, .label]
    let form = forms.max { (found[$0]?.count ?? 0) < (found[$1]?.count ?? 0) } ?? .comparison
    level = form == .rating ? .interval : .nominal
    isComparison = form == .comparison
    var raterNumbers: [String: Int] = [:]
    var unitNumbers: [[String]: Int] = [:]
    for (rater, unit, value) in found[form] ?? [] {
      let raterNumber = raterNumbers[rater] ?? raters.count
      if raterNumber == raters.count {
        raterNumbers[rater] = raterNumber
        raters.append(rater)
      }
      let unitNumber = unitNumbers[unit] ?? units.count
      if unitNumber == units.count {
        unitNumbers[unit] = unitNumber
        units.append(unit)
      }
      cells.append((raterNumber, unitNumber, value))
    }
  }

  /// How many units more than one rater rated.
  var sharedUnits: Int {
    var seen = units.map { _ in Set<Int>() }
    for cell in cells { seen[cell.unit].insert(cell.rater) }
    return seen.count { $0.count > 1 }
  }

  /// The ratings; `nil` where there are none.
  func agreement() -> RaterAgreement? { agreement { _ in true } }

  /// The same without ties; `nil` where the answers are no comparisons.
  func withoutTies() -> RaterAgreement? { isComparison ? agreement { $0 != 0 } : nil }

  private func agreement(where holds: (Double) -> Bool) -> RaterAgreement? {
    let kept = cells.filter { holds($0.value) }
    let values = Set(kept.map(\.value)).sorted()
    guard !values.isEmpty else { return nil }
    let numbers = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
    var ratings = raters.map { _ in [Int?](repeating: nil, count: units.count) }
    for cell in kept { ratings[cell.rater][cell.unit] = numbers[cell.value] }
    return try? RaterAgreement(ratings, categories: values.count, values: values)
  }
}
