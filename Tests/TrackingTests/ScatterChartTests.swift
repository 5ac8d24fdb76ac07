import Foundation
import RLHFCore
import Testing

@testable import Tracking

@Suite("Scatter charts") struct ScatterChartTests {
  typealias Point = ScatterChart.Point

  @Test("the frontier is the highest value reached so far, from left to right")
  func frontier() {
    let points = [Point(3, 1), Point(1, 2), Point(2, 5), Point(4, 6), Point(.nan, 9)]
    let series = ScatterChart.Series.frontier("best", points)
    #expect(series.line == [Point(1, 2), Point(2, 2), Point(2, 5), Point(4, 5), Point(4, 6)])
    #expect(series.points.count == 5)
    #expect(ScatterChart.Series.frontier("none", []).line.isEmpty)
  }

  @Test("a trend lies among its points, in the order of x")
  func trend() {
    let points = (0..<40).map { Point(Double(39 - $0), Double($0 % 2)) }
    let line = ScatterChart.Series.trend("values", points).line
    #expect(line.count == 40)
    #expect(zip(line, line.dropFirst()).allSatisfy { $0.x <= $1.x })
    #expect(line.allSatisfy { (0...1).contains($0.y) })
    #expect(ScatterChart.Series.trend("two", [Point(0, 0), Point(1, 1)]).line.isEmpty)
  }

  @Test("a page shows axes, points and names, and nothing of points without a place")
  func page() {
    let chart = ScatterChart(
      "gold & proxy", over: "√KL",
      series: [
        .trend("gold", (0..<5).map { Point(Double($0), Double($0)) }),
        ScatterChart.Series("odd", [Point(.infinity, 1), Point(2, 2)]),
      ])
    let html = Report(title: "t", sections: [.init("s", [.scatter([chart])])]).html
    #expect(html.contains("gold &amp; proxy") && html.contains("√KL"))
    #expect(html.components(separatedBy: "<circle").count - 1 == 6)
    #expect(!html.contains("nan") && !html.contains("inf\""))
    let empty = ScatterChart("nothing", over: "x", series: [])
    #expect(ReportChart.svg(empty, pointsPerSeries: 10).isEmpty)
  }

  @Test("many points are thinned to what a page can hold")
  func thinned() {
    let points = (0..<5000).map { Point(Double($0), Double($0)) }
    let svg = ReportChart.svg(
      ScatterChart("many", over: "x", series: [ScatterChart.Series("", points)]),
      pointsPerSeries: 100)
    #expect(svg.components(separatedBy: "<circle").count - 1 <= 100)
  }
}
