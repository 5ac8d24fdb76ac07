import CTorch

extension Tensor {
  /// The matrix product of the last two dimensions, broadcast over the others.
  ///
  /// `[…, n, k]` and `[…, k, m]` give `[…, n, m]`. A vector counts as a row on the left and as a
  /// column on the right.
  public func matmul(_ other: Tensor) -> Tensor { binary("matmul", other, ct_matmul) }

  /// `beta · bias + alpha · left · right`, for matrices `[n, k]` and `[k, m]`.
  public static func addmm(
    _ bias: Tensor, _ left: Tensor, _ right: Tensor, beta: Double = 1, alpha: Double = 1
  ) -> Tensor {
    make("addmm", [bias, left, right]) {
      ct_addmm(bias.handle, left.handle, right.handle, beta, alpha, $0)
    }
  }

  /// `beta · bias + alpha · left · right`, for batches of matrices `[b, n, k]` and `[b, k, m]`.
  public static func baddbmm(
    _ bias: Tensor, _ left: Tensor, _ right: Tensor, beta: Double = 1, alpha: Double = 1
  ) -> Tensor {
    make("baddbmm", [bias, left, right]) {
      ct_baddbmm(bias.handle, left.handle, right.handle, beta, alpha, $0)
    }
  }

  /// Orthonormal columns and an upper triangular matrix whose product is this matrix.
  public func qr() -> (orthonormal: Tensor, upper: Tensor) {
    makePair("qr", [self]) { ct_linalg_qr(handle, $0, $1, $2) }
  }

  /// The eigenvalues of a symmetric matrix in ascending order, and its eigenvectors as columns.
  public func symmetricEigen() -> (values: Tensor, vectors: Tensor) {
    makePair("symmetricEigen", [self]) { ct_linalg_eigh(handle, $0, $1, $2) }
  }

  /// The lower triangular matrix whose product with its transpose is this positive definite matrix.
  public func cholesky() -> Tensor { unary("cholesky", ct_linalg_cholesky) }

  /// `x` for which the matrix product of this matrix and `x` is `right`.
  public func solve(_ right: Tensor) -> Tensor { binary("solve", right, ct_linalg_solve) }
}
