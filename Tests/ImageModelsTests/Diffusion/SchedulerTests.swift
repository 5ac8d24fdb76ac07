import Foundation
import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

private let folder = "diffusion/schedulers"
private let schedulers = Oracles.names(in: folder, holding: "expected.safetensors")

/// What the reference computed step by step.
private struct SchedulerOracle {
  let file: SafetensorsFile
  let scheduler: any DiffusionScheduler
  let plan: DenoisingPlan
  let tolerances: OracleValue

  init(_ name: String) throws {
    let directory = Oracles.folder.appendingPathComponent("\(folder)/\(name)")
    file = try SafetensorsFile(directory.appendingPathComponent("expected.safetensors"))
    scheduler = try SchedulerConfiguration.load(from: directory).makeScheduler()
    let document = try Oracles.json("diffusion/schedulers.json")
    tolerances = document["tolerances"]
    let entry = try #require(
      document["schedulers"].array.first { $0["folder"].string == "schedulers/\(name)" })
    let eta = entry["eta"].double
    plan = try scheduler.plan(
      steps: entry["inference_steps"].int, noise: StepNoise(eta: eta.isNaN ? 1 : eta))
  }

  func tensor(_ name: String) throws -> Tensor { try file.tensor(name).copied() }

  /// The numbers of the recorded steps in the plan.
  func recorded() throws -> [Int] {
    let timesteps = plan.timesteps
    return try tensor("steps_recorded").ints().map { timestep in
      try #require(timesteps.firstIndex(of: timestep))
    }
  }
}

@Suite(.enabled(if: !schedulers.isEmpty, "needs the oracles' schedulers"))
struct SchedulerOracleTests {
  @Test(arguments: schedulers)
  func scheduleAndTimesteps(name: String) throws {
    let oracle = try SchedulerOracle(name)
    #expect(oracle.plan.timesteps == (try oracle.tensor("timesteps").ints()))
    let alphas = try oracle.tensor("alphas_cumprod").doubles()
    #expect(largestDifference(oracle.scheduler.schedule.alphas, alphas) < 1e-6)
  }

  @Test(arguments: schedulers)
  func steps(name: String) throws {
    let oracle = try SchedulerOracle(name)
    let tolerance = oracle.tolerances["mean"].double
    let relative = oracle.tolerances["logprob_relative"].double
    for (row, index) in try oracle.recorded().enumerated() {
      func part(_ name: String) throws -> Tensor { try oracle.tensor(name)[row] }
      let step = oracle.scheduler.step(
        [index], of: oracle.plan, output: try part("model_output"), sample: try part("sample"))
      let deviation = try oracle.tensor("std").doubles()[row]
      #expect(abs(oracle.plan.deviations[index] - deviation) < 2e-4 * max(deviation, 0.01))
      for (found, name) in [
        (step.mean, "mean"), (step.predictedOriginal, "pred_original_sample"),
        (step.sample(noise: try part("noise")), "prev_sample"),
      ] {
        let expected = try part(name)
        // A clean sample that is a quotient by a tiny number is as large as that.
        let size = max(1, expected.abs().max().item())
        #expect(largestDifference(found, expected) < tolerance * size, "\(name) of step \(row)")
      }
      let expected = try part("logprob").doubles()
      // Below the resolution of float32 the sample does not hold its noise.
      let next = deviation < 1e-6 && deviation > 0 ? nil : try part("prev_sample")
      let found = next.map { step.logProbability(of: $0).doubles() }
      #expect(found.map { agrees($0, expected, within: relative) } ?? true, "step \(row)")
    }
  }

  @Test(arguments: schedulers)
  func rowsAtDifferentSteps(name: String) throws {
    let oracle = try SchedulerOracle(name)
    let indices = Array(try oracle.recorded().prefix(3))
    let (output, sample) = (try oracle.tensor("model_output"), try oracle.tensor("sample"))
    func first(_ tensor: Tensor) -> Tensor {
      tensor.narrow(dim: 0, start: 0, length: indices.count).select(dim: 1, index: 0)
    }
    let both = oracle.scheduler.step(
      indices, of: oracle.plan, output: first(output), sample: first(sample))
    let mean = first(try oracle.tensor("mean"))
    #expect(agrees(both.mean, mean, within: 2e-4 * max(1, mean.abs().max().item())))
    #expect(both.deviations == indices.map { oracle.plan.deviations[$0] })
  }

  @Test(arguments: schedulers)
  func noiseAndTargets(name: String) throws {
    let oracle = try SchedulerOracle(name)
    let original = try oracle.tensor("add_noise.original")
    let noise = try oracle.tensor("add_noise.noise")
    let timesteps = try oracle.tensor("add_noise.timesteps").ints()
    let noisy = oracle.scheduler.addNoise(to: original, noise: noise, timesteps: timesteps)
    let expected = try oracle.tensor("add_noise.noisy")
    #expect(largestDifference(noisy, expected) < 1e-5)
    let velocity = try oracle.tensor("velocity")
    let found = oracle.scheduler.schedule.velocity(original, noise: noise, timesteps: timesteps)
    #expect(largestDifference(found, velocity) < 1e-5)
    let target = oracle.scheduler.target(original: original, noise: noise, timesteps: timesteps)
    switch oracle.scheduler.configuration.prediction {
    case .epsilon: #expect(target === noise)
    case .sample: #expect(target === original)
    case .velocity: #expect(largestDifference(target, velocity) < 1e-5)
    }
  }

  @Test(arguments: schedulers)
  func anotherSettingIsNoticed(name: String) throws {
    let oracle = try SchedulerOracle(name)
    var other = oracle.scheduler.configuration
    other.betaEnd *= 1.5
    if other.betaSchedule == .squaredCosine { other.betaSchedule = .linear }
    let alphas = try oracle.tensor("alphas_cumprod").doubles()
    let found = try other.makeScheduler().schedule.alphas
    #expect(largestDifference(found, alphas) > 1e-4)
  }

  @Test(arguments: schedulers)
  func writtenAndReadAgainItIsTheSame(name: String) throws {
    let configuration = try SchedulerOracle(name).scheduler.configuration
    let temporary = try TemporaryFolder()
    try configuration.save(to: temporary.url)
    #expect(try SchedulerConfiguration.load(from: temporary.url) == configuration)
    let original = Oracles.folder.appendingPathComponent("\(folder)/\(name)/scheduler_config.json")
    let written = try OracleValue(contentsOf: temporary("scheduler_config.json"))
    #expect("\(written)".count == "\(try OracleValue(contentsOf: original))".count)
  }
}

@Suite struct SchedulerTests {
  let noise = Tensor.randn([2, 3, 4, 4], generator: RandomGenerator(seed: 1))
  let sample = Tensor.randn([2, 3, 4, 4], generator: RandomGenerator(seed: 2))

  @Test func theTrapOfTheLastStepIsAnOption() throws {
    var configuration = SchedulerConfiguration()
    configuration.clipsSample = false
    let scheduler = try DDIMScheduler(configuration)
    let plain = try scheduler.plan(steps: 10)
    #expect(plain.stochasticSteps == Array(0..<9))
    #expect(plain.deviations[8] < 0.011)
    let skipping = try scheduler.plan(
      steps: 10, noise: StepNoise(eta: 1, deterministicBelow: 0.05))
    #expect(skipping.stochasticSteps == Array(0..<8))
    #expect(skipping.deviations[8] == 0)
    let raised = try scheduler.plan(steps: 10, noise: StepNoise(eta: 1, floor: 0.5))
    #expect(raised.deviations[8] == 0.5 && raised.deviations[9] == 0)
    // Without its noise the step leads to the whole of the direction: the sample's power stays.
    let output = Tensor.randn([2, 3, 4, 4], generator: RandomGenerator(seed: 3))
    let step = scheduler.step([8], of: skipping, output: output, sample: sample)
    let alpha = scheduler.schedule.alphas[0]
    let expected = step.predictedOriginal * alpha.squareRoot() + output * (1 - alpha).squareRoot()
    #expect(agrees(step.mean, expected, within: 1e-5))
    #expect(step.sample(noise: noise) === step.mean)
    #expect(step.logProbability(of: step.mean).floats() == [0, 0])
  }

  @Test func ddimWithFullNoiseIsDDPM() throws {
    var configuration = SchedulerConfiguration()
    configuration.clipsSample = false
    let ddim = try DDIMScheduler(configuration)
    let ddpm = try DDPMScheduler(configuration)
    let plans = (try ddim.plan(steps: 20), try ddpm.plan(steps: 20))
    #expect(agrees(plans.0.deviations, plans.1.deviations, within: 1e-9))
    for index in [0, 7, 18] {
      let first = ddim.step([index], of: plans.0, output: noise, sample: sample)
      let second = ddpm.step([index], of: plans.1, output: noise, sample: sample)
      #expect(agrees(first.mean, second.mean, within: 1e-4))
    }
  }

  @Test func thresholdsScaleWhatIsTooLarge() throws {
    var configuration = SchedulerConfiguration()
    configuration.prediction = .sample
    configuration.thresholds = true
    configuration.thresholdRatio = 0.5
    configuration.thresholdLimit = 3
    let scheduler = try DDIMScheduler(configuration)
    let output = Tensor([0.5, -1, 2, -4, 0.1, 0.2, 0.3, -0.4].map { Float($0) }, shape: [2, 4])
    let found = scheduler.step(
      [0], of: try scheduler.plan(steps: 4), output: output, sample: Tensor.zeros([2, 4])
    ).predictedOriginal
    // The medians of the magnitudes are 1.5 and 0.25, the second of which is below 1.
    let expected = [0.5 / 1.5, -1 / 1.5, 1, -1, 0.1, 0.2, 0.3, -0.4]
    #expect(agrees(found.doubles(), expected, within: 1e-6))
  }

  @Test(arguments: [
    (#""_class_name": "PNDMScheduler""#, "supported are: DDPMScheduler, DDIMScheduler"),
    (
      #""_class_name": "DDIMScheduler", "prediction_type": "flow""#,
      "supported are: epsilon, sample, v_prediction"
    ),
    (#""_class_name": "DDIMScheduler", "beta_schedule": "sigmoid""#, "squaredcos_cap_v2"),
    (#""_class_name": "DDPMScheduler", "variance_type": "learned_range""#, "fixed_small"),
    (#""_class_name": "DDIMScheduler", "num_train_timesteps": 0"#, "num_train_timesteps is 0"),
    (#""_class_name": "DDIMScheduler", "beta_end": 2"#, "beta_end is 2.0"),
    (#""_class_name": "DDIMScheduler", "trained_betas": [0.1]"#, "trained_betas is a list of 1"),
    (#""clip_sample": true"#, "'_class_name' is missing"),
    (#""_class_name": 3"#, "'_class_name' is not a String"),
  ])
  func aConfigurationThatCannotBeIsRefused(entries: String, message: String) throws {
    let temporary = try TemporaryFolder()
    let url = temporary("scheduler_config.json")
    try Data("{\(entries)}".utf8).write(to: url)
    let error = #expect(throws: RLHFError.self) {
      try SchedulerConfiguration.load(from: temporary.url)
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(url.path) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [0, 1001, -1])
  func anImpossibleNumberOfStepsIsRefused(count: Int) throws {
    let scheduler = try DDIMScheduler(SchedulerConfiguration())
    let error = #expect(throws: RLHFError.self) { try scheduler.plan(steps: count) }
    #expect(error?.message.contains("take \(count) steps") == true)
  }

  @Test func anOffsetBeyondTheTimestepsIsRefused() throws {
    var configuration = SchedulerConfiguration()
    configuration.timestepCount = 10
    configuration.stepsOffset = 2
    let scheduler = try DDIMScheduler(configuration)
    let error = #expect(throws: RLHFError.self) { try scheduler.plan(steps: 10) }
    #expect(error?.message.contains("steps_offset 2 reach beyond the 10") == true)
  }
}
