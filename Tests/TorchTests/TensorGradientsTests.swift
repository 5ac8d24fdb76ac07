import RLHFCore
import Testing
import Torch

struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shape: [Int]
  let function: @Sendable (Tensor) -> Tensor
  var testDescription: String { name }

  init(_ name: String, _ shape: [Int], _ function: @escaping @Sendable (Tensor) -> Tensor) {
    (self.name, self.shape, self.function) = (name, shape, function)
  }
}

struct TensorGradientsTests {
  static let cases: [GradientCase] = [
    GradientCase("exp", [5], { $0.exp() }),
    GradientCase("log", [5], { ($0.square() + 0.1).log() }),
    GradientCase("log1p", [5], { $0.square().log1p() }),
    GradientCase("expm1", [5], { $0.expm1() }),
    GradientCase("sqrt", [5], { ($0.square() + 0.1).sqrt() }),
    GradientCase("rsqrt", [5], { ($0.square() + 0.1).rsqrt() }),
    GradientCase("pow", [5], { ($0.square() + 0.1).pow(1.3) }),
    GradientCase("sigmoid", [5], { $0.sigmoid() }),
    GradientCase("logSigmoid", [5], { $0.logSigmoid() }),
    GradientCase("tanh", [5], { $0.tanh() }),
    GradientCase("silu", [5], { $0.silu() }),
    GradientCase("gelu", [5], { $0.gelu() }),
    GradientCase("gelu with tanh", [5], { $0.gelu(approximate: true) }),
    GradientCase("softplus", [5], { $0.softplus() }),
    GradientCase("sin and cos", [5], { $0.sin() * $0.cos() }),
    GradientCase("erf", [5], { $0.erf() }),
    GradientCase("clamped", [7], { $0.clamped(min: -0.4, max: 0.4) }),
    GradientCase("minimum", [2, 4], { $0[0].minimum($0[1]) + $0[0].maximum($0[1]) * 2 }),
    GradientCase(
      "arithmetic", [2, 3], { ($0 * 2 - 1) / ($0.square() + 1) - (3 - $0) + 1 / ($0 + 9) }),
    GradientCase("broadcast", [3], { $0 * sample([2, 3], 5) + $0.expanded([2, 3]).square() }),
    GradientCase("select", [2, 4], { Tensor.select(where: $0[0] .> 0, $0[0] * 2, $0[1]) }),
    GradientCase("maskedFill", [4], { $0.maskedFill($0 .> 0, 7) * 3 }),
    GradientCase(
      "shape", [2, 3, 4], { $0.permuted([2, 0, 1]).reshaped([4, 6]).transposed(0, 1).flipped(0) }),
    GradientCase(
      "slices", [3, 6],
      { $0.narrow(dim: 1, start: 1, length: 4).square() + $0.split(dim: 1, size: 4)[0] }),
    GradientCase(
      "split", [3, 6],
      {
        let p = $0.chunk(3, dim: 1); return p[0] * p[1] + p[2]
      }),
    GradientCase(
      "concatenate", [2, 3],
      {
        Tensor.concatenate([$0, $0.exp()], dim: 1)
          * Tensor.stack([$0, $0], dim: 0).reshaped([2, 6])
      }),
    GradientCase("padded", [2, 3], { $0.padded([1, 1], mode: .reflect).square() }),
    GradientCase(
      "gather", [3, 4],
      { $0.gather(dim: 1, indices: Tensor([0, 3, 3, 1, 2, 2], shape: [3, 2])).square() }),
    GradientCase(
      "indexSelect", [3, 4], { $0.indexSelect(dim: 0, indices: Tensor([2, 2, 0])).square() }),
    GradientCase(
      "scatterAdd", [3, 2],
      {
        Tensor.zeros([3, 4], dtype: .float64).scatterAdd(
          dim: 1, indices: Tensor([0, 3, 3, 1, 2, 2], shape: [3, 2]), source: $0
        ).square()
      }),
    GradientCase(
      "embedding", [4, 3], { Tensor.embedding(weight: $0, indices: Tensor([3, 0, 3])).square() }),
    GradientCase("sum and mean", [3, 4], { $0.square().sum(dim: 0) * $0.exp().mean(dim: 0) }),
    GradientCase(
      "variance", [3, 4], { $0.variance(dim: 1) + $0.standardDeviation(unbiased: false, dim: 1) }),
    GradientCase("max", [3, 4], { $0.max(dim: 1).values * $0.min(dims: [1]) }),
    GradientCase("norm", [3, 4], { $0.norm(dim: 1) + $0.norm() }),
    GradientCase("logSumExp", [3, 4], { $0.logSumExp(dim: 1) }),
    GradientCase("softmax", [3, 4], { $0.softmax(dim: 1) }),
    GradientCase("logSoftmax", [3, 4], { $0.logSoftmax(dim: 1) }),
    GradientCase("cumulativeSum", [3, 4], { $0.cumulativeSum(dim: 1).square() }),
    GradientCase("topK", [3, 4], { $0.topK(2).values.square() }),
    GradientCase("sorted", [3, 4], { $0.sorted().values * Tensor([1.0, 2, 3, 4]) }),
    GradientCase("matmul", [4, 4], { $0.matmul($0.transposed()) }),
    GradientCase("addmm", [3, 3], { Tensor.addmm($0[0], $0, $0, beta: 2, alpha: 0.5) }),
    GradientCase(
      "linear", [3, 4], { sample([2, 4], 4).linear(weight: $0, bias: $0.sum(dim: 1)) }),
    GradientCase("layerNorm", [3, 4], { $0.layerNorm(weight: $0[0], bias: $0[1]) }),
    GradientCase("rmsNorm", [3, 4], { $0.rmsNorm(weight: $0[0]) }),
    GradientCase("groupNorm", [2, 4, 3], { $0.groupNorm(groups: 2) }),
    GradientCase(
      "conv1d", [2, 3, 5], { $0.conv1d(weight: $0.narrow(dim: 2, start: 0, length: 3), padding: 1) }
    ),
    GradientCase(
      "conv2d", [1, 2, 4, 4],
      { $0.conv2d(weight: $0.narrow(dim: 2, start: 0, length: 3), stride: 2, padding: 1) }),
    GradientCase(
      "convTranspose2d", [1, 2, 3, 3],
      { $0.convTranspose2d(weight: sample([2, 3, 2, 2], 5), stride: 2) }),
    GradientCase("pooling", [1, 1, 4, 4], { $0.avgPool2d(2) + $0.maxPool2d(2) }),
    GradientCase(
      "interpolated", [1, 1, 3, 3], { $0.interpolated(to: [5, 5], mode: .linear).square() }),
    GradientCase(
      "attention", [1, 2, 4, 4],
      {
        Tensor.scaledDotProductAttention(
          query: $0, key: $0.exp(), value: $0.square(), isCausal: true)
      }),
    GradientCase(
      "attention with mask", [1, 2, 4, 4],
      {
        Tensor.scaledDotProductAttention(
          query: $0, key: $0.exp(), value: $0, mask: Tensor.ones([4, 4], dtype: .bool).tril())
      }),
    GradientCase(
      "crossEntropy", [3, 4], { Tensor.crossEntropy(logits: $0, targets: Tensor([1, -100, 3])) }),
    GradientCase(
      "binary cross-entropy", [4],
      { Tensor.binaryCrossEntropyWithLogits($0, targets: Tensor([0.0, 1, 0.3, 1])) }),
    GradientCase(
      "huber", [6], { Tensor.huber($0, targets: .zeros([6], dtype: .float64), delta: 0.5) }),
    GradientCase(
      "spectra", [12],
      { $0.stft(nFFT: 8, hop: 2, window: .hannWindow(8, dtype: .float64)).complexMagnitude() }),
    GradientCase("inverse spectra", [10], { ($0.rfft() * 2).irfft(length: 10).square() }),
    GradientCase("conversion", [4], { $0.contiguous().copied().to(.float64).square() }),
    GradientCase("dropout", [40], { $0.dropout(0.5, generator: RandomGenerator(seed: 3)) * $0 }),
  ]

  /// Compares with differences in double precision: an error of about `h² / 6` times the third derivative, and of
  /// the rounding of values of order 1 over `h`.
  @Test(arguments: cases)
  func equalDifferences(_ test: GradientCase) {
    let input = sample(test.shape, 7)
    let weights = withoutGradient { sample(test.function(input).shape, 8) }
    let value = { (x: Tensor) in (test.function(x) * weights).sum() }
    let leaf = input.copied()
    leaf.requiresGradient = true
    value(leaf).backward()

    let step = 1e-5
    let numbers = input.doubles()
    let expected = numbers.indices.map { i in
      func shifted(_ amount: Double) -> Double {
        var changed = numbers
        changed[i] += amount
        return value(Tensor(changed, shape: test.shape)).item()
      }
      return (shifted(step) - shifted(-step)) / (2 * step)
    }
    guard let gradient = leaf.gradient else {
      Issue.record("\(test.name) gives no gradient")
      return
    }
    expect(gradient, expected, shape: test.shape, within: 1e-7, test.name)
  }

  @Test func leavesAddUpTheirGradients() {
    let x = Tensor([1.0, 2])
    #expect(x.gradient == nil)
    #expect(!x.requiresGradient)
    x.requiresGradient = true
    let y = (x * x).sum()
    #expect(y.requiresGradient)
    #expect(!y.isLeaf)
    y.backward(retainGraph: true)
    y.backward()
    expect(x.gradient ?? x, [4, 8])
    x.gradient = nil
    #expect(x.gradient == nil)
    x.gradient = Tensor([5.0, 5])
    (x * 3).sum().backward()
    expect(x.gradient ?? x, [8, 8])
  }

  @Test func backwardFromATensor() {
    let x = Tensor([1.0, 2])
    x.requiresGradient = true
    (x * x).backward(gradient: Tensor([1.0, 10]))
    expect(x.gradient ?? x, [2, 40])
  }

  @Test func gradientsWithoutLeaves() {
    let (x, y, z) = (Tensor([1.0, 2]), Tensor([3.0, 4]), Tensor([5.0]))
    for tensor in [x, y, z] { tensor.requiresGradient = true }
    let found = Tensor.gradients(of: (x * x * y).sum(), withRespectTo: [x, y, z])
    expect(found[0], [6, 16])
    expect(found[1], [1, 4])
    expect(found[2], [0])
    #expect(x.gradient == nil)
  }

  @Test func secondDerivatives() {
    let x = Tensor([2.0])
    x.requiresGradient = true
    let first = Tensor.gradients(of: x.pow(3).sum(), withRespectTo: [x], createGraph: true)[0]
    let second = Tensor.gradients(of: first.sum(), withRespectTo: [x])[0]
    expect(first.detached(), [12])
    expect(second, [12])
  }

  @Test func detachedTensorsPassNoGradient() {
    let x = Tensor([3.0])
    x.requiresGradient = true
    let y = x.detached()
    #expect(!y.requiresGradient)
    (x * y).sum().backward()
    expect(x.gradient ?? x, [3])
    y.fill(4)
    expect(x.detached(), [4])
  }
}
