import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct WeightFilesTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try SafetensorsWriter.write([("a", Tensor([Float(1)]))], to: folder("1.safetensors"))
    try SafetensorsWriter.write([("b", Tensor([Float(2)]))], to: folder("2.safetensors"))
  }

  private func index(_ weights: [String: String]) throws {
    try JSONEncoder().encode(["weight_map": weights])
      .write(to: folder("model.safetensors.index.json"))
  }

  @Test func shardsAreOpenedByTheirIndex() throws {
    try index(["a": "1.safetensors", "b": "2.safetensors"])
    let files = try WeightFiles.open(in: folder.url)
    #expect(files.flatMap(\.names) == ["a", "b"])
  }

  @Test(arguments: [
    (["a": "1.safetensors", "c": "3.safetensors"], "lists the shard '3.safetensors'"),
    (["a": "1.safetensors", "c": "2.safetensors"], "lacks 'c', which its index promises"),
    (["a": "../1.safetensors"], "expected a file in the same folder"),
    (["a": ".."], "expected a file in the same folder"),
  ])
  func aWrongIndexIsOneClearError(weights: [String: String], expected: String) throws {
    try index(weights)
    let error = try #require(throws: RLHFError.self) { try WeightFiles.open(in: folder.url) }
    #expect(error.message.contains(expected), "\(error.message)")
  }

  @Test func anIndexThatIsNoneIsAnError() throws {
    try Data("[]".utf8).write(to: folder("model.safetensors.index.json"))
    let error = try #require(throws: RLHFError.self) { try WeightFiles.open(in: folder.url) }
    #expect(error.message.contains("weight_map"))
  }

  @Test func aFolderWithoutWeightsIsAnError() throws {
    try Data().write(to: folder("pytorch_model.bin"))
    let error = try #require(throws: RLHFError.self) { try WeightFiles.open(in: folder.url) }
    #expect(error.code == .notFound)
    #expect(error.message.contains("is a pickle"))
  }
}
