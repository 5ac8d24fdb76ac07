import CTorch

extension Tensor {
  /// The largest elements along `dim` and their indices.
  public func max(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    makePair("max(dim: \(dim))", [self]) { ct_max_dim(handle, dim, keepDim, $0, $1, $2) }
  }

  /// The smallest elements along `dim` and their indices.
  public func min(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    makePair("min(dim: \(dim))", [self]) { ct_min_dim(handle, dim, keepDim, $0, $1, $2) }
  }

  /// The middle elements along `dim` and their indices.
  ///
  /// Of an even number of elements, it is the lower of the two in the middle.
  public func median(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    makePair("median(dim: \(dim))", [self]) { ct_median_dim(handle, dim, keepDim, $0, $1, $2) }
  }

  /// The `count` largest elements along `dim` in descending order, or with `largest` false the
  /// smallest in ascending order, and their indices.
  public func topK(
    _ count: Int, dim: Int = -1, largest: Bool = true
  ) -> (values: Tensor, indices: Tensor) {
    makePair("topK(\(count), dim: \(dim))", [self]) {
      ct_topk(handle, count, dim, largest, $0, $1, $2)
    }
  }

  /// The elements along `dim` in order, and their indices.
  ///
  /// Equal elements keep their order.
  public func sorted(
    dim: Int = -1, descending: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    makePair("sorted(dim: \(dim))", [self]) { ct_sort(handle, dim, descending, $0, $1, $2) }
  }

  /// The indices that put the elements along `dim` in order.
  public func argsort(dim: Int = -1, descending: Bool = false) -> Tensor {
    sorted(dim: dim, descending: descending).indices
  }

  /// `eˣ` divided by its sum along `dim`.
  public func softmax(dim: Int) -> Tensor {
    make("softmax(dim: \(dim))", [self]) { ct_softmax(handle, dim, $0) }
  }

  /// The logarithm of `softmax`, without loss of digits.
  public func logSoftmax(dim: Int) -> Tensor {
    make("logSoftmax(dim: \(dim))", [self]) { ct_log_softmax(handle, dim, $0) }
  }

  /// The sums of the elements up to each one along `dim`.
  public func cumulativeSum(dim: Int) -> Tensor {
    make("cumulativeSum(dim: \(dim))", [self]) { ct_cumsum(handle, dim, $0) }
  }

  /// The products of the elements up to each one along `dim`.
  public func cumulativeProduct(dim: Int) -> Tensor {
    make("cumulativeProduct(dim: \(dim))", [self]) { ct_cumprod(handle, dim, $0) }
  }
}
