import CTorch

extension Tensor {
  /// The same elements in another shape; one size may be -1 and follows from the others.
  public func reshaped(_ shape: [Int]) -> Tensor {
    make("reshaped(\(shape))", [self]) { ct_reshape(handle, shape, shape.count, $0) }
  }

  /// Two dimensions swapped.
  public func transposed(_ first: Int, _ second: Int) -> Tensor {
    make("transposed(\(first), \(second))", [self]) { ct_transpose(handle, first, second, $0) }
  }

  /// The last two dimensions swapped.
  public func transposed() -> Tensor { transposed(-2, -1) }

  /// The dimensions in another order: dimension `i` of the result is dimension `dims[i]` of this
  /// tensor.
  public func permuted(_ dims: [Int]) -> Tensor {
    make("permuted(\(dims))", [self]) { ct_permute(handle, dims, dims.count, $0) }
  }

  /// A new dimension of size 1 before dimension `dim`; -1 puts it last.
  public func unsqueezed(_ dim: Int) -> Tensor {
    make("unsqueezed(\(dim))", [self]) { ct_unsqueeze(handle, dim, $0) }
  }

  /// Without dimension `dim`, if its size is 1.
  public func squeezed(_ dim: Int) -> Tensor {
    make("squeezed(\(dim))", [self]) { ct_squeeze(handle, dim, $0) }
  }

  /// Without the dimensions of size 1.
  public func squeezed() -> Tensor {
    make("squeezed", [self]) { ct_squeeze_all(handle, $0) }
  }

  /// Dimensions `start` to `end` as one.
  public func flattened(from start: Int = 0, to end: Int = -1) -> Tensor {
    make("flattened(from: \(start), to: \(end))", [self]) { ct_flatten(handle, start, end, $0) }
  }

  /// Dimensions of size 1 repeated to `shape` without copying; -1 keeps a size, new dimensions come
  /// first.
  public func expanded(_ shape: [Int]) -> Tensor {
    make("expanded(\(shape))", [self]) { ct_expand(handle, shape, shape.count, $0) }
  }

  /// Like `expanded`, under the name that it has elsewhere.
  public func broadcast(to shape: [Int]) -> Tensor { expanded(shape) }

  /// The tensor laid out `repeats[i]` times along dimension `i`.
  public func repeated(_ repeats: [Int]) -> Tensor {
    make("repeated(\(repeats))", [self]) { ct_repeat(handle, repeats, repeats.count, $0) }
  }

  /// Every element along `dim` repeated `count` times, one after the other.
  public func repeatInterleaved(_ count: Int, dim: Int) -> Tensor {
    make("repeatInterleaved(\(count), dim: \(dim))", [self]) {
      ct_repeat_interleave(handle, count, dim, $0)
    }
  }

  /// The elements in reverse order along `dim`.
  public func flipped(_ dim: Int) -> Tensor {
    var dim = dim
    return make("flipped(\(dim))", [self]) { ct_flip(handle, &dim, 1, $0) }
  }

  /// The elements moved by `shift` places along `dim`; what leaves at one end comes in at the
  /// other.
  public func rolled(_ shift: Int, dim: Int) -> Tensor {
    make("rolled(\(shift), dim: \(dim))", [self]) { ct_roll(handle, shift, dim, $0) }
  }

  /// The lower triangles of the last two dimensions, zero elsewhere; `diagonal` above 0 takes in
  /// more diagonals.
  public func tril(diagonal: Int = 0) -> Tensor {
    make("tril(diagonal: \(diagonal))", [self]) { ct_tril(handle, diagonal, $0) }
  }

  /// The upper triangles of the last two dimensions, zero elsewhere; `diagonal` above 0 leaves out
  /// more diagonals.
  public func triu(diagonal: Int = 0) -> Tensor {
    make("triu(diagonal: \(diagonal))", [self]) { ct_triu(handle, diagonal, $0) }
  }

  /// The diagonals of dimensions `first` and `second`, as the last dimension.
  public func diagonal(offset: Int = 0, _ first: Int = -2, _ second: Int = -1) -> Tensor {
    make("diagonal(offset: \(offset), \(first), \(second))", [self]) {
      ct_diagonal(handle, offset, first, second, $0)
    }
  }

  /// How `padded` fills the margin.
  public enum Padding: String, Sendable {
    /// With a number.
    case constant
    /// With the elements mirrored at the edge, which itself is not repeated.
    case reflect
    /// With the element at the edge.
    case replicate
    /// With the elements from the other end.
    case circular
  }

  /// A margin around the elements: `margins` holds before and after for the last dimension, then
  /// for the one before it, and so on.
  public func padded(_ margins: [Int], mode: Padding = .constant, value: Double = 0) -> Tensor {
    make("padded(\(margins), mode: \(mode))", [self]) {
      ct_pad(handle, margins, margins.count, mode.rawValue, value, $0)
    }
  }

  /// The tensor itself if it is contiguous, else a copy that is.
  public func contiguous() -> Tensor {
    make("contiguous", [self]) { ct_contiguous(handle, $0) }
  }
}
