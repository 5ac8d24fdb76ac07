import Foundation
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import RLHFPlugin

@Suite("Distances between sets of features") struct FeatureDistanceTests {
  private static let oracle = "diffusion/feature_distances.json"

  @Test("they equal the reference", .enabled(if: Oracles.has(oracle)))
  func reference() throws {
    let expected = try Oracles.json(Self.oracle)
    let tensors = try SafetensorsFile(
      Oracles.folder.appending(path: "diffusion/feature_distances.safetensors"))
    let (one, two) = (try tensors.tensor("a"), try tensors.tensor("b"))
    let (frechet, kernel) = (
      expected["frechet_distance"].double, expected["kernel_distance_unbiased_mmd2"].double
    )
    #expect(abs(try FeatureDistance.frechet(one, two) - frechet) < 1e-5)
    #expect(abs(try FeatureDistance.frechet(two, one) - frechet) < 1e-5)
    #expect(abs(try FeatureDistance.kernel(one, two) - kernel) < 1e-5)
    let moved = two * 1.01
    #expect(abs(try FeatureDistance.frechet(one, moved) - frechet) > 1e-4)
    #expect(abs(try FeatureDistance.kernel(one, moved) - kernel) > 1e-4)
  }

  @Test("a set is at no Fréchet distance from itself, and shifts count squared")
  func shift() throws {
    let generator = RandomGenerator(seed: 3)
    let rows = Tensor.randn([64, 5], generator: generator)
    #expect(abs(try FeatureDistance.frechet(rows, rows)) < 1e-8)
    #expect(abs(try FeatureDistance.frechet(rows, rows + 2) - 20) < 1e-4)
    let other = Tensor.randn([64, 5], generator: generator)
    #expect(abs(try FeatureDistance.kernel(rows, other)) < 0.2)
    #expect(try FeatureDistance.kernel(rows, other + 2) > 1)
  }

  @Test("diversity is the mean distance of pairs")
  func diversity() throws {
    let rows = Tensor([0, 0, 3, 4, 0, 0] as [Float], shape: [3, 2])
    #expect(abs(try FeatureDistance.diversity(rows) - 10.0 / 3) < 1e-9)
  }

  @Test("too few rows are refused")
  func few() {
    let rows = Tensor.zeros([7, 4])
    let error = #expect(throws: RLHFError.self) { try FeatureDistance.frechet(rows, rows) }
    #expect(error?.message.contains("at least 8") == true)
    #expect(throws: RLHFError.self) {
      try FeatureDistance.kernel(Tensor.zeros([1, 4]), rows)
    }
  }
}
