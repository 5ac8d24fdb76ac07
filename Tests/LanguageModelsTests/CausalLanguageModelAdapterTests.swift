import LanguageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct CausalLanguageModelAdapterTests {
  private let ids = Tensor([3, 4, 5, 6, 7, 8], shape: [1, 6])

  /// Adapters on every linear layer and the output layer, with values as after training.
  private func adapted(_ family: LanguageModelFamily) throws -> (CausalLanguageModel, AdapterSet) {
    let model = try tinyModel(family)
    var configuration = LoRAConfiguration()
    configuration.targets = .pattern(".*")
    configuration.dropout = 0.3
    let adapters = try model.addAdapters(configuration, seed: 3)
    let generator = RandomGenerator(seed: 4)
    for (name, tensor) in adapters.parameters.parameters where name.contains("lora_B") {
      let values = Tensor.randn(tensor.shape, generator: generator) * 0.2
      withoutGradient { tensor.assign(from: values) }
    }
    return (model, adapters)
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func allLinearLayersButTheOutput(family: LanguageModelFamily) throws {
    let adapters = try tinyModel(family).addAdapters(LoRAConfiguration())
    let perBlock = adapters.targets.count / 2
    #expect(perBlock >= 4 && adapters.targets.count == 2 * perBlock)
    #expect(!adapters.targets.contains("lm_head"))
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func cachedDecodingUsesTheAdapters(family: LanguageModelFamily) throws {
    let (model, adapters) = try adapted(family)
    var options = SamplingOptions()
    options.maximumNewTokens = 8
    options.temperature = 0
    let prompt = ids.ints()
    let tokens = try model.generate([prompt], options: options, seed: 1)[0].tokens
    // The same tokens come out of full forward passes.
    var full = prompt
    for token in tokens {
      let logits = withoutGradient {
        model.logits(model.hiddenStates(Tensor(full, shape: [1, full.count])))
      }
      #expect(logits[0][full.count - 1].argmax(dim: 0).ints() == [token])
      full.append(token)
    }
    let plain = try adapters.withDisabled {
      try model.generate([prompt], options: options, seed: 1)[0].tokens
    }
    #expect(plain != tokens)
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func dropoutReachesTheAdapters(family: LanguageModelFamily) throws {
    let (model, _) = try adapted(family)
    func states(_ seed: Seed?) -> [Float] {
      withoutGradient {
        model.hiddenStates(ids, dropout: seed.map { RandomGenerator(seed: $0) }).floats()
      }
    }
    #expect(states(nil) == states(nil) && states(1) == states(1))
    #expect(states(1) != states(2) && states(1) != states(nil))
  }

  @Test(arguments: LanguageModelFamily.allCases)
  func gradientsReachEveryAdapterAndNothingElse(family: LanguageModelFamily) throws {
    let (model, adapters) = try adapted(family)
    model.languageModelLoss(ids).sum.backward()
    for (name, tensor) in adapters.parameters.parameters {
      #expect((tensor.gradient?.abs().max().item() ?? 0) > 0, "\(name)")
    }
    #expect(model.parameters.parameters.allSatisfy { $0.tensor.gradient == nil })
  }
}
