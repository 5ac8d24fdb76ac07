import RLHFCore
public import Torch

/// Distances between two sets of things by their features, rows of a tensor: how far what is made is, as a whole, from
/// what is real.
public enum FeatureDistance {
  /// The Fréchet distance between the normal distributions fitted to `first` `[N, D]` and `second` `[M, D]`.
  ///
  /// |m₁ - m₂|² + tr(S₁ + S₂ - 2 (S₁ S₂)^½), covariances divided by n - 1 (Heusel et al. 2017: FID with Inception's
  /// features, FAD with a sound's). Biased upwards for few rows: compare only sets of one size.
  ///
  /// - Throws: ``RLHFError`` where a set has fewer than 2 D rows, which fit no covariance.
  public static func frechet(_ first: Tensor, _ second: Tensor) throws -> Double {
    try check(first, second, least: 2 * (first.shape.last ?? 0))
    let (one, two) = (Moments(first), Moments(second))
    let root = squareRoot(of: one.covariance)
    let product = root.matmul(two.covariance).matmul(root)
    // The eigenvalues of S₁^½ S₂ S₁^½ are those of S₁ S₂; rounding may bring them below 0.
    let roots = ((product + product.transposed(0, 1)) * 0.5).symmetricEigen().values.clamped(min: 0)
      .sqrt()
    let means = (one.mean - two.mean).square().sum().item()
    return means + trace(one.covariance) + trace(two.covariance) - 2 * roots.sum().item()
  }

  /// The squared maximum mean discrepancy between `first` `[N, D]` and `second` `[M, D]`, unbiased over all pairs.
  ///
  /// The kernel is (x·y / D + 1)³ (Bińkowski and others 2018: KID). Unbiased, so it may be a little below 0 for sets that are alike.
  public static func kernel(_ first: Tensor, _ second: Tensor) throws -> Double {
    try check(first, second, least: 2)
    let (one, two) = (first.to(.float64), second.to(.float64))
    return meanOfPairs(one) + meanOfPairs(two) - 2 * kernel(one, with: two).mean().item()
  }

  /// The mean distance between the rows of `features` `[N, D]`, over all pairs: how different they are.
  public static func diversity(_ features: Tensor) throws -> Double {
    try check(features, features, least: 2)
    let rows = features.to(.float64)
    let squares = rows.square().sum(dim: 1, keepDim: true)
    let products = rows.matmul(rows.transposed(0, 1)) * 2
    let distances = (squares + squares.transposed(0, 1) - products).clamped(min: 0).sqrt()
    let count = Double(rows.shape[0])
    // The diagonal is 0 but for rounding.
    let diagonal = (distances * Tensor.eye(rows.shape[0]).to(.float64)).sum().item()
    return (distances.sum().item() - diagonal) / (count * (count - 1))
  }

  private static func check(_ first: Tensor, _ second: Tensor, least: Int) throws {
    precondition(
      first.rank == 2 && second.rank == 2 && first.shape[1] == second.shape[1],
      "FeatureDistance: \(first.shape) and \(second.shape) are not rows of one width")
    guard min(first.shape[0], second.shape[0]) >= least else {
      throw RLHFError(
        .invalidData,
        "A distance between sets of \(first.shape[0]) and \(second.shape[0]) by \(first.shape[1]) features needs at least \(least) of each. Take more samples, or fewer features."
      )
    }
  }

  private static func kernel(_ first: Tensor, with second: Tensor) -> Tensor {
    let values = first.matmul(second.transposed(0, 1)) * (1 / Double(first.shape[1])) + 1
    return values * values * values
  }

  /// The mean of the kernel over pairs of different rows.
  private static func meanOfPairs(_ rows: Tensor) -> Double {
    let values = kernel(rows, with: rows)
    let count = Double(rows.shape[0])
    return (values.sum().item() - trace(values)) / (count * (count - 1))
  }

  private static func trace(_ matrix: Tensor) -> Double {
    (matrix * Tensor.eye(matrix.shape[0]).to(.float64)).sum().item()
  }

  private static func squareRoot(of matrix: Tensor) -> Tensor {
    let (values, vectors) = matrix.symmetricEigen()
    return (vectors * values.clamped(min: 0).sqrt().unsqueezed(0))
      .matmul(vectors.transposed(0, 1))
  }

  private struct Moments {
    let mean: Tensor
    let covariance: Tensor

    init(_ features: Tensor) {
      let rows = features.to(.float64)
      mean = rows.mean(dim: 0)
      let centred = rows - mean.unsqueezed(0)
      covariance = centred.transposed(0, 1).matmul(centred) * (1 / Double(rows.shape[0] - 1))
    }
  }
}
