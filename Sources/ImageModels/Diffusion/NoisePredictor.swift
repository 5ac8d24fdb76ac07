public import NeuralNetworks
public import Torch

/// A network that sees a noisy sample and how noisy it is, and predicts the noise, the clean sample or the velocity: what
/// a diffusion model trains (Ho et al., 2020).
///
/// Owned by one training session and not `Sendable`.
public protocol NoisePredictor: AnyObject {
  /// The store that holds the parameters.
  var parameters: ParameterStore { get }
  /// The number of channels of a sample.
  var channelCount: Int { get }
  /// The usual height and width of a sample, where the configuration says them.
  var sampleSize: ImageSize? { get }
  /// The number of classes that labels may name; `nil` for a predictor that takes none.
  var classCount: Int? { get }

  /// Applies the network.
  ///
  /// - Parameters:
  ///   - sample: The noisy samples, `[B, C, H, W]`.
  ///   - timesteps: How noisy each is, `[B]`, as the scheduler counts.
  ///   - classLabels: The class of each, int64 `[B]`, where the network takes one.
  ///   - context: What cross-attention reads, such as the states of a text, `[B, L, D]`, where the network takes it.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The predictions, `[B, C, H, W]`, with gradient where it is enabled.
  func callAsFunction(
    _ sample: Tensor, timesteps: Tensor, classLabels: Tensor?, context: Tensor?,
    dropout: RandomGenerator?
  ) -> Tensor
}

extension NoisePredictor {
  /// Applies the network without dropout.
  public func callAsFunction(
    _ sample: Tensor, timesteps: Tensor, classLabels: Tensor? = nil, context: Tensor? = nil
  ) -> Tensor {
    callAsFunction(
      sample, timesteps: timesteps, classLabels: classLabels, context: context, dropout: nil)
  }
}

/// The height and width of an image, in pixels.
public struct ImageSize: Sendable, Hashable {
  /// The number of rows.
  public var height: Int
  /// The number of columns.
  public var width: Int

  /// Creates a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Creates the size of a square.
  public init(_ side: Int) { self.init(height: side, width: side) }
}

extension ImageSize: Codable {
  /// Reads one number for a square, or a list of the height and the width.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let side = try? container.decode(Int.self) {
      self.init(side)
      return
    }
    let sides = try container.decode([Int].self)
    guard sides.count == 2 else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected a height and a width, not \(sides)")
    }
    self.init(height: sides[0], width: sides[1])
  }

  /// Writes one number for a square, else a list.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if height == width {
      try container.encode(height)
    } else {
      try container.encode([height, width])
    }
  }
}
