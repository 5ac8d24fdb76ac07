import RLHFCore
import TestSupport
import Testing
import Torch

@testable import NeuralNetworks

@Suite struct AdapterSetTests {
  private let input = Tensor.randn([5, 6], generator: RandomGenerator(seed: 9))

  /// A layer of each layout behind one another.
  private struct Model {
    let store: ParameterStore
    let first: Linear
    let second: TransposedLinear

    init(_ dtype: DType = .float32) {
      store = ParameterStore(dtype: dtype, seed: 4)
      first = Linear(6, 8, in: store["first"])
      second = TransposedLinear(8, 3, initializer: .kaimingUniform, in: store["second"])
    }

    func callAsFunction(_ input: Tensor) -> Tensor { second(first(input).tanh()) }
    func values(_ input: Tensor) -> Tensor { withoutGradient { self(input) } }
  }

  private func adapters(
    on model: Model, trained: Bool = true, _ change: (inout LoRAConfiguration) -> Void = { _ in }
  ) throws -> AdapterSet {
    var configuration = LoRAConfiguration()
    configuration.rank = 2
    configuration.alpha = 6
    change(&configuration)
    let set = try AdapterSet(configuration, on: model.store, seed: 3)
    if trained { train(set) }
    return set
  }

  /// Values as after training.
  private func train(_ set: AdapterSet, seed: Seed = 8) {
    let generator = RandomGenerator(seed: seed)
    for (_, tensor) in set.parameters.parameters {
      withoutGradient { tensor.add(Tensor.randn(tensor.shape, generator: generator), scaled: 0.3) }
    }
  }

  @Test func newAdaptersChangeNothing() throws {
    let model = Model()
    let before = model.values(input)
    let set = try adapters(on: model, trained: false)
    #expect(model.values(input).floats() == before.floats())
    #expect(set.targets == ["first", "second"])
    let down = try #require(set.parameters[parameter: "first.lora_A.weight"])
    #expect(down.shape == [2, 6])
    // Uniform in ±1/√in.
    let bound = 1 / 6.0.squareRoot()
    #expect(down.abs().max().item() <= bound && down.abs().max().item() > bound / 2)
    let up = try #require(set.parameters[parameter: "second.lora_B.weight"])
    #expect(up.shape == [3, 2] && up.abs().max().item() == 0)
  }

  @Test func outputsFollowTheFormula() throws {
    let model = Model()
    let set = try adapters(on: model) { $0.targets = .names(["second"]) }
    let hidden = withoutGradient { model.first(input).tanh() }
    let down = try #require(set.parameters[parameter: "second.lora_A.weight"]).detached()
    let up = try #require(set.parameters[parameter: "second.lora_B.weight"]).detached()
    let change = up.matmul(down) * 3.0
    let expected =
      hidden.matmul(model.second.weight.detached() + change.transposed())
      + model.second.bias.detached()
    #expect(agrees(model.values(input), expected, within: 1e-5))
  }

  @Test func switchingOffGivesTheModelBack() throws {
    let model = Model()
    let before = model.values(input).floats()
    let set = try adapters(on: model) {
      $0.bias = .all
      $0.targets = .names(["second"])
      $0.trainedModules = ["first"]
    }
    let adapted = model.values(input).floats()
    #expect(adapted != before)
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try set.withDisabled {
        #expect(model.values(input).floats() == before)
        set.withEnabled { #expect(model.values(input).floats() == adapted) }
        throw Stop()
      }
    }
    #expect(set.isEnabled && model.values(input).floats() == adapted)
    set.remove()
    #expect(model.values(input).floats() == before)
  }

  @Test(arguments: [DType.float32, .float64, .bfloat16])
  func mergingAndBack(dtype: DType) throws {
    let model = Model(dtype)
    let input = input.to(dtype)
    let weights = model.store.parameters.map { $0.tensor.to(.float64).doubles() }
    let before = model.values(input).to(.float64).doubles()
    let set = try adapters(on: model)
    let apart = model.values(input)
    try set.merge()
    try set.merge()
    let tolerance = dtype == .bfloat16 ? 0.05 : 1e-5
    #expect(agrees(model.values(input), apart, within: tolerance))
    set.withDisabled { #expect(model.values(input).to(.float64).doubles() == before) }
    #expect(agrees(model.values(input), apart, within: tolerance))
    set.unmerge()
    #expect(model.store.parameters.map { $0.tensor.to(.float64).doubles() } == weights)
    #expect(model.values(input).to(.float64).doubles() == apart.to(.float64).doubles())
    try set.mergeForGood()
    #expect(agrees(model.values(input), apart, within: tolerance))
    #expect(model.store.trainable.count == model.store.parameters.count)
    #expect(model.store.adapterSites.allSatisfy { $0.adapters.isEmpty })
  }

  @Test func trainingMovesTheAdaptersAlone() throws {
    let model = Model()
    let before = model.store.parameters.map { $0.tensor.floats() }
    let set = try adapters(on: model, trained: false)
    let all = ParameterStore(joining: [model.store, set.parameters])
    #expect(all.trainable.map(\.name) == set.parameters.parameters.map(\.name))
    #expect(all.parameterCount == model.store.parameterCount + 2 * (6 + 8) + 2 * (8 + 3))
    let first = set.parameters.parameters.map { $0.tensor.floats() }
    let optimizer = AdamW(parameters: all.trainable, options: AdamWOptions())
    for _ in 0..<2 {
      all.clearGradients()
      model(input).square().sum().backward()
      _ = optimizer.update(divisor: 1, maximumNorm: 1, learningRate: 0.01)
    }
    #expect(model.store.parameters.map { $0.tensor.floats() } == before)
    for (old, parameter) in zip(first, set.parameters.parameters) {
      #expect(old != parameter.tensor.floats(), "\(parameter.name) did not move")
    }
  }

  @Test func biasesAndWholeModulesAreTrainedWhereAskedFor() throws {
    func names(_ change: (inout LoRAConfiguration) -> Void) throws -> [String] {
      let set = try adapters(on: Model(), trained: false) {
        $0.targets = .names(["second"])
        change(&$0)
      }
      return set.parameters.trainable.map(\.name).filter { !$0.contains("lora") }
    }
    #expect(try names { _ in }.isEmpty)
    #expect(try names { $0.bias = .all } == ["first.bias", "second.bias"])
    #expect(try names { $0.bias = .loraOnly } == ["second.bias"])
    #expect(try names { $0.trainedModules = ["first"] } == ["first.weight", "first.bias"])
    let error = #expect(throws: RLHFError.self) { try names { $0.trainedModules = ["third"] } }
    #expect(error?.message.contains("'third'") == true)
  }

  @Test func aFrozenSetStandsInForATrainedOne() throws {
    let model = Model()
    let set = try adapters(on: model) { $0.bias = .all }
    let start = model.values(input).floats()
    let folder = try TemporaryFolder()
    try AdapterDirectory.write(set, to: folder.url, baseModel: nil)
    let frozen = try AdapterDirectory(folder.url).load(
      onto: model.store, isEnabled: false, isTrainable: false)
    #expect(model.values(input).floats() == start)
    #expect(frozen.parameters.trainable.isEmpty && !set.parameters.trainable.isEmpty)
    train(set, seed: 5)
    let later = model.values(input).floats()
    #expect(later != start)
    set.withDisabled {
      frozen.withEnabled { #expect(model.values(input).floats() == start) }
    }
    #expect(model.values(input).floats() == later)
  }

  @Test func dropoutIsDrawnInTrainingAlone() throws {
    let model = Model()
    _ = try adapters(on: model) { $0.dropout = 0.5 }
    let plain = model.values(input).floats()
    func dropped(_ seed: Seed) -> [Float] {
      model.store.withAdapterDropout(RandomGenerator(seed: seed)) { model.values(input).floats() }
    }
    #expect(dropped(1) != plain && dropped(1) == dropped(1) && dropped(1) != dropped(2))
    #expect(model.values(input).floats() == plain)
  }

  @Test func aTiedOutputIsNotMerged() throws {
    let store = ParameterStore()
    let table = Embedding(7, 4, in: store["embedding"])
    let site = store["lm_head"].adapterSite(weight: table.weight, role: .tiedOutput)
    var configuration = LoRAConfiguration()
    configuration.targets = .names(["lm_head"])
    let set = try AdapterSet(configuration, on: store)
    train(set)
    let input = Tensor.ones([1, 4])
    #expect(site.adapted(Tensor.zeros([1, 7]), from: input).detached().abs().max().item() > 0)
    let error = #expect(throws: RLHFError.self) { try set.merge() }
    #expect(error?.message.contains("'lm_head'") == true)
    configuration = LoRAConfiguration()
    configuration.trainedModules = ["embedding"]
    configuration.targets = .names(["lm_head"])
    #expect(throws: RLHFError.self) { try AdapterSet(configuration, on: store) }
  }
}
