import Foundation
import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

private let pipelines = Oracles.names(in: "diffusion", holding: "model_index.json")

@Suite(.enabled(if: !pipelines.isEmpty, "needs the oracles' pipelines"))
struct DiffusionPipelineOracleTests {
  /// The image of the given noise, and how far it may differ.
  private func check(_ pipeline: DiffusionPipeline, _ oracle: Oracle) throws {
    let noises = oracle.has("step_noises") ? try oracle.tensor("step_noises") : nil
    let image = try pipeline.generate(
      from: try oracle.tensor("noise"), steps: oracle.json["inference_steps"].int,
      stepNoise: StepNoise(eta: oracle.json["eta"].double)
    ) { step in noises.map { $0[step] } ?? Tensor.zeros([1]) }
    let expected = try oracle.tensor("image_minus1_to_1")
    let tolerance = oracle.json["tolerance"].double
    #expect(largestDifference(image, expected) < tolerance)
    let shown = (image / 2 + 0.5).clamped(min: 0, max: 1)
    let shownExpected = try oracle.tensor("image_0_to_1")
    #expect(largestDifference(shown, shownExpected) < tolerance)
  }

  @Test(arguments: pipelines)
  func theImageOfAGivenNoise(name: String) throws {
    let oracle = try Oracle(at: "diffusion/\(name)/expected")
    try check(try DiffusionPipeline.load(from: oracle.directory), oracle)
  }

  @Test(arguments: pipelines)
  func writtenAndReadAgainItMakesTheSame(name: String) throws {
    let oracle = try Oracle(at: "diffusion/\(name)/expected")
    let folder = try TemporaryFolder()
    let pipeline = try DiffusionPipeline.load(from: oracle.directory)
    try pipeline.save(to: folder.url)
    try check(try DiffusionPipeline.load(from: folder.url), oracle)
    let index = "model_index.json"
    let original = try OracleValue(contentsOf: oracle.directory.appendingPathComponent(index))
    let written = try OracleValue(contentsOf: folder(index))
    for key in original.object.keys {
      #expect("\(written[key])" == "\(original[key])", "\(key)")
    }
    #expect(written.object.count == original.object.count)
  }

  @Test(arguments: pipelines)
  func anotherNoiseMakesAnotherImage(name: String) throws {
    let oracle = try Oracle(at: "diffusion/\(name)/expected")
    let pipeline = try DiffusionPipeline.load(from: oracle.directory)
    let noise = try oracle.tensor("noise")
    let image = try pipeline.generate(
      from: noise * 0.9, steps: oracle.json["inference_steps"].int
    ) { _ in Tensor.zeros(noise.shape) }
    let expected = try oracle.tensor("image_minus1_to_1")
    #expect(largestDifference(image, expected) > 10 * oracle.json["tolerance"].double)
  }
}

@Suite(.enabled(if: Oracles.has("diffusion/guidance.safetensors"), "needs the guidance oracle"))
struct GuidanceOracleTests {
  let file: SafetensorsFile
  let model: UNet2DModel

  init() throws {
    let folder = Oracles.folder.appendingPathComponent("diffusion")
    file = try SafetensorsFile(folder.appendingPathComponent("guidance.safetensors"))
    model = try UNet2DModel.load(from: folder.appendingPathComponent("unet2d-class"))
  }

  @Test func predictionsUnderGuidance() throws {
    let (sample, timesteps) = (try file.tensor("sample"), try file.tensor("timestep"))
    let labels = try file.tensor("class_labels")
    let nullClass = try #require(model.classCount) - 1
    let guided = try #require(file.names.first { $0.hasPrefix("guided_") })
    let scale = try #require(Double(guided.dropFirst("guided_".count)))
    let cases: [(Double, String)] = [(1, "conditional"), (0, "unconditional"), (scale, guided)]
    try withoutGradient {
      for (scale, name) in cases {
        let found = model.guided(
          sample, timesteps: timesteps, classLabels: labels,
          by: Guidance(scale: scale, nullClass: nullClass))
        let expected = try file.tensor(name)
        #expect(largestDifference(found, expected) < 1e-4, "\(name)")
      }
    }
  }
}

@Suite struct DiffusionPipelineTests {
  private func pipeline(
    _ change: (inout UNet2DConfiguration) -> Void = { _ in }
  ) throws -> DiffusionPipeline {
    var shape = UNet2DModelTests.small()
    change(&shape)
    return try DiffusionPipeline(
      try UNet2DModel(shape, seed: 1), scheduler: try DDIMScheduler(SchedulerConfiguration()))
  }

  @Test func theSameSeedMakesTheSameImages() throws {
    let pipeline = try pipeline()
    func images(_ seed: Seed, eta: Double) throws -> [Float] {
      try pipeline.generate(
        2, steps: 4, stepNoise: StepNoise(eta: eta), classLabels: [0, 1],
        guidance: Guidance(scale: 2, nullClass: 2), generator: RandomGenerator(seed: seed)
      ).floats()
    }
    #expect(try images(3, eta: 1) == images(3, eta: 1))
    #expect(try images(3, eta: 1) != images(4, eta: 1))
    #expect(try images(3, eta: 1) != images(3, eta: 0))
  }

  @Test func stepsWithoutNoiseDrawNone() throws {
    var drawn: [Int] = []
    let noise = Tensor.randn([1, 3, 8, 8], generator: RandomGenerator(seed: 1))
    _ = try pipeline().generate(
      from: noise, steps: 10, stepNoise: StepNoise(eta: 1, deterministicBelow: 0.05),
      classLabels: [0]
    ) { step in
      drawn.append(step)
      return noise
    }
    #expect(drawn == Array(0..<8))
  }

  @Test func learnedVariancesAreRefused() {
    let error = #expect(throws: RLHFError.self) { try pipeline { $0.outputChannels = 6 } }
    #expect(error?.message.contains("takes 3 channels and predicts 6") == true)
  }

  @Test func aSizeIsNeeded() throws {
    let pipeline = try pipeline { $0.sampleSize = nil }
    let error = #expect(throws: RLHFError.self) {
      try pipeline.generate(1, steps: 2, classLabels: [0], generator: RandomGenerator(seed: 1))
    }
    #expect(error?.message.contains("sample_size") == true)
  }

  @Test(arguments: [
    (#"{"_class_name": "FluxPipeline"}"#, "supported are: DDPMPipeline, DDIMPipeline"),
    (#"{"_class_name": "DDIMPipeline"}"#, "'unet' is missing"),
    (
      #"{"_class_name": "DDIMPipeline", "unet": ["diffusers", "UNet1DModel"]}"#,
      "the unet 'diffusers.UNet1DModel' is not supported; supported are: UNet2DModel"
    ),
    (
      #"{"_class_name": "DDPMPipeline", "unet": ["diffusers", "UNet2DModel"], "scheduler": [null, null]}"#,
      "supported are: DDPMScheduler, DDIMScheduler"
    ),
    ("[]", "model_index.json"), ("", "it is not JSON"),
  ])
  func anIndexThatCannotBeIsRefused(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    try pipeline().save(to: folder.url)
    try Data(text.utf8).write(to: folder("model_index.json"))
    let error = #expect(throws: RLHFError.self) { try DiffusionPipeline.load(from: folder.url) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(folder("model_index.json").path) == true)
  }

  @Test(arguments: ["model_index.json", "unet", "scheduler"])
  func aMissingPartIsNamed(part: String) throws {
    let folder = try TemporaryFolder()
    try pipeline().save(to: folder.url)
    try FileManager.default.removeItem(at: folder(part))
    let error = #expect(throws: RLHFError.self) { try DiffusionPipeline.load(from: folder.url) }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains(folder(part).path) == true)
  }
}
