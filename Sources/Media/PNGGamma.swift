import Foundation

/// What becomes of a PNG file's gAMA chunk.
public enum PNGGamma: String, Sendable, Hashable, Codable, CaseIterable {
  /// Samples stay as they are stored; most programs that feed models do this, so models expect it.
  case ignored
  /// Samples are encoded as sRGB, as browsers show them (ISO/IEC 15948, 13.13); alpha stays.
  case applied

  /// The exponent to use; `nil` where the file is as good as sRGB (within 5 %, as libpng has it).
  static func exponent(_ gamma: Double) -> Double? { abs(gamma * 2.2 - 1) < 0.05 ? nil : gamma }

  /// Each of `levels` stored values in sRGB: linear light is `value ^ (1 / gamma)`.
  static func table(_ gamma: Double, levels: Int) -> [UInt8] {
    (0..<levels).map { level in
      let light = pow(Double(level) / Double(levels - 1), 1 / gamma)
      let encoded = light <= 0.003_130_8 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
      return UInt8((255 * min(max(encoded, 0), 1)).rounded())
    }
  }
}
