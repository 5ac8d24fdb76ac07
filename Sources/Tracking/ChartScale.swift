import Foundation

/// The values along one axis of a chart, and where they lie on the page.
struct ChartScale {
  let low: Double
  let high: Double
  let start: Double
  let end: Double

  /// The place of `value`.
  func callAsFunction(_ value: Double) -> Double {
    start + (value / 2 - low / 2) / (high / 2 - low / 2) * (end - start)
  }

  /// A scale over finite `values`, a little wider than they are; all alike, they lie in the middle.
  init(over values: [Double], from start: Double, to end: Double, margin: Double = 0.05) {
    let least = values.min() ?? 0
    let most = values.max() ?? 1
    let span = most - least
    let room =
      span > 0 && span.isFinite ? span * margin : max(abs(least) * 0.1, 0.5)
    low = max(least - room, -.greatestFiniteMagnitude)
    high = min(most + room, .greatestFiniteMagnitude)
    self.start = start
    self.end = end
  }

  /// About `count` round numbers inside the scale: 1, 2 or 5 times a power of ten apart.
  func ticks(_ count: Int) -> [Double] {
    let rough = (high - low) / Double(count)
    guard rough > 0, rough.isFinite else { return [] }
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? rough
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    guard step > 0, last - first < 50 else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 == 0 ? 0 : $0 * step }
  }

  /// `value`, a tick, in as few characters as tell it from its neighbours.
  static func label(_ value: Double) -> String {
    let size = abs(value)
    if size >= 1e6 || size > 0 && size < 1e-3 {
      return String(format: "%.2g", value).replacingOccurrences(of: "e+0", with: "e")
        .replacingOccurrences(of: "e-0", with: "e-")
    }
    return NumberStyle.automatic.text(value)
  }
}
