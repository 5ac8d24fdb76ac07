import CTorch

extension Tensor {
  /// The part of dimension `dim` of `length` elements that begins at `start`; shares memory.
  public func narrow(dim: Int, start: Int, length: Int) -> Tensor {
    make("narrow(dim: \(dim), start: \(start), length: \(length))", [self]) {
      ct_narrow(handle, dim, start, length, $0)
    }
  }

  /// The elements `start`, `start + step`, … before `end` of dimension `dim`; shares memory.
  public func slice(dim: Int, from start: Int, to end: Int, step: Int = 1) -> Tensor {
    make("slice(dim: \(dim), from: \(start), to: \(end), step: \(step))", [self]) {
      ct_slice(handle, dim, start, end, step, $0)
    }
  }

  /// Element `index` of dimension `dim`, which goes away; shares memory.
  public func select(dim: Int, index: Int) -> Tensor {
    make("select(dim: \(dim), index: \(index))", [self]) { ct_select(handle, dim, index, $0) }
  }

  /// Element `index` of the first dimension; shares memory.
  public subscript(_ index: Int) -> Tensor { select(dim: 0, index: index) }

  /// Elements `range` of the first dimension; shares memory.
  public subscript(_ range: Range<Int>) -> Tensor {
    narrow(dim: 0, start: range.lowerBound, length: range.count)
  }

  /// Parts of `size` elements along `dim`, the last one smaller if they do not come out even; share
  /// memory.
  public func split(dim: Int, size: Int) -> [Tensor] {
    check(size > 0, "split(dim: \(dim), size: \(size))", [self], "a part has at least one element")
    let total = self.size(dim)
    return split(
      dim: dim, sizes: stride(from: 0, to: total, by: size).map { Swift.min(size, total - $0) })
  }

  /// Parts of the given sizes along `dim`, which add up to its size; share memory.
  public func split(dim: Int, sizes: [Int]) -> [Tensor] {
    var parts = [ct_tensor?](repeating: nil, count: sizes.count)
    run("split(dim: \(dim), sizes: \(sizes))", [self]) {
      ct_split(handle, sizes, sizes.count, dim, &parts, $0)
    }
    return parts.compactMap { $0.map(Tensor.init(handle:)) }
  }

  /// `count` parts along `dim`, all but the last ones of the same size; share memory.
  public func chunk(_ count: Int, dim: Int) -> [Tensor] {
    check(count > 0, "chunk(\(count), dim: \(dim))", [self], "there is at least one part")
    return split(dim: dim, size: Swift.max(1, (size(dim) + count - 1) / count))
  }

  /// Windows of `size` elements, `step` apart, along `dim`: dimension `dim` counts them, a new last
  /// one holds them.
  public func unfolded(dim: Int, size: Int, step: Int) -> Tensor {
    make("unfolded(dim: \(dim), size: \(size), step: \(step))", [self]) {
      ct_unfold(handle, dim, size, step, $0)
    }
  }
}
