import Foundation

/// A filter of second order, `y = b₀x + b₁x₁ + b₂x₂ - a₁y₁ - a₂y₂`: one of the two that make up the K-weighting.
struct WeightingSection: Sendable, Hashable {
  var b0, b1, b2, a1, a2: Double

  /// The rate for which ITU-R BS.1770-4 tabulates the filters.
  private static let standardRate = 48_000.0

  /// The shelf that stands for the head: about 4 dB more above 1.7 kHz.
  ///
  /// At other rates than the tabulated one the poles move with the rate, and the zeros are those with which the
  /// gain is the tabulated filter's at 0 Hz, at 1.7 kHz and at the highest frequency (after Vicanek 2016).
  static func shelf(sampleRate: Double) -> WeightingSection {
    let standard = standardShelf
    guard sampleRate != standardRate else { return standard }
    let stretch = standardRate / sampleRate
    let radius = standard.a2.squareRoot()
    let angle = acos(-standard.a1 / (2 * radius))
    var section = WeightingSection(
      b0: 0, b1: 0, b2: 0, a1: -2 * pow(radius, stretch) * cos(angle * stretch),
      a2: pow(standard.a2, stretch))
    func gain(_ hertz: Double) -> Double {
      standard.power(at: min(hertz / standardRate, 0.5))
    }
    let (low, high) = (1 + section.a1 + section.a2, 1 - section.a1 + section.a2)
    let (sum, difference) = (low * gain(0).squareRoot(), high * gain(sampleRate / 2).squareRoot())
    let middle = sin(.pi * shelfFrequency / sampleRate) * sin(.pi * shelfFrequency / sampleRate)
    let both = 4 * middle * (1 - middle)
    let below = low * low * (1 - middle) + high * high * middle - 4 * section.a2 * both
    let above = gain(shelfFrequency) * below
    let rest = (above - sum * sum * (1 - middle) - difference * difference * middle) / both
    let half = (sum + difference) / 2
    section.b0 = (half + (half * half + rest).squareRoot()) / 2
    section.b1 = (sum - difference) / 2
    section.b2 = -rest / (4 * section.b0)
    return section
  }

  /// The high-pass filter at 38 Hz; its gain at the highest frequency is the tabulated filter's at all rates.
  static func pass(sampleRate: Double) -> WeightingSection {
    let (standard, own) = (passPoles(standardRate), passPoles(sampleRate))
    let scale = (1 - own.a1 + own.a2) / (1 - standard.a1 + standard.a2)
    return WeightingSection(b0: scale, b1: -2 * scale, b2: scale, a1: own.a1, a2: own.a2)
  }

  /// The square of the gain at `frequency`, in parts of the sample rate.
  func power(at frequency: Double) -> Double {
    let (one, two) = (2 * Double.pi * frequency, 4 * Double.pi * frequency)
    let above = (b0 + b1 * cos(one) + b2 * cos(two), b1 * sin(one) + b2 * sin(two))
    let below = (1 + a1 * cos(one) + a2 * cos(two), a1 * sin(one) + a2 * sin(two))
    return (above.0 * above.0 + above.1 * above.1) / (below.0 * below.0 + below.1 * below.1)
  }

  private static let shelfFrequency = 1681.974450955533

  /// The tabulated shelf, from the prototype that its coefficients go back to.
  private static let standardShelf: WeightingSection = {
    let k = tan(.pi * shelfFrequency / standardRate)
    let quality = 0.7071752369554196
    let high = pow(10, 3.999843853973347 / 20)
    let band = pow(high, 0.4996667741545416)
    let a0 = 1 + k / quality + k * k
    return WeightingSection(
      b0: (high + band * k / quality + k * k) / a0, b1: 2 * (k * k - high) / a0,
      b2: (high - band * k / quality + k * k) / a0, a1: 2 * (k * k - 1) / a0,
      a2: (1 - k / quality + k * k) / a0)
  }()

  private static func passPoles(_ sampleRate: Double) -> (a1: Double, a2: Double) {
    let k = tan(.pi * 38.13547087602444 / sampleRate)
    let quality = 0.5003270373238773
    let a0 = 1 + k / quality + k * k
    return (2 * (k * k - 1) / a0, (1 - k / quality + k * k) / a0)
  }
}
