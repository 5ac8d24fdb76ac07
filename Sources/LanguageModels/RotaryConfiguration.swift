import Foundation
import RLHFCore

/// How rotary position embeddings turn with the position (Su et al., 2021), and how they are stretched for longer texts.
public struct RotaryConfiguration: Sendable, Hashable {
  /// A way to stretch the frequencies beyond the length that a model was first trained on.
  public enum Scaling: Sendable, Hashable {
    /// Positions are divided by the factor (Chen et al., 2023).
    case linear(factor: Double)
    /// The base grows with texts longer than the context ("dynamic NTK"), by the longest of a batch. What is decoded with
    /// a cache beyond the context differs from one pass over the text, for the earlier keys keep their frequencies.
    case dynamic(factor: Double)
    /// Llama 3.1's: low frequencies are divided by the factor, high ones stay, those between are blended.
    case llama3(
      factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalLength: Int)
  }

  /// The base of the frequencies, `rope_theta`.
  public var base: Double
  /// The stretching, if any.
  public var scaling: Scaling?

  /// Creates a configuration.
  public init(base: Double = 10_000, scaling: Scaling? = nil) {
    self.base = base
    self.scaling = scaling
  }

  func validate() throws {
    guard base > 1, base.isFinite else {
      throw RLHFError(.invalidConfiguration, "rope_theta is \(base), expected more than 1.")
    }
    switch scaling {
    case nil: break
    case .linear(let factor), .dynamic(let factor), .llama3(let factor, _, _, _):
      guard factor >= 1, factor.isFinite else {
        throw RLHFError(
          .invalidConfiguration, "The factor of rope_scaling is \(factor), expected at least 1.")
      }
    }
    if case .llama3(_, let low, let high, let length) = scaling {
      guard low > 0, high > low, length > 0 else {
        throw RLHFError(
          .invalidConfiguration,
          "rope_scaling has low_freq_factor \(low), high_freq_factor \(high) and "
            + "original_max_position_embeddings \(length), expected 0 < low < high and a length.")
      }
    }
  }

  /// The angle per position of each pair of dimensions, in single precision as the reference computes it.
  ///
  /// - Parameters:
  ///   - headSize: The width of a head; half as many frequencies.
  ///   - contextLength: The length that the model was made for.
  ///   - length: The length of the text at hand, which `dynamic` depends on.
  /// - Returns: Half as many numbers as a head is wide, in radians.
  func frequencies(headSize: Int, contextLength: Int, length: Int) -> [Float] {
    func plain(_ base: Double) -> [Float] {
      stride(from: 0, to: headSize, by: 2).map {
        1 / powf(Float(base), Float($0) / Float(headSize))
      }
    }
    switch scaling {
    case nil: return plain(base)
    case .linear(let factor): return plain(base).map { $0 / Float(factor) }
    case .dynamic(let factor):
      let original = Double(contextLength)
      let stretched = factor * Double(max(length, contextLength)) / original - (factor - 1)
      return plain(base * pow(stretched, Double(headSize) / Double(headSize - 2)))
    case .llama3(let factor, let low, let high, let originalLength):
      let original = Float(originalLength)
      return plain(base).map { frequency in
        let wavelength = 2 * Float.pi / frequency
        if wavelength < original / Float(high) { return frequency }
        if wavelength > original / Float(low) { return frequency / Float(factor) }
        let smooth = (original / wavelength - Float(low)) / Float(high - low)
        return (1 - smooth) * frequency / Float(factor) + smooth * frequency
      }
    }
  }
}
