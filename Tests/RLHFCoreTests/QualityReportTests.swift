import Foundation
import RLHFCore
import Testing

struct QualityReportTests {
  /// 60 pairs of two models by four raters: `good` prefers the first model's items, the longer ones, three times in four;
  /// the others guess, say the opposite, and always choose what is first.
  private static let votes: [VoteRecord] = {
    var generator = Seed(7).generator
    var votes: [VoteRecord] = []
    for pair in 0..<60 {
      let truth: Verdict = generator.uniform() < 0.75 ? .first : .second
      for (number, rater) in ["good", "fair", "guess", "first", "contrary", "kind"].enumerated() {
        let isSwapped = (pair + number) % 2 == 1
        let verdict: Verdict
        switch rater {
        case "guess": verdict = generator.uniform() < 0.5 ? .first : .second
        case "first": verdict = isSwapped ? .second : .first
        case "contrary": verdict = truth.swapped
        case "kind": verdict = pair % 5 == 0 ? .tie : truth
        default: verdict = truth
        }
        votes.append(
          VoteRecord(
            id: "\(pair)-\(rater)", task: "\(pair)", rater: rater,
            items: [
              .init("\(pair)a", source: "big", length: truth == .first ? 200 : 90),
              .init("\(pair)b", source: "small", length: 100),
            ], answer: .verdict(verdict), shown: isSwapped ? [1, 0] : [0, 1],
            seconds: rater == "guess" ? 0.5 : 4 + Double(pair % 3)))
      }
    }
    for (index, rater) in ["good", "guess", "good", "guess", "guess", "guess"].enumerated() {
      votes.append(
        VoteRecord(
          id: "g\(index)", task: "gold\(index)", rater: rater, items: [.init("x"), .init("y")],
          answer: .verdict(rater == "good" ? .first : .second), gold: .verdict(.first)))
    }
    for index in 0..<4 {
      let before = votes.first { $0.task == "\(index)" && $0.rater == "good" }
      votes.append(
        VoteRecord(
          id: "r\(index)", task: "again\(index)", rater: "good",
          items: [.init("\(index)b"), .init("\(index)a")],
          answer: .verdict((before?.verdict ?? .tie).swapped), repeats: "\(index)"))
    }
    votes.append(
      VoteRecord(
        id: "s", task: "0", rater: "late", items: [.init("0a"), .init("0b")], answer: .skip))
    return votes
  }()

  @Test func comparisonsAreSummarised() throws {
    let report = try QualityReport(votes: Self.votes)
    #expect(report.criteria.map(\.criterion) == ["overall"])
    let quality = try #require(report.criteria.first)
    #expect(quality.answers == Self.votes.count - 1 && quality.level == "nominal")
    let agreement = try #require(quality.agreement)
    #expect(agreement.count == 60 && agreement.value > 0.3 && agreement.value < 0.7)
    #expect((agreement.low ?? 1) < agreement.value && (agreement.high ?? 0) > agreement.value)
    #expect((quality.alpha?.value ?? 1) < 0.4 && quality.kappa != nil)
    let ceiling = try #require(quality.ceiling)
    #expect(ceiling.accuracy.lower <= ceiling.accuracy.upper && ceiling.accuracy.lower >= 0.5)
    #expect(quality.leaderboard.map(\.source) == ["big", "small"])
    let best = quality.leaderboard[0]
    #expect(best.low < best.score && best.score < best.high && best.comparisons == 360)
    #expect(best.wins + quality.leaderboard[1].wins + best.ties == 360 && best.ties == 12)
    #expect(abs(best.score + quality.leaderboard[1].score - 2000) < 1e-6)
    let side = try #require(quality.side)
    #expect((side.bias ?? 0) > 0.1 && side.choices == 348)
    #expect((quality.length?.longer?.value ?? 0) > 0.6)
    #expect((quality.length?.coefficient?.value ?? 0) > 0.3)
    #expect(quality.deception == nil && (report.seconds?.median ?? 0) >= 4)
  }

  @Test func ratersAreTold() throws {
    let raters = try QualityReport(votes: Self.votes).raters
    let table = Dictionary(uniqueKeysWithValues: raters.map { ($0.id, $0) })
    let good = try #require(table["good"])
    let guess = try #require(table["guess"])
    #expect(good.flags.isEmpty && (good.reliability?.value ?? 0) > 0.8)
    #expect(good.gold == 2 && good.goldRight == 2 && good.repeated == 4 && good.sameAgain == 4)
    #expect(guess.gold == 4 && guess.goldRight == 0)
    #expect(Set(guess.flags).isSuperset(of: [.gold, .hasty]))
    #expect(table["contrary"]?.flags == [.opposite])
    #expect(table["first"]?.flags.contains(.oneSided) == true)
    #expect(table["first"]?.firstShare?.value == 1)
    #expect((good.agreement?.value ?? 0) > (table["contrary"]?.agreement?.value ?? 1))
    #expect(table["late"]?.answers == 0 && table["late"]?.skipped == 1)
    #expect(table["late"]?.reliability == nil)
  }

  @Test func ratingsAndLabelsAndGuessesAreSummarised() throws {
    func record(_ rater: String, _ item: String, _ criterion: String, _ answer: VoteRecord.Answer)
      -> VoteRecord
    {
      VoteRecord(
        id: "\(rater)\(item)\(criterion)", task: item, rater: rater, criterion: criterion,
        items: [.init(item)], answer: answer)
    }
    var votes: [VoteRecord] = []
    for item in 0..<10 {
      for (number, rater) in ["a", "b", "c"].enumerated() {
        let shift = item % 4 == number ? 1.0 : 0
        votes.append(record(rater, "\(item)", "mood", .rating(Double(item % 5) + shift)))
        votes.append(record(rater, "\(item)", "kind", .labels(item % 2 == 0 ? ["x", "y"] : ["z"])))
        votes.append(
          record(
            rater, "\(item)", "real", .guess(isRight: item % 3 != number, isReal: item % 2 == 0)))
      }
    }
    let report = try QualityReport(votes: votes)
    let (mood, kind, real) = (report.criteria[0], report.criteria[1], report.criteria[2])
    #expect(mood.level == "interval" && (mood.alpha?.value ?? 0) > 0.8)
    #expect((mood.agreement?.value ?? 1) < 1 && mood.ceiling == nil && mood.side == nil)
    #expect(kind.level == "nominal" && kind.alpha?.value == 1 && kind.agreement?.value == 1)
    #expect((real.deception?.mean ?? 0) > 30 && (real.deception?.mean ?? 100) < 40)
  }

  @Test func rankingsAreComparedPairByPair() throws {
    let votes = ["a", "b"].map { rater in
      VoteRecord(
        id: rater, task: "t", rater: rater,
        items: [.init("z"), .init("y"), .init("x")],
        answer: .ranks(rater == "a" ? [1, 2, 3] : [1, 2, 2]))
    }
    let quality = try QualityReport(votes: votes).criteria[0]
    // Both put z first; one ties y and x.
    #expect(quality.agreement?.count == 3 && abs((quality.agreement?.value ?? 0) - 2.0 / 3) < 1e-12)
  }

  @Test func reportsAreJSONWhateverTheVotes() throws {
    let lonely = VoteRecord(
      id: "1", task: "t", rater: "a",
      items: [.init("x", source: "m", length: 0), .init("y", source: "n", length: 0)],
      answer: .verdict(.tie), seconds: 2)
    for votes in [[], [lonely], Self.votes] {
      let report = try QualityReport(votes: votes)
      let data = try JSONEncoder().encode(report)
      #expect(
        try JSONDecoder().decode(QualityReport.self, from: data).criteria.count
          == report.criteria.count)
    }
    let records = try JSONDecoder().decode(
      [VoteRecord].self, from: try JSONEncoder().encode(Self.votes))
    #expect(records == Self.votes)
  }

  @Test func goldAnswersAreChecked() {
    func isRight(_ answer: VoteRecord.Answer, _ gold: VoteRecord.Answer?) -> Bool? {
      VoteRecord(id: "", task: "", rater: "", items: [], answer: answer, gold: gold).isRight
    }
    #expect(isRight(.verdict(.bothBad), .verdict(.tie)) == true)
    #expect(isRight(.verdict(.first), .verdict(.tie)) == false)
    #expect(isRight(.verdict(.skip), .verdict(.tie)) == nil && isRight(.skip, .rating(1)) == nil)
    #expect(isRight(.labels(["b", "a"]), .labels(["a", "b"])) == true)
    #expect(isRight(.ranks([1, 2]), .ranks([1, 2])) == true && isRight(.rating(2), nil) == nil)
  }

  @Test func impossibleSettingsAreNamed() {
    var options = QualityOptions()
    options.confidence = 1
    let error = #expect(throws: RLHFError.self) {
      try QualityReport(votes: [], options: options)
    }
    #expect(error?.message.contains("quality.confidence is 1.0") == true)
  }
}
