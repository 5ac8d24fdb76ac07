import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct ParameterStoreTests {
  private func makeStore(seed: Seed = 1, hidden: Int = 4) -> ParameterStore {
    let store = ParameterStore(seed: seed)
    _ = MLP([3, hidden, 2], in: store["body"])
    return store
  }

  @Test func namesAreDottedAndInOrder() {
    let store = makeStore()
    #expect(
      store.parameters.map(\.name) == [
        "body.0.weight", "body.0.bias", "body.1.weight", "body.1.bias",
      ])
    #expect(store[parameter: "body.1.weight"]?.shape == [2, 4])
    #expect(store[parameter: "body.2.weight"] == nil)
    #expect(store.parameterCount == 12 + 4 + 8 + 2)
  }

  @Test func firstValuesDependOnSeedAndNameAlone() {
    let first = makeStore()
    let second = ParameterStore(seed: 1)
    _ = Linear(7, 7, in: second["other"])
    _ = MLP([3, 4, 2], in: second["body"])
    for (name, tensor) in first.parameters {
      #expect(tensor.floats() == second[parameter: name]?.floats())
    }
    #expect(makeStore(seed: 2).parameters[0].tensor.floats() != first.parameters[0].tensor.floats())
  }

  @Test func frozenParametersGetNoGradient() {
    let store = makeStore()
    store.setTrainable(false) { $0.hasPrefix("body.0") }
    #expect(store.trainable.map(\.name) == ["body.1.weight", "body.1.bias"])
    let loss = store.parameters.reduce(Tensor(0)) { $0 + $1.tensor.square().sum() }
    loss.backward()
    #expect(store[parameter: "body.0.weight"]?.gradient == nil)
    #expect(store[parameter: "body.1.weight"]?.gradient != nil)
    store.clearGradients()
    #expect(store[parameter: "body.1.weight"]?.gradient == nil)
  }

  @Test func savedValuesComeBackAndGiveTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let store = makeStore()
    try store.save(to: folder("1.safetensors"))
    let other = makeStore(seed: 9)
    try other.load(SafetensorsFile(folder("1.safetensors")))
    for (name, tensor) in store.parameters {
      #expect(tensor.floats() == other[parameter: name]?.floats())
      #expect(other[parameter: name]?.requiresGradient == true)
    }
    try other.save(to: folder("2.safetensors"))
    #expect(
      try Data(contentsOf: folder("1.safetensors")) == Data(contentsOf: folder("2.safetensors")))
  }

  @Test func copiedValuesAreEqualAndApart() throws {
    let store = makeStore()
    let copy = makeStore(seed: 5)
    try copy.copyValues(from: store)
    let before = store.parameters[0].tensor.floats()
    #expect(copy.parameters[0].tensor.floats() == before)
    withoutGradient { copy.parameters[0].tensor.fill(0) }
    #expect(store.parameters[0].tensor.floats() == before)
  }

  @Test func everyMismatchIsInOneMessageAndChangesNothing() throws {
    let folder = try TemporaryFolder()
    try SafetensorsWriter.write(
      [
        ("body.0.weight", Tensor.zeros([5, 3])), ("body.0.bias", Tensor([1, 2, 3, 4])),
        ("body.1.weight", Tensor.zeros([2, 4])), ("body.9.bias", Tensor.zeros([2])),
      ], to: folder("x"))
    let store = makeStore()
    let before = store.parameters.map { $0.tensor.floats() }
    let file = try SafetensorsFile(folder("x"))
    let error = try #require(throws: RLHFError.self) { try store.load(file) }
    #expect(error.code == .incompatibleModel)
    for part in [
      "lacks 'body.1.bias'", "the unexpected 'body.9.bias'",
      "'body.0.weight' is [5, 3], expected [4, 3]", "'body.0.bias' holds int64", folder("x").path,
    ] {
      #expect(error.message.contains(part), "\(error.message)")
    }
    #expect(store.parameters.map { $0.tensor.floats() } == before)
  }

  @Test func lenientLoadingTakesWhatFits() throws {
    let folder = try TemporaryFolder()
    try SafetensorsWriter.write(
      [("old.bias", Tensor([Float(1), 2, 3, 4])), ("x", Tensor.zeros([1]))], to: folder("x"))
    let store = makeStore()
    try store.load(
      SafetensorsFile(folder("x")), renaming: { $0 == "old.bias" ? "body.0.bias" : $0 },
      strict: false)
    #expect(store[parameter: "body.0.bias"]?.floats() == [1, 2, 3, 4])
  }

  @Test(arguments: [DType.float16, .bfloat16, .float64])
  func valuesAreConvertedToTheParametersType(dtype: DType) throws {
    let folder = try TemporaryFolder()
    let store = makeStore()
    try store.save(to: folder("x"), dtype: dtype)
    let file = try SafetensorsFile(folder("x"))
    #expect(file.entries.allSatisfy { $0.dtype == dtype })
    let other = makeStore(seed: 3)
    try other.load(file)
    for (name, tensor) in store.parameters {
      let read = try #require(other[parameter: name])
      #expect(read.dtype == .float32)
      #expect(agrees(read, tensor, within: 0.01))
    }
  }
}
