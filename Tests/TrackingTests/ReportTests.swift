import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Tracking

struct ReportTests {
  /// A report with everything in it, of `metrics` curves with `steps` points.
  private func report(metrics: Int = 8, steps: Int = 400, samples: Int = 2, text: String = "Sunny")
    -> Report
  {
    var generator = Seed(5).generator
    let groups = ["objective", "ppo", "speed"]
    let names: [String] = (0..<metrics).map { "\(groups[$0 % 3])/metric\($0)" }
    let records = (1...steps).map { step -> MetricsRecord in
      var values: [String: Double] = [:]
      for name in names {
        values[name] = step == 7 ? .nan : log(Double(step)) + generator.uniform()
      }
      return MetricsRecord(step: step, values: values)
    }
    var table = DataTable(
      "Win rate", columns: [.init("judge", "Judge"), .init("rate", "Rate", alignment: .trailing)],
      note: "With 95 % intervals.")
    let rate = WinRate(wins: 171, losses: 22, ties: 7)
    table.append(.text(text), .estimate(rate.rate, rate.interval(), .percent(1)))
    let bins = (0..<10).map { (index: Int) -> ReliabilityBin in
      let low = Double(index) / 10
      let isEmpty = index == 0
      return ReliabilityBin(
        low: low, high: low + 0.1, count: index, meanProbability: isEmpty ? .nan : low + 0.05,
        frequency: isEmpty ? .nan : low + 0.02)
    }
    let sample = Report.SampleComparison(
      prompt: text,
      columns: [
        .init("before", text, score: -0.71), .init("after", text + " and warm.", score: 2.3),
      ])
    var sections: [Report.Section] = [
      .init("Results", [.table(table), .paragraph(text), .notes([text])]),
      .init("Before and after", [.samples(Array(repeating: sample, count: samples))]),
      .init("Calibration", [.reliability(bins)]),
    ]
    let earlier = Array(records.prefix(steps / 2))
    sections += Report.curves(of: [("run", records), ("earlier", earlier)])
    sections.append(
      .init("Configuration", [.facts([("seed", "7"), (text, text)]), .preformatted(text)]))
    return Report(
      title: "PPO " + text, summary: text,
      highlights: [
        .init("Win rate", rate.rate, rate.interval(), style: .percent(1)), .init("KL", "4.1 nats"),
      ],
      sections: sections, footer: text)
  }

  @Test func hostileTextIsOnlyText() {
    let hostile =
      "</title></style><script>alert(1)</script><img src=x onerror='a()'>\"&\u{0}\u{202e}"
    let html = report(text: hostile).html
    #expect(!html.contains("<script") && !html.contains("<img"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!html.unicodeScalars.contains { $0 == "\u{0}" || $0 == "\u{202e}" })
  }

  @Test func nothingIsLoaded() {
    let html = report().html
    for word in ["http://", "https://", "src=", "href=", "url(", "@import", "<script"] {
      #expect(!html.contains(word))
    }
  }

  @Test func aLargeReportStaysSmall() {
    let html = report(
      metrics: 60, steps: 5_000, samples: 50, text: String(repeating: "word ", count: 2_000)
    )
    .html
    #expect(html.utf8.count < 300_000)
  }

  @Test func everyTagIsClosed() throws {
    let html = report().html.replacing(/<!DOCTYPE html>|<meta[^>]*>/, with: "")
    let parser = XMLTags(html)
    #expect(parser.unclosed == [])
  }

  @Test func emptyPartsAreNoTrouble() throws {
    let chart = LineChart("x", series: [.init("a", []), .init("b", [.init(1, .nan)])])
    let html = Report(
      title: "", sections: [.init("", [.charts([chart]), .reliability([]), .samples([])])]
    ).html
    #expect(html.contains("</html>") && !html.lowercased().contains("nan"))
    #expect(Report.curves(of: []).isEmpty)
    #expect(
      Report.curves(of: [("a", [MetricsRecord(step: 1, values: ["x": .nan])])]).isEmpty)
  }

  @Test(arguments: [
    [0.0], [1e300, -1e300], [5, 5, 5], [1e-300, 2e-300], [1e16, 1e16 + 2],
    [Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude],
  ])
  func extremeValuesAreDrawn(values: [Double]) {
    let points = values.enumerated().map { LineChart.Point($0.offset, $0.element) }
    let svg = ReportChart.svg(
      LineChart("x", series: [.init("a", points)]), pointsPerSeries: 100)
    #expect(svg.contains("<path") && !svg.contains("null") && !svg.contains("nan"))
  }

  @Test func ticksAreRound() {
    #expect(ChartScale(over: [0, 10], from: 0, to: 1).ticks(4) == [0, 5, 10])
    #expect(ChartScale(over: [0, 1], from: 0, to: 1, margin: 0).ticks(4) == [0, 0.5, 1])
    #expect(ChartScale(over: [1, 400], from: 0, to: 1).ticks(4) == [0, 200, 400])
  }

  @Test func smoothingKeepsAConstantAndThinningKeepsThePeaks() {
    let flat = (0..<100).map { LineChart.Point($0, 3) }
    for point in ReportChart.smoothed(flat) { #expect(abs(point.value - 3) < 1e-12) }
    var peak = flat
    peak[37] = LineChart.Point(37, 9)
    peak[71] = LineChart.Point(71, -9)
    let thin = ReportChart.thinned(peak, to: 20)
    #expect(thin.count <= 20 && thin.contains(peak[37]) && thin.contains(peak[71]))
  }

  @Test func thePageIsWrittenToAFile() throws {
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("report.html")
    let report = report()
    try report.write(to: url)
    #expect(try String(contentsOf: url, encoding: .utf8) == report.html)
  }
}

/// The elements that are open at the end of a page, or closed in the wrong order.
private struct XMLTags {
  var unclosed: [String] = []

  init(_ html: String) {
    for match in html.matches(of: /<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/) {
      let (_, slash, name, empty) = match.output
      if !empty.isEmpty { continue }
      if slash.isEmpty {
        unclosed.append(String(name))
      } else if unclosed.last == String(name) {
        unclosed.removeLast()
      } else {
        unclosed.append("/\(name)")
      }
    }
  }
}
