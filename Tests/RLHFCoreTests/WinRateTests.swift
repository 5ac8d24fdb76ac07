import Foundation
import RLHFCore
import Testing

struct WinRateTests {
  @Test(arguments: StatisticsOracle.files)
  func winRate(file: String) throws {
    guard let oracle = try StatisticsOracle(file)?["win_rate"] else { return }
    let rate = WinRate(
      wins: Int(oracle["wins"].number), losses: Int(oracle["losses"].number),
      ties: Int(oracle["ties"].number))
    #expect(isClose(rate.rateWithoutTies, oracle["rate_without_ties"].number))
    #expect(isClose(rate.rate, oracle["rate_ties_half"].number))
    let wilson = rate.intervalWithoutTies()
    #expect(isClose([wilson.lower, wilson.upper], oracle["wilson_95_without_ties"].numbers))
    let exact = Statistics.clopperPearsonInterval(
      successes: rate.wins, trials: rate.wins + rate.losses)
    #expect(
      isClose([exact.lower, exact.upper], oracle["clopper_pearson_95_without_ties"].numbers))
    #expect(isClose(rate.signTest, oracle["sign_test_two_sided_p"].number))

    var other = rate
    other.wins += 1
    #expect(!isClose(other.rateWithoutTies, oracle["rate_without_ties"].number))
    #expect(!isClose(other.signTest, oracle["sign_test_two_sided_p"].number))
  }

  @Test(arguments: StatisticsOracle.files)
  func lengthControlled(file: String) throws {
    guard let oracle = try StatisticsOracle(file)?["length_controlled"] else { return }
    var preferred = oracle["preferred"].numbers
    let fit = LengthControlledWinRate(
      lengthDifferences: oracle["length_difference"].numbers, preferred: preferred)
    #expect(isClose(fit.rate, oracle["length_controlled_win_rate"].number, 1e-6))
    #expect(isClose([fit.intercept, fit.lengthEffect], oracle["coefficients"].numbers, 1e-6))
    #expect(isClose(Statistics.mean(preferred), oracle["raw_win_rate"].number))

    preferred[0] = 1 - preferred[0]
    let other = LengthControlledWinRate(
      lengthDifferences: oracle["length_difference"].numbers, preferred: preferred)
    #expect(!isClose(other.rate, oracle["length_controlled_win_rate"].number, 1e-6))
  }

  @Test func lengthControlledInterval() {
    // Two thirds of 3,000 fair comparisons are won; length says nothing: the interval is that of a proportion.
    let preferred = (0..<3000).map { $0 % 3 == 0 ? 0.0 : 1 }
    let lengths = (0..<3000).map { Double($0 / 3 % 7 - 3) }
    let fit = LengthControlledWinRate(lengthDifferences: lengths, preferred: preferred)
    let plain = WinRate(wins: 2000, losses: 1000).interval()
    #expect(
      isClose([fit.interval().lower, fit.interval().upper], [plain.lower, plain.upper], 1e-3))
    #expect(fit.interval().contains(fit.rate))
    let wide = fit.interval(confidence: 0.99)
    #expect(wide.lower < fit.interval().lower && wide.upper > fit.interval().upper)
    // A longer side that wins by its length alone has no advantage of its own.
    let long = LengthControlledWinRate(
      lengthDifferences: (0..<400).map { $0 % 4 == 0 ? -1 : 1 },
      preferred: (0..<400).map { $0 % 4 == 0 ? ($0 % 16 == 0 ? 1 : 0) : ($0 % 4 == 1 ? 0 : 1) })
    #expect(long.rate < 0.6 && long.interval().contains(0.5))
    let equal = LengthControlledWinRate(
      lengthDifferences: Array(repeating: 0, count: 100),
      preferred: (0..<100).map { $0 < 60 ? 1 : 0 })
    #expect(equal.interval().contains(0.6) && equal.interval().lower > 0.49)
    let nothing = LengthControlledWinRate(lengthDifferences: [], preferred: [])
    #expect(nothing.interval() == Interval(lower: 0, upper: 1))
  }

  @Test(arguments: StatisticsOracle.files)
  func bestOfN(file: String) throws {
    guard let oracle = try StatisticsOracle(file)?["best_of_n"] else { return }
    for item in oracle["by_n"].items {
      let n = Int(item["n"].number)
      #expect(isClose(Statistics.bestOfNDivergence(n), item["kl"].number))
      let maximum = Statistics.expectedMaximum(of: oracle["rewards"].numbers, among: n)
      #expect(isClose(maximum, item["expected_max"].number))
    }
  }

  @Test func verdictsAreCounted() {
    let rate = WinRate(of: [.first, .second, .tie, .bothBad, .skip, .first])
    #expect(rate == WinRate(wins: 2, losses: 1, ties: 2))
    #expect(rate.count == 5)
    #expect(rate.rate == 0.6)
    #expect(rate.interval().contains(0.6))
    #expect(WinRate(of: []).rate.isNaN)
    #expect(WinRate(of: []).interval() == Interval(lower: 0, upper: 1))
  }

  @Test func aSideThatAlwaysWinsHasAFiniteFit() {
    let fit = LengthControlledWinRate(
      lengthDifferences: [1, 2, -3, 4], preferred: [1, 1, 1, 1])
    #expect(fit.rate > 0.99 && fit.rate <= 1 && fit.intercept.isFinite)
    let equalLengths = LengthControlledWinRate(
      lengthDifferences: [0, 0, 0, 0], preferred: [1, 0, 1, 1])
    #expect(isClose(equalLengths.rate, 0.75, 1e-6))
    #expect(LengthControlledWinRate(lengthDifferences: [], preferred: []).rate.isNaN)
  }
}
