/// The weights that make a line of one length from a line of another.
///
/// In the fixed-point arithmetic of Pillow (`Resample.c`): weights of 22 bits after the point, rounding to 8 bits after each
/// direction, so that results are the same to the bit.
struct Resampling {
  private static let fraction = 22

  /// For each new place the first old one and how many weights follow.
  private var spans: [(first: Int, count: Int)] = []
  private var weights: [Int32] = []
  private let stride: Int

  /// The weights from `old` places to `new` ones.
  init(from old: Int, to new: Int, _ filter: ResizeFilter) {
    let scale = Double(old) / Double(new)
    // A filter is as wide as what it makes one pixel of.
    let width = max(scale, 1)
    let reach = filter.support * width
    stride = 2 * Int(reach.rounded(.up)) + 1
    weights = [Int32](repeating: 0, count: stride * new)
    for place in 0..<new {
      let center = (Double(place) + 0.5) * scale
      let first = max(0, Int(center - reach + 0.5))
      let end = min(old, Int(center + reach + 0.5))
      let values = (first..<end).map { filter.weight((Double($0) - center + 0.5) / width) }
      let sum = values.reduce(0, +)
      for (index, value) in values.enumerated() {
        let share = sum == 0 ? value : value / sum
        let fixed = share * Double(1 << Self.fraction)
        weights[place * stride + index] = Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
      }
      spans.append((first, values.count))
    }
  }

  /// Resizes lines that lie `lineStep` apart in the old samples and `newLineStep` in the new ones, whose places lie `step` apart.
  func run(
    _ old: UnsafePointer<UInt8>, _ new: UnsafeMutablePointer<UInt8>, step: Int, lines: Int,
    lineStep: Int, newLineStep: Int
  ) {
    weights.withUnsafeBufferPointer { weights in
      for line in 0..<lines {
        for (place, span) in spans.enumerated() {
          var sum = Int32(1) << Int32(Self.fraction - 1)
          var source = line * lineStep + span.first * step
          for index in 0..<span.count {
            sum &+= Int32(old[source]) &* weights[place * stride + index]
            source += step
          }
          new[line * newLineStep + place * step] = UInt8(clamping: sum >> Int32(Self.fraction))
        }
      }
    }
  }
}
