import RLHFCore
import Foundation
import Testing
import Torch

struct TensorLayersTests {
  let x = sample([2, 3, 4])

  @Test func linear() {
    let (weight, bias) = (sample([5, 4], 2), sample([5], 3))
    let plain = x.reshaped([6, 4]).matmul(weight.transposed())
    expect(x.linear(weight: weight), plain.doubles(), shape: [2, 3, 5])
    expect(x.linear(weight: weight, bias: bias), (plain + bias).doubles())
  }

  @Test func embedding() {
    let weight = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2])
    let indices = Tensor([2, 0, 2, 1], shape: [2, 2])
    expect(
      .embedding(weight: weight, indices: indices), [5, 6, 1, 2, 5, 6, 3, 4], shape: [2, 2, 2])
  }

  @Test func normalisation() {
    let (weight, bias) = (sample([4], 2), sample([4], 3))
    let (w, b) = (weight.doubles(), bias.doubles())
    let rows = x.reshaped([6, 4])
    var layer: [Double] = []
    var rms: [Double] = []
    for row in (0..<6).map({ rows[$0].doubles() }) {
      let mean = row.reduce(0, +) / 4
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4
      let square = row.reduce(0) { $0 + $1 * $1 } / 4
      for i in 0..<4 {
        layer.append((row[i] - mean) / (variance + 1e-5).squareRoot() * w[i] + b[i])
        rms.append(row[i] / (square + 1e-6).squareRoot() * w[i])
      }
    }
    expect(x.layerNorm(weight: weight, bias: bias), layer, shape: [2, 3, 4])
    expect(x.rmsNorm(weight: weight), rms, shape: [2, 3, 4])
    let plain = x.layerNorm(epsilon: 0)
    expect(plain.mean(dim: -1), [Double](repeating: 0, count: 6))
    expect(plain.variance(unbiased: false, dim: -1), [Double](repeating: 1, count: 6))
  }

  @Test func groupNormalisation() {
    let images = sample([2, 4, 3, 3])
    let groups = images.groupNorm(groups: 2, epsilon: 0).reshaped([4, 18])
    expect(groups.mean(dim: 1), [0, 0, 0, 0])
    expect(groups.variance(unbiased: false, dim: 1), [1, 1, 1, 1])
  }

  /// `softmax(q · kᵀ · scale + mask) · v`, written out.
  private func attention(
    _ query: Tensor, _ key: Tensor, _ value: Tensor, scale: Double, mask: Tensor? = nil
  ) -> [Double] {
    var scores = query.matmul(key.transposed()) * scale
    if let mask { scores = scores.maskedFill(mask.logicalNot(), -.infinity) }
    return scores.softmax(dim: -1).matmul(value).doubles()
  }

  @Test func attentionEqualsItsFormula() {
    let (query, key, value) = (
      sample([2, 3, 5, 8], 1), sample([2, 3, 7, 8], 2), sample([2, 3, 7, 8], 3)
    )
    let scale = 1 / 8.0.squareRoot()
    expect(
      .scaledDotProductAttention(query: query, key: key, value: value),
      attention(query, key, value, scale: scale), shape: [2, 3, 5, 8])
    expect(
      .scaledDotProductAttention(query: query, key: key, value: value, scale: 0.3),
      attention(query, key, value, scale: 0.3))
    let mask = Tensor.arange(0, 35).reshaped([5, 7]).remainder(dividingBy: 3) .!= 1
    expect(
      .scaledDotProductAttention(query: query, key: key, value: value, mask: mask),
      attention(query, key, value, scale: scale, mask: mask))
    let bias = Tensor.zeros([5, 7], dtype: .float64).maskedFill(.!mask, -.infinity)
    expect(
      .scaledDotProductAttention(query: query, key: key, value: value, mask: bias),
      attention(query, key, value, scale: scale, mask: mask))
  }

  @Test func causalAttention() {
    let (query, key, value) = (
      sample([1, 2, 6, 4], 1), sample([1, 2, 6, 4], 2), sample([1, 2, 6, 4], 3)
    )
    let mask = Tensor.ones([6, 6], dtype: .bool).tril()
    expect(
      .scaledDotProductAttention(query: query, key: key, value: value, isCausal: true),
      attention(query, key, value, scale: 0.5, mask: mask))
  }

  @Test func attentionOfGroupedQueries() {
    let (query, key, value) = (
      sample([2, 6, 5, 4], 1), sample([2, 2, 5, 4], 2), sample([2, 2, 5, 4], 3)
    )
    let grouped = Tensor.scaledDotProductAttention(
      query: query, key: key, value: value, isCausal: true, enableGQA: true)
    let repeated = Tensor.scaledDotProductAttention(
      query: query, key: key.repeatInterleaved(3, dim: 1),
      value: value.repeatInterleaved(3, dim: 1), isCausal: true)
    expect(grouped, repeated.doubles())
  }

  @Test func dropoutKeepsTheMean() {
    let generator = RandomGenerator(seed: 1)
    let values = Tensor.ones([100_000]).dropout(0.2, generator: generator)
    let kept = (values .!= 0).mean().item()
    #expect(Set(values.floats()) == [0, 1.25])
    // Five standard deviations of a share of 100,000 draws.
    #expect(abs(kept - 0.8) < 0.0064)
    expect(Tensor.ones([3]).dropout(0, generator: generator), [1, 1, 1])
    expect(Tensor.ones([3]).dropout(1, generator: generator), [0, 0, 0])
  }

  @Test func crossEntropy() {
    let logits = Tensor([2.0, 0, -1, 0.5, 1, 3], shape: [2, 3])
    let logs = logits.logSoftmax(dim: 1).doubles()
    expect(
      .crossEntropy(logits: logits, targets: Tensor([0, 2]), reduction: .none),
      [-logs[0], -logs[5]])
    expect(.crossEntropy(logits: logits, targets: Tensor([0, 2])), [(-logs[0] - logs[5]) / 2])
    expect(
      .crossEntropy(logits: logits, targets: Tensor([0, 2]), reduction: .sum), [-logs[0] - logs[5]])
    expect(.crossEntropy(logits: logits, targets: Tensor([-100, 1])), [-logs[4]])
    let smooth = -0.9 * logs[1] - 0.1 * (logs[0] + logs[1] + logs[2]) / 3
    expect(
      .crossEntropy(logits: logits[0..<1], targets: Tensor([1]), labelSmoothing: 0.1), [smooth])
  }

  @Test func otherLosses() {
    let (x, t) = (Tensor([-2.0, 0.3, 4]), Tensor([0.0, 1, 0.25]))
    let binary = zip(x.doubles(), t.doubles()).map { x, t in
      t * log1p(exp(-x)) + (1 - t) * log1p(exp(x))
    }
    expect(.binaryCrossEntropyWithLogits(x, targets: t, reduction: .none), binary)
    expect(.binaryCrossEntropyWithLogits(x, targets: t), [binary.reduce(0, +) / 3])
    expect(.meanSquaredError(x, targets: t, reduction: .sum), [4 + 0.49 + 14.0625])
    expect(.huber(x, targets: t, reduction: .none), [1.5, 0.245, 3.25])
    expect(.huber(x, targets: t, delta: 2, reduction: .none), [2, 0.245, 5.5])
  }
}
