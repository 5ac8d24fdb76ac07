import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct AdamWTests {
  /// One case of the oracle: parameters, and what makes a step.
  private struct Run {
    let weight: Tensor
    let bias: Tensor
    let optimizer: AdamW
    let oracle: Oracle
    let document: OracleValue
    let prefix: String

    init(_ index: Int, perturbation: Double = 0) throws {
      oracle = try Oracles.algorithms("adamw")
      document = oracle.json["cases"][index]
      prefix = "\(document["index"].int)"
      weight = try oracle.tensor("in.\(prefix).weight") + perturbation
      bias = try oracle.tensor("in.\(prefix).bias")
      weight.requiresGradient = true
      bias.requiresGradient = true
      let betas = document["betas"].doubles
      let options = AdamWOptions(
        beta1: betas[0], beta2: betas[1], epsilon: document["eps"].double,
        weightDecay: document["weight_decay_of_weight"].double,
        isAMSGrad: document["amsgrad"].bool)
      optimizer = AdamW(parameters: [("weight", weight), ("bias", bias)], options: options)
    }

    var steps: Int { document["learning_rates"].array.count }

    /// Makes a step; gives the gradients' norm before clipping.
    func step(_ step: Int) throws -> Double {
      weight.gradient = try oracle.tensor("in.\(prefix).grad_weight")[step].copied()
      bias.gradient = try oracle.tensor("in.\(prefix).grad_bias")[step].copied()
      let norm = clipGradientNorm(
        of: optimizer.parameters, to: document["max_grad_norm"].double)
      optimizer.step(learningRate: document["learning_rates"][step].double)
      return norm
    }

    /// Whether the parameters are the oracle's after `step`.
    func agreesAfter(_ step: Int) throws -> Bool {
      let expectedWeight = try oracle.tensor("out.\(prefix).weight")[step]
      let expectedBias = try oracle.tensor("out.\(prefix).bias")[step]
      return agrees(weight.detached(), expectedWeight, within: 1e-6)
        && agrees(bias.detached(), expectedBias, within: 1e-6)
    }
  }

  private static let cases: Range<Int> = 0..<caseCount
  private static var caseCount: Int {
    (try? Oracles.algorithms("adamw").json["cases"].array.count) ?? 0
  }

  @Test(
    .enabled(if: Oracles.has("algorithms/adamw.json"), "needs the oracle adamw"), arguments: cases)
  func stepsAreTheReferences(index: Int) throws {
    let run = try Run(index)
    let norms = run.document["grad_norms_before_clipping"].doubles
    for step in 0..<run.steps {
      let norm = try run.step(step)
      #expect(abs(norm - norms[step]) < 1e-5 * norms[step])
      #expect(try run.agreesAfter(step), "case \(index), step \(step)")
    }
  }

  @Test(
    .enabled(if: Oracles.has("algorithms/adamw.json"), "needs the oracle adamw"), arguments: cases)
  func aPerturbedStartFails(index: Int) throws {
    let run = try Run(index, perturbation: 1e-4)
    _ = try run.step(0)
    #expect(try !run.agreesAfter(0))
  }

  @Test(
    .enabled(if: Oracles.has("algorithms/adamw.json"), "needs the oracle adamw"), arguments: cases)
  func aResumedRunIsTheSameToTheBit(index: Int) throws {
    let folder = try TemporaryFolder()
    let unbroken = try Run(index)
    let first = try Run(index)
    for step in 0..<5 {
      _ = try unbroken.step(step)
      _ = try first.step(step)
    }
    try first.optimizer.save(to: folder("state.safetensors"))
    let second = try Run(index)
    second.weight.assign(from: first.weight.detached())
    second.bias.assign(from: first.bias.detached())
    try second.optimizer.load(from: folder("state.safetensors"))
    for step in 5..<second.steps {
      _ = try unbroken.step(step)
      _ = try second.step(step)
    }
    #expect(second.weight.floats() == unbroken.weight.floats())
    #expect(second.bias.floats() == unbroken.bias.floats())
    for (one, other) in zip(second.optimizer.state, unbroken.optimizer.state) {
      #expect(one.tensor.floats() == other.tensor.floats(), "\(one.name)")
    }
  }

  @Test func parametersWithoutGradientStay() {
    let (moved, still) = (Tensor.ones([2, 2]), Tensor.ones([2, 2]))
    let optimizer = AdamW(parameters: [("moved", moved), ("still", still)])
    moved.requiresGradient = true
    moved.gradient = Tensor.ones([2, 2])
    optimizer.step(learningRate: 0.1)
    #expect(moved.floats() != [1, 1, 1, 1])
    #expect(still.floats() == [1, 1, 1, 1])
    #expect(optimizer.state.map(\.name).allSatisfy { $0.hasPrefix("moved.") })
    optimizer.clearGradients()
    #expect(moved.gradient == nil)
  }

  @Test func aStateOfAnotherModelIsRefusedAndChangesNothing() throws {
    func optimizer(_ shape: [Int], _ name: String, isAMSGrad: Bool = false) -> AdamW {
      let parameter = Tensor.ones(shape)
      parameter.requiresGradient = true
      parameter.gradient = Tensor.ones(shape)
      let made = AdamW(
        parameters: [(name, parameter)], options: AdamWOptions(isAMSGrad: isAMSGrad))
      made.step(learningRate: 0.1)
      return made
    }
    let state = optimizer([2], "a").state
    for (other, part) in [
      (optimizer([3], "a"), "expected [3]"),
      (optimizer([2], "b"), "no parameter of this optimizer"),
      (optimizer([2], "a", isAMSGrad: true), "is incomplete for 'a'"),
    ] {
      let before = other.state.map { $0.tensor.floats() }
      let error = try #require(throws: RLHFError.self) { try other.restore(state) }
      #expect(error.message.contains(part), "\(error.message)")
      #expect(other.state.map { $0.tensor.floats() } == before)
    }
  }

  @Test func impossibleOptionsAreNamed() {
    #expect(throws: RLHFError.self) { try AdamWOptions(beta1: 1).validate() }
    #expect(throws: RLHFError.self) { try AdamWOptions(beta2: -0.1).validate() }
    #expect(throws: RLHFError.self) { try AdamWOptions(epsilon: 0).validate() }
    #expect(throws: RLHFError.self) { try AdamWOptions(weightDecay: .nan).validate() }
    #expect(throws: Never.self) { try AdamWOptions().validate() }
  }
}
