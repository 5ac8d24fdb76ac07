import Foundation

/// How the pixels of a resized image come from those of the original; the filters of Pillow.
public enum ResizeFilter: String, Sendable, Hashable, Codable, CaseIterable {
  /// The pixel whose centre is nearest; nothing is averaged.
  case nearest
  /// The mean of the pixels that a new one covers.
  case box
  /// A triangle.
  case bilinear
  /// A raised cosine over a sinc; as sharp as bicubic when it shrinks, without halos.
  case hamming
  /// Cubic convolution with `a = -0.5`.
  case bicubic
  /// A sinc, windowed by a wider one.
  case lanczos

  /// The number that Pillow and `preprocessor_config.json` have for the filter.
  public init?(pillow number: Int) {
    let filters: [ResizeFilter] = [.nearest, .lanczos, .bilinear, .bicubic, .box, .hamming]
    guard filters.indices.contains(number) else { return nil }
    self = filters[number]
  }

  /// How far from its centre the filter is not zero, in pixels of the smaller image.
  var support: Double {
    switch self {
    case .nearest, .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The weight of a pixel `x` away from the centre.
  func weight(_ x: Double) -> Double {
    let distance = abs(x)
    switch self {
    case .nearest, .box: return x > -0.5 && x <= 0.5 ? 1 : 0
    case .bilinear: return max(0, 1 - distance)
    case .hamming:
      return distance >= 1 ? 0 : Self.sinc(distance) * (0.54 + 0.46 * cos(.pi * distance))
    case .bicubic:
      // Keys 1981, equation 4, with a = -0.5.
      if distance < 1 { return (1.5 * distance - 2.5) * distance * distance + 1 }
      return distance < 2 ? -0.5 * (((distance - 5) * distance + 8) * distance - 4) : 0
    case .lanczos: return x >= -3 && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }
}
