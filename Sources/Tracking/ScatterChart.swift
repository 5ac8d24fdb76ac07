/// Points in a plane: two metrics of one run, or of several, against each other.
public struct ScatterChart: Sendable, Hashable {
  /// A point.
  public struct Point: Sendable, Hashable {
    /// The place from left to right.
    public var x: Double
    /// The height.
    public var y: Double

    /// Creates a point.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Points that belong together.
  public struct Series: Sendable, Hashable {
    /// What the points are, where a chart has several series.
    public var name: String
    /// The points.
    public var points: [Point]
    /// A line drawn over the points, such as their trend; empty for none.
    public var line: [Point]

    /// Creates a series.
    public init(_ name: String, _ points: [Point], line: [Point] = []) {
      self.name = name
      self.points = points
      self.line = line
    }

    /// The points with a line through the means of neighbours in x, each over about a fifth of the points.
    public static func trend(_ name: String, _ points: [Point]) -> Series {
      let sorted = points.filter(\.isFinite).sorted { $0.x < $1.x }
      let reach = max(1, sorted.count / 10)
      let line = sorted.indices.map { index in
        let near = sorted[max(0, index - reach)...min(sorted.count - 1, index + reach)]
        let count = Double(near.count)
        return Point(
          near.reduce(0) { $0 + $1.x } / count, near.reduce(0) { $0 + $1.y } / count)
      }
      return Series(name, points, line: sorted.count > 2 ? line : [])
    }

    /// The points with their frontier: the highest y that is reached at each x or below it.
    public static func frontier(_ name: String, _ points: [Point]) -> Series {
      var line: [Point] = []
      for point in points.filter(\.isFinite).sorted(by: { ($0.x, -$0.y) < ($1.x, -$1.y) }) {
        guard let best = line.last else {
          line.append(point)
          continue
        }
        guard point.y > best.y else { continue }
        line += [Point(point.x, best.y), point]
      }
      return Series(name, points, line: line)
    }
  }

  /// What the heights are.
  public var title: String
  /// What the places from left to right are.
  public var horizontal: String
  /// The points.
  public var series: [Series]

  /// Creates a chart.
  public init(_ title: String, over horizontal: String, series: [Series]) {
    self.title = title
    self.horizontal = horizontal
    self.series = series
  }
}

extension ScatterChart.Point {
  /// Whether the point has a place.
  var isFinite: Bool { x.isFinite && y.isFinite }
}
