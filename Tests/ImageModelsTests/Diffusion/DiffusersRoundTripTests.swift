import Foundation
import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

/// The half of Tests/Oracles/diffusers_round_trip.py that runs here: it names the folder.
private let roundTripFolder = ProcessInfo.processInfo.environment["RLHF_ROUND_TRIP"].map {
  URL(filePath: $0)
}

@Suite(.enabled(if: roundTripFolder != nil, "run by Tests/Oracles/diffusers_round_trip.py"))
struct DiffusersRoundTripTests {
  private static let steps = 6

  /// Images in 0...1 of the noise of the start and of the steps.
  private func images(_ pipeline: DiffusionPipeline, noises: Tensor) throws -> Tensor {
    let images = try pipeline.generate(from: noises[0], steps: Self.steps) { noises[$0 + 1] }
    return (images / 2 + 0.5).clamped(min: 0, max: 1)
  }

  private static let configurations: [String: UNet2DConfiguration] = {
    var plain = UNet2DModelTests.small()
    plain.classCount = nil
    var residual = plain
    residual.downBlocks = [.residual, .attention]
    residual.upBlocks = [.attention, .residual]
    residual.downsampling = .residual
    residual.upsampling = .residual
    residual.scalesByTime = true
    var other = plain
    other.sampleSize = ImageSize(height: 8, width: 4)
    other.attentionHeadSize = nil
    other.hasMiddleAttention = false
    other.timeEmbedding = .learned
    other.timestepCount = 1000
    other.downsamplePadding = 0
    other.activation = .relu
    return ["plain": plain, "residual": residual, "other": other]
  }()

  private static let schedulers: [String: SchedulerConfiguration] = {
    var ddim = SchedulerConfiguration()
    ddim.betaSchedule = .squaredCosine
    var ddpm = SchedulerConfiguration()
    ddpm.kind = .ddpm
    ddpm.variance = .fixedLarge
    ddpm.prediction = .velocity
    return ["ddim": ddim, "ddpm": ddpm]
  }()

  @Test func writesPipelinesForDiffusers() throws {
    let root = try #require(roundTripFolder).appending(path: "ours")
    for (name, shape) in Self.configurations {
      for (kind, scheduler) in Self.schedulers {
        let network = try UNet2DModel(shape, seed: 3)
        let generator = RandomGenerator(seed: 4)
        for (_, tensor) in network.parameters.parameters {
          let noise = Tensor.randn(tensor.shape, generator: generator)
          withoutGradient { tensor.add(noise, scaled: 0.05) }
        }
        let pipeline = try DiffusionPipeline(network, scheduler: scheduler.makeScheduler())
        let folder = root.appending(path: "\(name)-\(kind)")
        try pipeline.save(to: folder)
        let size = try #require(shape.sampleSize)
        let noises = Tensor.randn(
          [Self.steps + 1, 2, 3, size.height, size.width], generator: generator)
        try SafetensorsWriter.write(
          [("noises", noises), ("images", try images(pipeline, noises: noises))],
          to: folder.appending(path: "expected.safetensors"))
      }
    }
  }

  @Test func readsPipelinesOfDiffusers() throws {
    let root = try #require(roundTripFolder).appending(path: "theirs")
    for name in try FileManager.default.contentsOfDirectory(atPath: root.path) {
      let folder = root.appending(path: name)
      let expected = try SafetensorsFile(folder.appending(path: "expected.safetensors"))
      let found = try images(
        DiffusionPipeline.load(from: folder), noises: try expected.tensor("noises"))
      let images = try expected.tensor("images")
      #expect(largestDifference(found, images) < 1e-3, "\(name)")
      try SafetensorsWriter.write(
        [("images", found)], to: folder.appending(path: "found.safetensors"))
    }
  }

  @Test func readsAndWritesModelsOfDiffusers() throws {
    let root = try #require(roundTripFolder).appending(path: "models")
    for name in try FileManager.default.contentsOfDirectory(atPath: root.path) {
      let folder = root.appending(path: name)
      let inputs = try SafetensorsFile(folder.appending(path: "expected.safetensors"))
      let sample = try inputs.tensor("sample")
      var found: [(name: String, tensor: Tensor)] = []
      try withoutGradient {
        if name.hasPrefix("autoencoder") {
          let model = try AutoencoderKL.load(from: folder)
          let latents = model.encode(sample)
          found = [
            ("mean", latents.mean), ("variance", latents.logVariance),
            ("images", model.decode(latents.mean)),
          ]
          try model.save(to: folder.appending(path: "again"))
        } else {
          let model = try UNet2DConditionModel.load(from: folder)
          let output = model(
            sample, timesteps: try inputs.tensor("timesteps"),
            classLabels: model.classCount == nil ? nil : try inputs.tensor("labels"),
            context: try inputs.tensor("context"))
          found = [("images", output)]
          try model.save(to: folder.appending(path: "again"))
        }
      }
      for (part, tensor) in found {
        let expected = try inputs.tensor(part)
        #expect(largestDifference(tensor, expected) < 1e-4, "\(name) \(part)")
      }
      try SafetensorsWriter.write(found, to: folder.appending(path: "found.safetensors"))
    }
  }
}
