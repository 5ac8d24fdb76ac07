import RLHFCore
import Foundation
import Testing
import Torch

struct ElementwiseCase: Sendable, CustomTestStringConvertible {
  let name: String
  let values: [Double]
  let function: @Sendable (Tensor) -> Tensor
  let expected: @Sendable (Double) -> Double
  var testDescription: String { name }

  init(
    _ name: String, _ values: [Double], _ function: @escaping @Sendable (Tensor) -> Tensor,
    _ expected: @escaping @Sendable (Double) -> Double
  ) {
    (self.name, self.values, self.function, self.expected) = (name, values, function, expected)
  }
}

private let all: [Double] = [-3.7, -1, -0.25, 0, 0.4, 1, 2.9]
private let positive: [Double] = [0.01, 0.5, 1, 3.3, 120]

struct TensorElementwiseTests {
  static let cases: [ElementwiseCase] = [
    ElementwiseCase("exp", all, { $0.exp() }, { Foundation.exp($0) }),
    ElementwiseCase("expm1", all + [1e-9], { $0.expm1() }, { Foundation.expm1($0) }),
    ElementwiseCase("log", positive, { $0.log() }, { Foundation.log($0) }),
    ElementwiseCase("log1p", positive + [1e-9], { $0.log1p() }, { Foundation.log1p($0) }),
    ElementwiseCase("log2", positive, { $0.log2() }, { Foundation.log2($0) }),
    ElementwiseCase("log10", positive, { $0.log10() }, { Foundation.log10($0) }),
    ElementwiseCase("sqrt", positive, { $0.sqrt() }, { $0.squareRoot() }),
    ElementwiseCase("rsqrt", positive, { $0.rsqrt() }, { 1 / $0.squareRoot() }),
    ElementwiseCase("abs", all, { $0.abs() }, { Swift.abs($0) }),
    ElementwiseCase("square", all, { $0.square() }, { $0 * $0 }),
    ElementwiseCase("reciprocal", positive, { $0.reciprocal() }, { 1 / $0 }),
    ElementwiseCase("sign", all, { $0.sign() }, { $0 == 0 ? 0 : $0 < 0 ? -1 : 1 }),
    ElementwiseCase("floor", all, { $0.floor() }, { $0.rounded(.down) }),
    ElementwiseCase("ceil", all, { $0.ceil() }, { $0.rounded(.up) }),
    ElementwiseCase(
      "round", all + [0.5, 1.5], { $0.round() }, { $0.rounded(.toNearestOrEven) }),
    ElementwiseCase("sin", all, { $0.sin() }, { Foundation.sin($0) }),
    ElementwiseCase("cos", all, { $0.cos() }, { Foundation.cos($0) }),
    ElementwiseCase("tan", all, { $0.tan() }, { Foundation.tan($0) }),
    ElementwiseCase("atan", all, { $0.atan() }, { Foundation.atan($0) }),
    ElementwiseCase(
      "atan2", all, { $0.atan2(Tensor(-2, dtype: .float64)) }, { Foundation.atan2($0, -2) }),
    ElementwiseCase("erf", all, { $0.erf() }, { Foundation.erf($0) }),
    ElementwiseCase("erfInverse", [-0.9, 0, 0.3], { $0.erfInverse().erf() }, { $0 }),
    ElementwiseCase("logGamma", positive, { $0.logGamma() }, { Foundation.lgamma($0) }),
    ElementwiseCase(
      "digamma", positive, { ($0 + 1).digamma() - $0.digamma() }, { 1 / $0 }),
    ElementwiseCase("pow", positive, { $0.pow(1.7) }, { Foundation.pow($0, 1.7) }),
    ElementwiseCase(
      "tensor pow", positive, { $0.pow(Tensor(-0.5, dtype: .float64)) },
      { Foundation.pow($0, -0.5) }),
    ElementwiseCase("clamped", all, { $0.clamped(min: -1.5, max: 1) }, { max(-1.5, min(1, $0)) }),
    ElementwiseCase("clamped below", all, { $0.clamped(min: 0.3) }, { max(0.3, $0) }),
    ElementwiseCase("minimum", all, { $0.minimum(.zeros([1])) }, { min(0, $0) }),
    ElementwiseCase("maximum", all, { $0.maximum(.zeros([1])) }, { max(0, $0) }),
    ElementwiseCase(
      "lerp", all, { $0.lerp(Tensor.ones([1], dtype: .float64), weight: 0.25) },
      { 0.75 * $0 + 0.25 }),
    ElementwiseCase("sigmoid", all, { $0.sigmoid() }, { 1 / (1 + Foundation.exp(-$0)) }),
    ElementwiseCase(
      "logSigmoid", all, { $0.logSigmoid() }, { -Foundation.log1p(Foundation.exp(-$0)) }),
    ElementwiseCase("tanh", all, { $0.tanh() }, { Foundation.tanh($0) }),
    ElementwiseCase("relu", all, { $0.relu() }, { max(0, $0) }),
    ElementwiseCase("silu", all, { $0.silu() }, { $0 / (1 + Foundation.exp(-$0)) }),
    ElementwiseCase("softplus", all, { $0.softplus() }, { Foundation.log1p(Foundation.exp($0)) }),
    ElementwiseCase(
      "gelu", all, { $0.gelu() }, { $0 * 0.5 * (1 + Foundation.erf($0 / 2.0.squareRoot())) }),
    ElementwiseCase(
      "gelu with tanh", all, { $0.gelu(approximate: true) },
      {
        $0 * 0.5
          * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
      }),
    ElementwiseCase("leakyRelu", all, { $0.leakyRelu(slope: 0.2) }, { $0 > 0 ? $0 : 0.2 * $0 }),
    ElementwiseCase("elu", all, { $0.elu(alpha: 2) }, { $0 > 0 ? $0 : 2 * Foundation.expm1($0) }),
  ]

  @Test(arguments: cases)
  func equalsTheFormula(_ test: ElementwiseCase) {
    expect(test.function(Tensor(test.values)), test.values.map(test.expected), test.name)
  }

  @Test func extremesStayFinite() {
    let extreme = Tensor([-1000.0, 1000])
    expect(extreme.logSigmoid(), [-1000, 0])
    expect(extreme.softplus(), [0, 1000])
    expect(extreme.sigmoid(), [0, 1])
  }

  @Test func lerpWithWeights() {
    let start = Tensor([0.0, 10])
    expect(start.lerp(Tensor([1.0, 20]), weight: Tensor([0.5, 0.1])), [0.5, 11])
  }
}
