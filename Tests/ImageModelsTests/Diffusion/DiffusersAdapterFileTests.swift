import Foundation
import ImageModels
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@Suite struct DiffusersAdapterFileTests {
  let folder: TemporaryFolder
  let sample = Tensor.randn([1, 3, 8, 8], generator: RandomGenerator(seed: 2))

  init() throws { folder = try TemporaryFolder() }

  private func model() throws -> UNet2DModel { try UNet2DModel(UNet2DModelTests.small(), seed: 1) }

  private func output(_ model: UNet2DModel) -> [Float] {
    withoutGradient {
      model(sample, timesteps: Tensor([30]), classLabels: Tensor([1])).floats()
    }
  }

  /// Adapters with values of their own.
  private func adapters(
    on model: UNet2DModel, change: (inout LoRAConfiguration) -> Void = { _ in }
  ) throws -> AdapterSet {
    var lora = LoRAConfiguration()
    lora.rank = 4
    lora.alpha = 6
    lora.targets = .names(["to_q", "to_k", "to_v", "to_out.0"])
    change(&lora)
    let adapters = try AdapterSet(lora, on: model.parameters, seed: 3)
    let generator = RandomGenerator(seed: 4)
    withoutGradient {
      for (_, tensor) in adapters.parameters.parameters {
        tensor.assign(from: Tensor.randn(tensor.shape, generator: generator) * 0.3)
      }
    }
    return adapters
  }

  @Test func writtenAndReadAgainTheyDoTheSame() throws {
    let model = try model()
    let adapters = try adapters(on: model) { $0.rankPattern = ["mid_block.*to_q": 2] }
    try DiffusersAdapterFile.write(adapters, to: folder.url)
    let other = try self.model()
    let plain = output(other)
    let read = try DiffusersAdapterFile.load(from: folder.url, onto: other.parameters)
    #expect(read.targets == adapters.targets)
    #expect(output(other) == output(model))
    #expect(output(other) != plain)
  }

  @Test(arguments: ["diffusers", "processor", "flat", "bare"])
  func otherNamesAreRead(style: String) throws {
    let model = try model()
    let adapters = try adapters(on: model)
    var tensors = adapters.parameters.parameters.map { name, tensor in
      var name = name
      switch style {
      case "diffusers":
        name = name.replacing("lora_A", with: "lora.down").replacing("lora_B", with: "lora.up")
        name = "unet." + name
      case "processor":
        for part in ["to_q", "to_k", "to_v", "to_out"] {
          name = name.replacing(".\(part).", with: ".processor.\(part)_lora.")
        }
        name = "unet." + name.replacing("_lora.0.", with: "_lora.")
        name = name.replacing("lora_A.", with: "down.").replacing("lora_B.", with: "up.")
      case "flat":
        let parts = name.split(separator: ".")
        let path = parts.dropLast(2).joined(separator: "_")
        name =
          "lora_unet_\(path).\(parts[parts.count - 2] == "lora_A" ? "lora_down" : "lora_up").weight"
      default: break
      }
      return (name: name, tensor: tensor.detached())
    }
    tensors += adapters.targets.map { path in
      let name =
        switch style {
        case "flat": "lora_unet_" + path.replacing(".", with: "_")
        case "bare": path
        default: "unet." + path
        }
      return (name: "\(name).alpha", tensor: Tensor(6))
    }
    tensors.append((name: "text_encoder.q_proj.lora_A.weight", tensor: Tensor.ones([2, 2])))
    let url = folder("adapters.safetensors")
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: url)
    let other = try self.model()
    _ = try DiffusersAdapterFile.load(from: url, onto: other.parameters)
    #expect(agrees(output(other).map(Double.init), output(model).map(Double.init), within: 1e-5))
  }

  @Test func adaptersOfAnotherModelAreRefused() throws {
    let url = folder("a.safetensors")
    func refusal(_ tensors: [(name: String, tensor: Tensor)]) throws -> String {
      try SafetensorsWriter.write(tensors, metadata: [:], to: url)
      let model = try model()
      let before = output(model)
      let error = #expect(throws: RLHFError.self) {
        try DiffusersAdapterFile.load(from: url, onto: model.parameters)
      }
      #expect(output(model) == before)
      #expect(model.parameters.trainableCount == model.parameters.parameterCount)
      #expect(error?.message.contains(url.path) == true)
      return error?.message ?? ""
    }
    let ones = Tensor.ones([2, 16])
    #expect(try refusal([("x", ones)]).contains("no adapters of a U-Net"))
    #expect(
      try refusal([("unet.up_blocks.7.to_q.lora_A.weight", ones)]).contains("up_blocks.7.to_q"))
    let path = "unet.mid_block.attentions.0.to_q"
    #expect(try refusal([("\(path).lora_A.weight", ones)]).contains("lora_B"))
    #expect(
      try refusal([
        ("\(path).lora_A.weight", Tensor.ones([2, 5])),
        ("\(path).lora_B.weight", Tensor.ones([16, 2])),
      ]).contains("[2, 5]"))
  }

  @Test func whatTheFileCannotHoldIsRefused() throws {
    let model = try model()
    let adapters = try adapters(on: model) { $0.bias = .all }
    let error = #expect(throws: RLHFError.self) {
      try DiffusersAdapterFile.write(adapters, to: folder.url)
    }
    #expect(error?.code == .unsupported)
  }
}
