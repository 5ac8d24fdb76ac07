import NeuralNetworks
import RLHFCore
import Testing
import Torch

@Suite struct MovingAverageTests {
  let store = ParameterStore()

  @Test func itFollowsTheParameters() {
    let weight = store.root.parameter("w", [2], .constant(1))
    let average = MovingAverage(of: store, decay: 0.9, warmsUp: false)
    weight.detached().fill(2)
    average.update()
    average.update()
    // 1 + (1 - 0.9²)
    let mean = average.withAverages { weight.sum().item() }
    #expect(abs(mean - 2 * 1.19) < 1e-6)
    #expect(weight.floats() == [2, 2])
    average.copyToModel()
    #expect(abs(weight.sum().item() - 2 * 1.19) < 1e-6)
  }

  @Test func theWarmUpForgetsTheFirstValuesSoon() {
    let weight = store.root.parameter("w", [1], .constant(0))
    let average = MovingAverage(of: store, decay: 0.99)
    weight.detached().fill(1)
    var expected = 0.0
    for step in 0..<50 {
      average.update()
      expected += (1 - min(0.99, Double(1 + step) / Double(10 + step))) * (1 - expected)
    }
    let found = average.withAverages { weight.item() }
    #expect(abs(found - expected) < 1e-5)
    #expect(average.updateCount == 50)
  }

  @Test func resumedItIsTheSame() throws {
    let weight = store.root.parameter("w", [3], .normal(standardDeviation: 1))
    let average = MovingAverage(of: store)
    weight.detached().fill(1)
    average.update()
    let again = MovingAverage(of: store)
    try again.restore(average.values, updates: average.updateCount)
    weight.detached().fill(3)
    average.update()
    again.update()
    #expect(average.values[0].tensor.floats() == again.values[0].tensor.floats())
    let error = #expect(throws: RLHFError.self) { try again.restore([], updates: 1) }
    #expect(error?.message.contains("'w' is missing, expected [3]") == true)
  }
}
