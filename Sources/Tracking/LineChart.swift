/// Curves over steps: one metric, of one run or of several.
public struct LineChart: Sendable, Hashable {
  /// A curve.
  public struct Series: Sendable, Hashable {
    /// What the curve is, where a chart has several.
    public var name: String
    /// The points, in the order of their steps.
    public var points: [Point]

    /// Creates a curve.
    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// The value of a step.
  public struct Point: Sendable, Hashable {
    /// The step.
    public var step: Int
    /// The value; one that is not finite leaves a gap.
    public var value: Double

    /// Creates a point.
    public init(_ step: Int, _ value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// What the values are.
  public var title: String
  /// The curves.
  public var series: [Series]

  /// Creates a chart.
  public init(_ title: String, series: [Series]) {
    self.title = title
    self.series = series
  }
}

extension Report {
  /// A section for each group of metrics (what stands before the `/`), with a chart for each metric.
  ///
  /// Metrics without a single finite value are left out.
  public static func curves(of runs: [(name: String, records: [MetricsRecord])]) -> [Section] {
    let names = Set(runs.flatMap { run in run.records.flatMap { $0.values.keys } }).sorted()
    var groups: [(title: String, charts: [LineChart])] = []
    for name in names {
      let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
      let (group, title) = parts.count == 2 ? (parts[0], parts[1]) : ("metrics", name)
      let series = runs.compactMap { run -> LineChart.Series? in
        let points = run.records.compactMap { record in
          record.values[name].map { LineChart.Point(record.step, $0) }
        }
        return points.contains { $0.value.isFinite } ? LineChart.Series(run.name, points) : nil
      }
      guard !series.isEmpty else { continue }
      let chart = LineChart(title, series: series)
      if let index = groups.firstIndex(where: { $0.title == group }) {
        groups[index].charts.append(chart)
      } else {
        groups.append((group, [chart]))
      }
    }
    return groups.map { Section($0.title, [.charts($0.charts)]) }
  }
}
