import RLHFCore
import TestSupport
import Testing
import Torch

@testable import PolicyOptimization

@Suite("Advantages") struct AdvantagesTests {
  @Test(
    "equal the reference on ragged rows",
    arguments: Oracles.algorithms(startingWith: "gae_").filter { $0 != "gae_done_flags" })
  func raggedRows(name: String) throws {
    let oracle = try Oracles.algorithms(name)
    let estimate = GeneralizedAdvantage(
      discount: oracle.parameters["gamma"].double, lambda: oracle.parameters["lambda"].double)
    let rewards = try oracle.tensor("in.rewards")
    let values = try oracle.tensor("in.values")
    let mask = try oracle.tensor("in.mask").to(.bool)
    let plain = estimate(rewards: rewards, values: values, mask: mask)
    #expect(agrees(plain.advantages, try oracle.tensor("out.advantages"), within: 1e-5))
    #expect(agrees(plain.returns, try oracle.tensor("out.returns"), within: 1e-5))
    let whitened = plain.advantages.whitened(mask)
    #expect(agrees(whitened, try oracle.tensor("out.advantages_whitened"), within: 1e-5))
    let bootstrapped = estimate(
      rewards: rewards, values: values, mask: mask,
      bootstrapValues: try oracle.tensor("in.bootstrap_values"))
    #expect(
      agrees(
        bootstrapped.advantages, try oracle.tensor("out.advantages_bootstrapped"), within: 1e-5))
    #expect(
      agrees(bootstrapped.returns, try oracle.tensor("out.returns_bootstrapped"), within: 1e-5))
    let perturbed = estimate(rewards: rewards + 0.01, values: values, mask: mask)
    #expect(!agrees(perturbed.advantages, try oracle.tensor("out.advantages"), within: 1e-5))
  }

  @Test(
    "equal the reference over episodes in a row",
    .enabled(if: Oracles.has("algorithms/gae_done_flags.json")))
  func episodes() throws {
    let oracle = try Oracles.algorithms("gae_done_flags")
    let estimate = GeneralizedAdvantage(
      discount: oracle.parameters["gamma"].double, lambda: oracle.parameters["lambda"].double)(
        rewards: try oracle.tensor("in.rewards"), values: try oracle.tensor("in.values"),
        isDone: try oracle.tensor("in.done").to(.bool))
    #expect(agrees(estimate.advantages, try oracle.tensor("out.advantages"), within: 1e-5))
    #expect(agrees(estimate.returns, try oracle.tensor("out.returns"), within: 1e-5))
  }

  @Test("padding changes nothing")
  func padding() {
    let rewards = Tensor([0.5, -1, 2] as [Float], shape: [1, 3])
    let values = Tensor([0.1, 0.2, 0.3] as [Float], shape: [1, 3])
    let mask = Tensor([true, true, true], shape: [1, 3])
    let estimate = GeneralizedAdvantage(discount: 0.9, lambda: 0.8)
    let short = estimate(rewards: rewards, values: values, mask: mask)
    let padding = Tensor.full([1, 2], 7)
    let long = estimate(
      rewards: Tensor.concatenate([rewards, padding], dim: 1),
      values: Tensor.concatenate([values, padding], dim: 1),
      mask: Tensor([true, true, true, false, false], shape: [1, 5]))
    #expect(long.advantages.floats() == short.advantages.floats() + [0, 0])
    #expect(long.returns.floats() == short.returns.floats() + [0, 0])
  }
}

@Suite("Masked statistics") struct MaskedStatisticsTests {
  @Test("equal the reference", .enabled(if: Oracles.has("algorithms/whitening.json")))
  func whitening() throws {
    let oracle = try Oracles.algorithms("whitening")
    let values = try oracle.tensor("in.values")
    let mask = try oracle.tensor("in.mask").to(.bool)
    let scalars = oracle.json["scalars"]
    #expect(abs(values.maskedMean(mask).item() - scalars["mean"].double) < 1e-5)
    #expect(abs(values.maskedVariance(mask).item() - scalars["variance_unbiased"].double) < 1e-4)
    #expect(
      abs(values.maskedVariance(mask, unbiased: false).item() - scalars["variance_biased"].double)
        < 1e-4)
    #expect(agrees(values.whitened(mask), try oracle.tensor("out.whitened"), within: 1e-5))
    #expect(
      agrees(
        values.whitened(mask, shiftsMean: false), try oracle.tensor("out.whitened_keep_mean"),
        within: 1e-5))
  }

  @Test("whitened values have mean 0 and variance 1")
  func moments() {
    let values = Tensor([1, 2, 9, 4, 100] as [Float], shape: [1, 5])
    let mask = Tensor([true, true, true, true, false], shape: [1, 5])
    let whitened = values.whitened(mask)
    #expect(abs(whitened.maskedMean(mask).item()) < 1e-6)
    #expect(abs(whitened.maskedVariance(mask).item() - 1) < 1e-5)
    #expect(whitened.floats().last == 0)
  }
}
