import Foundation
import Torch

/// The cosines and sines by which queries and keys are turned, computed once and gathered by position.
final class RotaryEmbedding {
  /// Cosines and sines, `[T, size]` or `[B, 1, T, size]`.
  struct Turn {
    var cosine: Tensor
    var sine: Tensor

    /// Turns `[B, heads, T, size]`: the first and second half of the last dimension are the pairs' coordinates.
    func callAsFunction(_ input: Tensor) -> Tensor {
      let half = input.shape[3] / 2
      let first = input.narrow(dim: 3, start: 0, length: half)
      let second = input.narrow(dim: 3, start: half, length: half)
      return input * cosine + Tensor.concatenate([-second, first], dim: 3) * sine
    }
  }

  private let configuration: RotaryConfiguration
  private let headSize: Int
  private let contextLength: Int
  private let dtype: DType
  private let device: Device
  private var known: (turn: Turn, length: Int)?

  init(_ configuration: LanguageModelConfiguration, dtype: DType, device: Device) {
    self.configuration = configuration.rotary
    headSize = configuration.headSize
    contextLength = configuration.contextLength
    self.dtype = dtype
    self.device = device
  }

  /// The turns of `count` tokens of a pass.
  ///
  /// A scaling that depends on the length of the text goes by the longest row, as if none had left the cache; keys in a
  /// cache stay as they were turned. Both are as in the reference.
  func turn(count: Int, _ pass: ForwardPass) -> Turn {
    withoutGradient {
      guard let positions = pass.positions else {
        let all = table(length: pass.firstPosition + count)
        return Turn(
          cosine: all.cosine.narrow(dim: 0, start: pass.firstPosition, length: count),
          sine: all.sine.narrow(dim: 0, start: pass.firstPosition, length: count))
      }
      let longest =
        pass.cache.map { pass.firstPosition + count - $0.leastPadding }
        ?? Int(positions.max().item()) + 1
      let all = table(length: longest)
      return Turn(
        cosine: Tensor.embedding(weight: all.cosine, indices: positions).unsqueezed(1),
        sine: Tensor.embedding(weight: all.sine, indices: positions).unsqueezed(1))
    }
  }

  /// The turns of at least the positions below `length`.
  private func table(length: Int) -> Turn {
    if case .dynamic = configuration.scaling, length > contextLength {
      return makeTurns(length: length, textLength: length)
    }
    if let known, known.length >= length { return known.turn }
    let size = max(length, min(contextLength, 2 * length))
    let turn = makeTurns(length: size, textLength: min(size, contextLength))
    known = (turn, size)
    return turn
  }

  private func makeTurns(length: Int, textLength: Int) -> Turn {
    let frequencies = configuration.frequencies(
      headSize: headSize, contextLength: contextLength, length: textLength)
    var cosines: [Float] = []
    var sines: [Float] = []
    cosines.reserveCapacity(length * headSize)
    sines.reserveCapacity(length * headSize)
    for position in 0..<length {
      let angles = frequencies.map { Double(Float(position) * $0) }
      let (cosine, sine) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
      cosines += cosine + cosine
      sines += sine + sine
    }
    return Turn(
      cosine: Tensor(cosines, shape: [length, headSize]).to(dtype).to(device),
      sine: Tensor(sines, shape: [length, headSize]).to(dtype).to(device))
  }
}
