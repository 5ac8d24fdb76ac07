import CTorch

// Reductions of all elements, and of one dimension or several. `keepDim` leaves reduced dimensions
// with size 1.
extension Tensor {
  /// The sum of all elements.
  public func sum() -> Tensor { unary("sum", ct_sum) }
  /// The mean of all elements; integers and bools have one in float32.
  public func mean() -> Tensor { unary("mean", ct_mean) }
  /// The product of all elements.
  public func prod() -> Tensor { unary("prod", ct_prod) }
  /// The largest element.
  public func max() -> Tensor { unary("max", ct_max) }
  /// The smallest element.
  public func min() -> Tensor { unary("min", ct_min) }
  /// Whether an element is true or not zero.
  public func any() -> Tensor { unary("any", ct_any) }
  /// Whether every element is true or not zero.
  public func all() -> Tensor { unary("all", ct_all) }
  /// The Euclidean norm: the square root of the sum of squares.
  public func norm() -> Tensor { unary("norm", ct_norm) }

  /// The sums along `dim`.
  public func sum(dim: Int, keepDim: Bool = false) -> Tensor {
    reduced("sum", [dim], keepDim, ct_sum_dims)
  }

  /// The sums along `dims`.
  public func sum(dims: [Int], keepDim: Bool = false) -> Tensor {
    reduced("sum", dims, keepDim, ct_sum_dims)
  }

  /// The means along `dim`.
  public func mean(dim: Int, keepDim: Bool = false) -> Tensor {
    reduced("mean", [dim], keepDim, ct_mean_dims)
  }

  /// The means along `dims`.
  public func mean(dims: [Int], keepDim: Bool = false) -> Tensor {
    reduced("mean", dims, keepDim, ct_mean_dims)
  }

  /// The largest elements along `dims`, without their indices.
  public func max(dims: [Int], keepDim: Bool = false) -> Tensor {
    reduced("max", dims, keepDim, ct_amax_dims)
  }

  /// The smallest elements along `dims`, without their indices.
  public func min(dims: [Int], keepDim: Bool = false) -> Tensor {
    reduced("min", dims, keepDim, ct_amin_dims)
  }

  /// The logarithms of the sums of exponentials along `dim`, without overflow.
  public func logSumExp(dim: Int, keepDim: Bool = false) -> Tensor {
    reduced("logSumExp", [dim], keepDim, ct_logsumexp_dims)
  }

  /// The variance of all elements; `unbiased` divides by their number less one.
  public func variance(unbiased: Bool = true) -> Tensor {
    make("variance", [self]) { ct_var_dims(handle, nil, 0, unbiased ? 1 : 0, false, $0) }
  }

  /// The variances along `dim`; `unbiased` divides by the number of elements less one.
  public func variance(unbiased: Bool = true, dim: Int, keepDim: Bool = false) -> Tensor {
    variance(unbiased: unbiased, dims: [dim], keepDim: keepDim)
  }

  /// The variances along `dims`; `unbiased` divides by the number of elements less one.
  public func variance(unbiased: Bool = true, dims: [Int], keepDim: Bool = false) -> Tensor {
    reduced("variance", dims, keepDim) {
      ct_var_dims($0, $1, $2, unbiased ? 1 : 0, $3, $4)
    }
  }

  /// The square root of the variance of all elements.
  public func standardDeviation(unbiased: Bool = true) -> Tensor {
    make("standardDeviation", [self]) {
      ct_std_dims(handle, nil, 0, unbiased ? 1 : 0, false, $0)
    }
  }

  /// The square roots of the variances along `dim`.
  public func standardDeviation(unbiased: Bool = true, dim: Int, keepDim: Bool = false) -> Tensor {
    reduced("standardDeviation", [dim], keepDim) {
      ct_std_dims($0, $1, $2, unbiased ? 1 : 0, $3, $4)
    }
  }

  /// The norms of the given order along `dim`: 2 is Euclidean, 1 the sum of absolute values,
  /// infinity the largest.
  public func norm(order: Double = 2, dim: Int, keepDim: Bool = false) -> Tensor {
    reduced("norm", [dim], keepDim) { ct_norm_dims($0, order, $1, $2, $3, $4) }
  }

  /// The products along `dim`.
  public func prod(dim: Int, keepDim: Bool = false) -> Tensor {
    make("prod(dim: \(dim))", [self]) { ct_prod_dim(handle, dim, keepDim, $0) }
  }

  /// Whether an element along `dim` is true or not zero.
  public func any(dim: Int, keepDim: Bool = false) -> Tensor {
    make("any(dim: \(dim))", [self]) { ct_any_dim(handle, dim, keepDim, $0) }
  }

  /// Whether every element along `dim` is true or not zero.
  public func all(dim: Int, keepDim: Bool = false) -> Tensor {
    make("all(dim: \(dim))", [self]) { ct_all_dim(handle, dim, keepDim, $0) }
  }

  /// The indices of the largest elements along `dim`, as int64.
  public func argmax(dim: Int, keepDim: Bool = false) -> Tensor {
    make("argmax(dim: \(dim))", [self]) { ct_argmax_dim(handle, dim, keepDim, $0) }
  }

  /// The indices of the smallest elements along `dim`, as int64.
  public func argmin(dim: Int, keepDim: Bool = false) -> Tensor {
    make("argmin(dim: \(dim))", [self]) { ct_argmin_dim(handle, dim, keepDim, $0) }
  }

  private func reduced(
    _ name: StaticString, _ dims: [Int], _ keepDim: Bool,
    _ function: (ct_tensor, UnsafePointer<Int>?, Int, Bool, ErrorSlot) -> ct_tensor?
  ) -> Tensor {
    make("\(name)(dims: \(dims))", [self]) { function(handle, dims, dims.count, keepDim, $0) }
  }
}
