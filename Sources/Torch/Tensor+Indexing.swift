import CTorch

extension Tensor {
  /// The elements of dimension `dim` that `indices` `[n]` name, in that order.
  public func indexSelect(dim: Int, indices: Tensor) -> Tensor {
    make("indexSelect(dim: \(dim))", [self, indices]) {
      ct_index_select(handle, dim, indices.handle, $0)
    }
  }

  /// A copy to whose elements `indices` `[n]` of dimension `dim` those of `source` are added.
  public func indexAdd(dim: Int, indices: Tensor, source: Tensor) -> Tensor {
    make("indexAdd(dim: \(dim))", [self, indices, source]) {
      ct_index_add(handle, dim, indices.handle, source.handle, $0)
    }
  }

  /// A copy in which the elements `indices` `[n]` of dimension `dim` are those of `source`.
  public func indexCopy(dim: Int, indices: Tensor, source: Tensor) -> Tensor {
    make("indexCopy(dim: \(dim))", [self, indices, source]) {
      ct_index_copy(handle, dim, indices.handle, source.handle, $0)
    }
  }

  /// The elements at `indices` along `dim`: `result[i, j] = self[i, indices[i, j]]` for dimension 1
  /// of a matrix.
  public func gather(dim: Int, indices: Tensor) -> Tensor {
    make("gather(dim: \(dim))", [self, indices]) { ct_gather(handle, dim, indices.handle, $0) }
  }

  /// A copy with `result[i, indices[i, j]] = source[i, j]` for dimension 1 of a matrix.
  public func scatter(dim: Int, indices: Tensor, source: Tensor) -> Tensor {
    make("scatter(dim: \(dim))", [self, indices, source]) {
      ct_scatter(handle, dim, indices.handle, source.handle, $0)
    }
  }

  /// A copy with `value` at `indices` along `dim`.
  public func scatter(dim: Int, indices: Tensor, value: Double) -> Tensor {
    make("scatter(dim: \(dim), value: \(value))", [self, indices]) {
      ct_scatter_scalar(handle, dim, indices.handle, value, $0)
    }
  }

  /// A copy with `result[i, indices[i, j]] += source[i, j]` for dimension 1 of a matrix.
  public func scatterAdd(dim: Int, indices: Tensor, source: Tensor) -> Tensor {
    make("scatterAdd(dim: \(dim))", [self, indices, source]) {
      ct_scatter_add(handle, dim, indices.handle, source.handle, $0)
    }
  }

  /// A copy with `value` where `mask` is true.
  public func maskedFill(_ mask: Tensor, _ value: Double) -> Tensor {
    make("maskedFill \(value)", [self, mask]) {
      ct_masked_fill(handle, mask.handle, value, $0)
    }
  }

  /// The elements where `mask` is true, as one dimension.
  public func maskedSelect(_ mask: Tensor) -> Tensor {
    binary("maskedSelect", mask, ct_masked_select)
  }

  /// The places of the elements that are not zero or false: `[n, rank]`, int64.
  public func nonzero() -> Tensor { unary("nonzero", ct_nonzero) }

  /// A new last dimension of `classes` elements, 1 at the index that the element is, else 0; int64.
  public func oneHot(classes: Int) -> Tensor {
    make("oneHot(classes: \(classes))", [self]) { ct_one_hot(handle, classes, $0) }
  }

  /// Where in the ascending last dimension of this tensor `values` belong: the first index whose
  /// element is not below the value, or with `after` the first whose element is above it.
  public func searchSorted(_ values: Tensor, after: Bool = false) -> Tensor {
    make("searchSorted", [self, values]) { ct_searchsorted(handle, values.handle, after, $0) }
  }
}
