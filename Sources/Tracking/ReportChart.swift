import Foundation
import RLHFCore

/// Draws charts as SVG; their colours come from the style sheet of the page.
enum ReportChart {
  private static let (width, height) = (320.0, 180.0)
  private static let (left, right, top, bottom) = (44.0, 310.0, 10.0, 156.0)

  /// A chart with the raw values pale and the smoothed ones strong, and the last value of each curve.
  static func svg(_ chart: LineChart, pointsPerSeries: Int) -> String {
    let all = chart.series.flatMap(\.points).filter(\.value.isFinite)
    guard !all.isEmpty else { return "" }
    let x = ChartScale(over: all.map { Double($0.step) }, from: left, to: right, margin: 0.02)
    let y = ChartScale(over: all.map(\.value), from: bottom, to: top)
    var body = axes(x, y)
    for (index, series) in chart.series.enumerated() {
      let points = series.points
      let smooth = smoothed(points)
      if points.count > 8 {
        body += path(thinned(points, to: pointsPerSeries), x, y, "raw s\(index % 5)")
      }
      let strong = points.count > 8 ? smooth : points
      body += path(thinned(strong, to: pointsPerSeries), x, y, "line s\(index % 5)")
      if let last = strong.last(where: \.value.isFinite) {
        body +=
          "<circle class=\"dot s\(index % 5)\" r=\"3\" cx=\"\(place(x(Double(last.step))))\" "
          + "cy=\"\(place(y(last.value)))\"/>"
      }
    }
    return frame(body, label: chart.title)
  }

  /// A chart of points, at most `limit` of each series, with the lines over them.
  static func svg(_ chart: ScatterChart, pointsPerSeries limit: Int) -> String {
    let all = chart.series.flatMap { $0.points + $0.line }.filter(\.isFinite)
    guard !all.isEmpty else { return "" }
    let x = ChartScale(over: all.map(\.x), from: left, to: right, margin: 0.03)
    let y = ChartScale(over: all.map(\.y), from: bottom, to: top)
    var body = axes(x, y)
    for (index, series) in chart.series.enumerated() {
      let points = series.points.filter(\.isFinite)
      let step = max(1, (points.count + limit - 1) / max(1, limit))
      for point in stride(from: 0, to: points.count, by: step).map({ points[$0] }) {
        body +=
          "<circle class=\"dot s\(index % 5)\"\(series.line.isEmpty ? "" : " fill-opacity=\".35\"") "
          + "r=\"2.5\" cx=\"\(place(x(point.x)))\" cy=\"\(place(y(point.y)))\"/>"
      }
      let line = series.line.filter(\.isFinite)
      if line.count > 1 {
        let places = line.map { "\(place(x($0.x))) \(place(y($0.y)))" }
        body += "<path class=\"line s\(index % 5)\" d=\"M\(places.joined(separator: "L"))\"/>"
      }
    }
    return frame(body, label: "\(chart.title) over \(chart.horizontal)")
  }

  /// A reliability diagram: a bar for each bin, the diagonal on which perfect predictions lie, and counts.
  static func svg(_ bins: [ReliabilityBin]) -> String {
    let x = ChartScale(over: [0, 1], from: left, to: right, margin: 0)
    let y = ChartScale(over: [0, 1], from: bottom, to: top, margin: 0)
    var body = axes(x, y)
    for bin in bins where bin.count > 0 && bin.frequency.isFinite {
      let (from, to) = (x(bin.low) + 1, x(bin.high) - 1)
      body +=
        "<rect class=\"bar\" x=\"\(place(from))\" y=\"\(place(y(bin.frequency)))\" "
        + "width=\"\(place(max(0, to - from)))\" height=\"\(place(bottom - y(bin.frequency)))\">"
        + "<title>\(bin.count) predictions around \(NumberStyle.fixed(2).text(bin.meanProbability))"
        + ", \(NumberStyle.percent(0).text(bin.frequency)) came true</title></rect>"
    }
    body +=
      "<path class=\"ideal\" d=\"M\(place(left)) \(place(bottom))L\(place(right)) \(place(top))\"/>"
    return frame(body, label: "Predicted probability against frequency")
  }

  /// An exponential moving average over about a tenth of the curve, free of a start at zero.
  static func smoothed(_ points: [LineChart.Point]) -> [LineChart.Point] {
    let keep = 1 - 1 / max(1, Double(points.count) / 20)
    var (sum, weight) = (0.0, 0.0)
    return points.map { point in
      guard point.value.isFinite else { return point }
      sum = sum * keep + point.value
      weight = weight * keep + 1
      return LineChart.Point(point.step, sum / weight)
    }
  }

  /// At most about `limit` points: of each stretch the least and the greatest value, in their order.
  static func thinned(_ points: [LineChart.Point], to limit: Int) -> [LineChart.Point] {
    guard points.count > limit, limit >= 4 else { return points }
    let stretches = limit / 2
    return (0..<stretches).flatMap { index -> [LineChart.Point] in
      let part =
        points[points.count * index / stretches..<points.count * (index + 1) / stretches]
      let finite = part.filter(\.value.isFinite)
      guard let least = finite.min(by: { $0.value < $1.value }),
        let most = finite.max(by: { $0.value < $1.value })
      else { return Array(part.prefix(1)) }
      return least == most ? [least] : least.step < most.step ? [least, most] : [most, least]
    }
  }

  private static func axes(_ x: ChartScale, _ y: ChartScale) -> String {
    var body = ""
    for tick in y.ticks(4) {
      let at = place(y(tick))
      body +=
        "<path class=\"grid\" d=\"M\(place(left)) \(at)H\(place(right))\"/>"
        + "<text class=\"tick\" text-anchor=\"end\" x=\"\(place(left - 5))\" y=\"\(at)\" dy=\".32em\">"
        + "\(ChartScale.label(tick))</text>"
    }
    for tick in x.ticks(4) {
      body +=
        "<text class=\"tick\" text-anchor=\"middle\" x=\"\(place(x(tick)))\" y=\"172\">"
        + "\(ChartScale.label(tick))</text>"
    }
    return body + "<path class=\"axis\" d=\"M\(place(left)) \(place(bottom))H\(place(right))\"/>"
  }

  /// A path through the points, broken where a value is not finite.
  private static func path(
    _ points: [LineChart.Point], _ x: ChartScale, _ y: ChartScale, _ style: String
  ) -> String {
    var commands = ""
    var isDrawing = false
    for point in points {
      guard point.value.isFinite else {
        isDrawing = false
        continue
      }
      commands += "\(isDrawing ? "L" : "M")\(place(x(Double(point.step)))) \(place(y(point.value)))"
      isDrawing = true
    }
    return "<path class=\"\(style)\" d=\"\(commands)\"/>"
  }

  private static func frame(_ body: String, label: String) -> String {
    "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\" "
      + "aria-label=\"\(HTMLText.escaped(label))\">\(body)</svg>"
  }

  /// A coordinate with one digit after the point.
  private static func place(_ value: Double) -> String {
    JSONText.number((value * 10).rounded() / 10)
  }
}
