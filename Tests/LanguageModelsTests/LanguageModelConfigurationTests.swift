import Foundation
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import LanguageModels

@Suite struct LanguageModelConfigurationTests {
  private static let llama = """
    "model_type": "llama", "vocab_size": 100, "hidden_size": 32, "num_attention_heads": 4,
    "num_hidden_layers": 2, "max_position_embeddings": 64, "intermediate_size": 48
    """

  private static let qwen2 =
    llama.replacing("llama", with: "qwen2")
    + ", \"num_key_value_heads\": 2, \"use_sliding_window\": true"

  private func load(_ json: String) throws -> LanguageModelConfiguration {
    let folder = try TemporaryFolder()
    try Data(json.utf8).write(to: folder("config.json"))
    return try LanguageModelConfiguration.load(from: folder.url)
  }

  @Test func bothFormsOfKeysAreRead() throws {
    let old = try load(
      """
      {\(Self.llama), "rope_theta": 500.0, "torch_dtype": "bfloat16", "eos_token_id": [1, 2],
       "rope_scaling": {"type": "linear", "factor": 2}}
      """)
    let new = try load(
      """
      {\(Self.llama), "dtype": "bfloat16", "eos_token_id": [1, 2],
       "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0}}
      """)
    #expect(old == new)
    #expect(old.rotary == RotaryConfiguration(base: 500, scaling: .linear(factor: 2)))
    #expect(old.dtype == .bfloat16)
    #expect(old.endTokens == [1, 2])
    #expect(old.keyValueHeadCount == 4 && old.headSize == 8)
    let llama3 = try load(
      """
      {\(Self.llama), "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1,
       "high_freq_factor": 4, "original_max_position_embeddings": 16}}
      """)
    #expect(
      llama3.rotary.scaling
        == .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalLength: 16))
  }

  @Test func windowsAreReadFromEachFormOfKeys() throws {
    func windows(_ json: String) throws -> [Int?] {
      let model = try load(json)
      return (0..<model.layerCount).map { model.window(ofLayer: $0) }
    }
    let types = "\"layer_types\": [\"sliding_attention\", \"full_attention\"]"
    #expect(try windows("{\(Self.qwen2), \"sliding_window\": 7, \(types)}") == [7, nil])
    #expect(
      try windows("{\(Self.qwen2), \"sliding_window\": 7, \"max_window_layers\": 1}") == [nil, 7])
    #expect(try windows("{\(Self.qwen2), \"sliding_window\": 7}") == [nil, nil])
    #expect(try windows("{\(Self.qwen2), \"max_window_layers\": 0}") == [4096, 4096])
    #expect(
      try windows(
        "{\(Self.qwen2), \"sliding_window\": 7, \(types)}".replacing("true", with: "false"))
        == [nil, nil])
    let mistral =
      Self.llama.replacing("llama", with: "mistral") + ", \"num_key_value_heads\": null"
    #expect(try windows("{\(mistral)}") == [4096, 4096])
    #expect(try windows("{\(mistral), \"sliding_window\": null}") == [nil, nil])
    #expect(try windows("{\(mistral), \"sliding_window\": 5}") == [5, 5])
    #expect(try load("{\(mistral)}").keyValueHeadCount == 4)
    let qwen3 = Self.qwen2.replacing("qwen2", with: "qwen3")
    #expect(try load("{\(qwen3)}").headSize == 128)
  }

  @Test func everyConfigurationComesBackAsItWas() throws {
    var gpt2 = LanguageModelConfiguration.gpt2(
      vocabularySize: 60, contextLength: 32, hiddenSize: 24, layers: 2, heads: 3)
    gpt2.scalesAttentionByLayer = true
    gpt2.attentionDropout = 0.1
    gpt2.intermediateSize = 50
    gpt2.endTokens = [5]
    gpt2.dtype = .float16
    var llama = LanguageModelConfiguration.llama(
      vocabularySize: 60, contextLength: 32, hiddenSize: 24, layers: 2, heads: 3)
    llama.hasAttentionBias = true
    llama.beginningToken = 1
    llama.endTokens = [2, 3]
    llama.paddingToken = 4
    var configurations = [gpt2, llama]
    for scaling: RotaryConfiguration.Scaling in [
      .linear(factor: 2), .dynamic(factor: 3),
      .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalLength: 16),
    ] {
      llama.rotary = RotaryConfiguration(base: 5e5, scaling: scaling)
      configurations.append(llama)
    }
    llama.rotary = RotaryConfiguration(base: 1e6)
    for family in [LanguageModelFamily.mistral, .qwen2, .qwen3] {
      var other = llama
      other.family = family
      other.hasAttentionBias = family == .qwen2
      other.slidingWindow = 5
      other.fullAttentionLayers = family == .mistral ? [] : [0]
      configurations.append(other)
      other.labelCount = 1
      configurations.append(other)
    }
    for configuration in configurations {
      let folder = try TemporaryFolder()
      try configuration.save(to: folder.url)
      #expect(try LanguageModelConfiguration.load(from: folder.url) == configuration)
    }
  }

  @Test(arguments: [
    ("{", "it is not JSON"), ("{}", "'model_type' is missing"),
    (
      #"{"model_type": "mamba", "architectures": ["MambaForCausalLM"]}"#,
      "the model_type 'mamba' (architecture 'MambaForCausalLM') is not supported; "
        + "supported are: gpt2, llama, mistral, qwen2, qwen3"
    ),
    (
      "{\(llama), \"architectures\": [\"LlamaForQuestionAnswering\"]}",
      "the architecture 'LlamaForQuestionAnswering' is not supported; supported for 'llama' are: "
        + "LlamaForCausalLM, LlamaForSequenceClassification, LlamaModel"
    ),
    (
      "{\(qwen2), \"layer_types\": [\"full_attention\"]}",
      "'layer_types' has 1 entries, expected one for each of the 2 layers"
    ),
    (
      "{\(qwen2), \"layer_types\": [\"full_attention\", \"linear_attention\"]}",
      "'layer_types' has 'linear_attention'"
    ),
    ("{\(qwen2), \"sliding_window\": 0}", "sliding_window is 0"),
    (#"{"model_type": "gpt2"}"#, "'vocab_size' is missing"),
    (
      "{\(llama.replacing("\"vocab_size\": 100", with: "\"vocab_size\": \"many\""))}",
      "'vocab_size'"
    ),
    ("{\(llama), \"hidden_act\": \"mish\"}", "activation 'mish' is not supported"),
    ("{\(llama), \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2}}", "rope_type 'yarn'"),
    ("{\(llama), \"rope_scaling\": {\"type\": \"linear\"}}", "'factor' is missing"),
    (
      "{\(llama), \"rope_parameters\": {\"full_attention\": {\"rope_theta\": 1e4}}}",
      "'rope_parameters' has a rotation of its own for 'full_attention'"
    ),
    ("{\(llama), \"num_key_value_heads\": 3}", "4 heads and 3 key-value heads"),
    ("{\(llama), \"num_key_value_heads\": 0}", "key-value heads is 0"),
    ("{\(llama), \"head_dim\": 7}", "head size is 7, expected an even number"),
    ("{\(llama), \"eos_token_id\": 100}", "special token 100 lies outside"),
    ("{\(llama), \"torch_dtype\": \"int8\"}", "dtype 'int8' is not supported"),
  ])
  func aBrokenConfigurationIsOneClearError(json: String, part: String) throws {
    let error = try #require(throws: RLHFError.self) { try load(json) }
    #expect(error.message.contains(part), "\(error.message)")
    #expect(error.message.contains("config.json"))
    #expect(!error.message.contains("\n"))
  }
}
