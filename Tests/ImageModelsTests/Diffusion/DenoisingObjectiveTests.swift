import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct DenoisingObjectiveTests {
  let originals = Tensor.randn([4, 3, 8, 8], generator: RandomGenerator(seed: 1))

  private func scheduler(
    _ prediction: SchedulerConfiguration.PredictionType
  ) throws -> DDPMScheduler {
    var configuration = SchedulerConfiguration()
    configuration.prediction = prediction
    return try DDPMScheduler(configuration)
  }

  /// Knows nothing: predicts 0, and remembers what it was asked.
  private final class Silent: NoisePredictor {
    let parameters = ParameterStore()
    let channelCount = 3
    let sampleSize: ImageSize? = nil
    let classCount: Int? = 3
    var labels: [Int] = []
    var timesteps: [Int] = []

    func callAsFunction(
      _ sample: Tensor, timesteps: Tensor, classLabels: Tensor?, context: Tensor?,
      dropout: RandomGenerator?
    ) -> Tensor {
      labels += classLabels?.ints() ?? []
      self.timesteps += timesteps.ints()
      return Tensor.zeros(sample.shape)
    }
  }

  @Test func ofAPredictorThatKnowsNothingItIsTheTargetsPower() throws {
    let objective = DenoisingObjective()
    let sample = objective.loss(
      of: originals, by: Silent(), try scheduler(.sample), generator: RandomGenerator(seed: 2))
    #expect(abs(sample.item() - originals.square().mean().item()) < 1e-5)
    let noise = objective.loss(
      of: originals, by: Silent(), try scheduler(.epsilon), generator: RandomGenerator(seed: 2))
    #expect(abs(noise.item() - 1) < 0.2)
  }

  @Test func theWeightsAreOneErrorInThreeForms() throws {
    var objective = DenoisingObjective()
    objective.signalLimit = 5
    let (noise, clean, velocity) = (
      try scheduler(.epsilon), try scheduler(.sample), try scheduler(.velocity)
    )
    for timestep in [0, 10, 500, 999] {
      // An error e of ε is √(1-ᾱ)/√ᾱ e of x₀, and one of v is √(1-ᾱ) e of x₀.
      let alpha = noise.schedule.alphas[timestep]
      let weight = objective.weight(of: timestep, clean)
      #expect(weight == min(alpha / (1 - alpha), 5))
      let ofNoise = objective.weight(of: timestep, noise)
      #expect(abs(ofNoise - weight * (1 - alpha) / alpha) < 1e-9)
      let ofVelocity = objective.weight(of: timestep, velocity)
      #expect(abs(ofVelocity - weight * (1 - alpha)) < 1e-9)
    }
    objective.signalLimit = nil
    #expect(objective.weight(of: 3, noise) == 1)
  }

  @Test func labelsAreReplacedAsOftenAsSaid() throws {
    var objective = DenoisingObjective()
    objective.labelDropout = 0.25
    let predictor = Silent()
    let generator = RandomGenerator(seed: 4)
    let many = Tensor.zeros([2000, 3, 1, 1])
    let labels = (0..<2000).map { $0 % 2 }
    let scheduler = try scheduler(.epsilon)
    _ = objective.loss(
      of: many, classLabels: labels, nullClass: 2, by: predictor, scheduler,
      generator: generator)
    let share = Double(predictor.labels.count { $0 == 2 }) / 2000
    #expect(abs(share - 0.25) < 0.04)
    #expect(zip(predictor.labels, labels).allSatisfy { $0 == 2 || $0 == $1 })
    #expect(Set(predictor.timesteps).count > 700)
    #expect(abs(Statistics.mean(predictor.timesteps.map(Double.init)) - 499.5) < 30)
    predictor.labels = []
    _ = objective.loss(
      of: many, classLabels: labels, by: predictor, scheduler, generator: generator)
    #expect(predictor.labels == labels)
  }

  @Test func trainingLowersIt() throws {
    let model = try UNet2DModel(UNet2DModelTests.small(), seed: 1)
    let optimizer = AdamW(parameters: model.parameters.trainable)
    let scheduler = try scheduler(.epsilon)
    let objective = DenoisingObjective()
    // Two images, one of each class.
    let images = Tensor.concatenate(
      [Tensor.full([4, 3, 8, 8], -0.8), Tensor.full([4, 3, 8, 8], 0.8)], dim: 0)
    let labels = [0, 0, 0, 0, 1, 1, 1, 1]
    let generator = RandomGenerator(seed: 3)
    var losses: [Double] = []
    for _ in 0..<80 {
      model.parameters.clearGradients()
      let loss = objective.loss(
        of: images, classLabels: labels, nullClass: 2, by: model, scheduler, generator: generator)
      loss.backward()
      optimizer.step(learningRate: 5e-3)
      losses.append(loss.item())
    }
    let (before, after) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
    #expect(after < 0.6 * before, "\(before) \(after)")
  }
}
