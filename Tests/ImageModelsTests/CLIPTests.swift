import Foundation
import Media
import NeuralNetworks
import RLHFCore
import TestSupport
import Testing
import Torch

@testable import ImageModels

struct CLIPTests {
  private static let hasVision = Oracles.has("vision/clip-vision/expected.json")

  /// A tiny model of both towers.
  private func tiny() throws -> CLIPModel {
    var vision = CLIPVisionConfiguration()
    vision.imageSize = 8
    vision.patchSize = 4
    vision.projectionSize = 6
    vision.encoder = CLIPEncoderConfiguration(
      hiddenSize: 8, intermediateSize: 12, layerCount: 2, headCount: 2)
    var text = CLIPTextConfiguration()
    text.vocabularySize = 20
    text.contextLength = 7
    text.projectionSize = 6
    text.endToken = 19
    text.encoder = vision.encoder
    return try CLIPModel(vision: vision, text: text, seed: 4)
  }

  /// Writes a model directory of the parameters, by other names if wanted.
  private func write(
    _ model: CLIPModel, to folder: TemporaryFolder, named: (String) -> String? = { $0 }
  ) throws {
    struct Both: Encodable {
      var model_type = "clip"
      var projection_dim = 6
      var vision_config: CLIPVisionConfiguration
      var text_config: CLIPTextConfiguration
    }
    let both = Both(
      vision_config: model.vision.configuration, text_config: model.text.configuration)
    try JSONEncoder().encode(both).write(to: folder("config.json"))
    let tensors = model.parameters.parameters.compactMap { name, tensor in
      named(name).map { (name: $0, tensor: tensor) }
    }
    try WeightFiles.write(tensors, in: folder.url)
  }

  private func message(_ body: () throws -> Void) -> String {
    do { try body() } catch { return (error as? RLHFError)?.message ?? "\(error)" }
    return ""
  }

  @Test(.enabled(if: hasVision, "no oracle of CLIP's image tower"))
  func imageTowerEqualsTransformers() throws {
    let oracle = try Oracle(at: "vision/clip-vision/expected")
    let model = try CLIPVisionModel.load(from: oracle.directory)
    #expect(model.unknownNames.isEmpty)
    let tolerance = oracle.json["tolerances"]["embeddings_from_pixel_values"].double
    let output = try withoutGradient { model(try oracle.tensor("pixel_values")) }
    for (name, found) in [
      ("last_hidden_state", output.lastHiddenState), ("pooler_output", output.pooled),
      ("image_embeds", output.embeddings),
    ] where oracle.has(name) {
      #expect(agrees(found, try oracle.tensor(name), within: tolerance), "\(name)")
    }
    for (index, state) in output.hiddenStates.enumerated()
    where oracle.has("hidden_state_\(index)") {
      let expected = try oracle.tensor("hidden_state_\(index)")
      #expect(agrees(state, expected, within: tolerance), "hidden state \(index)")
    }
  }

  @Test(.enabled(if: hasVision, "no oracle of CLIP's image tower"))
  func preprocessingEqualsTransformers() throws {
    let oracle = try Oracle(at: "vision/clip-vision/expected")
    let preprocessing = try ImagePreprocessing.load(from: oracle.directory)
    let images = try oracle.json["images"].array.map {
      try RasterImage(contentsOf: oracle.directory.appendingPathComponent($0.string ?? ""))
    }
    let values = preprocessing(images)
    let expected = try oracle.tensor("pixel_values")
    // Resizing agrees with Pillow's to the bit, so that no level of tolerance is needed.
    for (index, image) in images.enumerated() {
      let alone = preprocessing([image])[0]
      #expect(agrees(alone, expected[index], within: 1e-5), "image \(index)")
      #expect(agrees(alone, values[index], within: 0), "image \(index)")
    }
    let model = try CLIPVisionModel.load(from: oracle.directory)
    let found = withoutGradient { model(values).embeddings }
    #expect(agrees(found, try oracle.tensor("image_embeds"), within: 1e-4))
  }

  private static let folders = [
    Oracles.folder, Oracles.package.appendingPathComponent("Tests/Fixtures/oracles"),
  ].map { $0.appendingPathComponent("vision/clip") }
    .filter { FileManager.default.fileExists(atPath: $0.path) }

  @Test(arguments: folders)
  func bothTowersEqualTransformers(folder: URL) throws {
    let oracle = try SafetensorsFile(folder.appendingPathComponent("expected.safetensors"))
    let json = try OracleValue(contentsOf: folder.appendingPathComponent("expected.json"))
    let model = try CLIPModel.load(from: folder)
    #expect(model.unknownNames.isEmpty)
    let tolerance = json["tolerance"].double
    try withoutGradient {
      let images = model.imageEmbeddings(try oracle.tensor("pixel_values"))
      let texts = model.textEmbeddings(
        try oracle.tensor("input_ids"),
        attentionMask: try oracle.tensor("attention_mask").to(.bool))
      #expect(agrees(images, try oracle.tensor("image_embeds"), within: tolerance))
      #expect(agrees(texts, try oracle.tensor("text_embeds"), within: tolerance))
      let logits = model.logitsPerImage(images: images, texts: texts)
      #expect(agrees(logits, try oracle.tensor("logits_per_image"), within: tolerance))
    }
    // One tower of the two.
    let vision = try CLIPVisionModel.load(from: folder)
    #expect(vision.unknownNames.isEmpty)
    let found = withoutGradient { vision(try! oracle.tensor("pixel_values")).embeddings }
    let lengths = found.norm(dim: -1, keepDim: true)
    #expect(agrees(found / lengths, try oracle.tensor("image_embeds"), within: tolerance))
  }

  @Test func namesOfAllAgesAreRead() throws {
    let model = try tiny()
    let images = Tensor.arange(0, 2 * 3 * 64).to(.float32).reshaped([2, 3, 8, 8]) / 384
    let ids = Tensor([1, 2, 19, 3, 4, 19, 0, 0], shape: [2, 4])
    let (whole, words) = withoutGradient {
      (model.vision(images).embeddings, model.text(ids).embeddings)
    }

    let folder = try TemporaryFolder()
    try write(model, to: folder)
    #expect(
      withoutGradient {
        try! CLIPModel.load(from: folder.url).vision(images).embeddings.ints() == whole.ints()
      })
    for tower in ["vision_model.", "text_model."] {
      let folder = try TemporaryFolder()
      try write(model, to: folder) { name in
        guard name.hasPrefix(tower) || name.hasSuffix("projection.weight") else { return nil }
        let bare = name.hasPrefix(tower) ? String(name.dropFirst(tower.count)) : name
        guard bare.contains("norm") else { return bare }
        return bare.replacing("norm1.weight", with: "norm1.gamma")
          .replacing("norm1.bias", with: "norm1.beta")
      }
      if tower == "vision_model." {
        let loaded = try CLIPVisionModel.load(from: folder.url)
        #expect(agrees(withoutGradient { loaded(images).embeddings }, whole, within: 1e-6))
        #expect(loaded.unknownNames.isEmpty)
      } else {
        let loaded = try CLIPTextModel.load(from: folder.url)
        #expect(agrees(withoutGradient { loaded(ids).embeddings }, words, within: 1e-6))
      }
    }
  }

  @Test func aTowerWithoutProjectionGivesItsPooledState() throws {
    let (model, folder) = (try tiny(), try TemporaryFolder())
    try write(model, to: folder) { $0.hasSuffix("projection.weight") ? nil : $0 }
    let images = Tensor.ones([1, 3, 8, 8])
    let output = withoutGradient { try! CLIPVisionModel.load(from: folder.url)(images) }
    #expect(output.embeddings.shape == [1, 8] && output.hiddenStates.count == 3)
    #expect(
      message { _ = try CLIPModel.load(from: folder.url) }.contains("visual_projection.weight"))
  }

  @Test func namesThatDoNotFitAreNamed() throws {
    let model = try tiny()
    let missing = try TemporaryFolder()
    try write(model, to: missing) { $0 == "vision_model.pre_layrnorm.bias" ? nil : $0 }
    #expect(
      message { _ = try CLIPVisionModel.load(from: missing.url) }
        .contains("vision_model.pre_layrnorm.bias"))
    // The other tower has no need of it.
    #expect(try CLIPTextModel.load(from: missing.url).unknownNames.isEmpty)

    let extra = try TemporaryFolder()
    try write(model, to: extra)
    let tensors =
      model.parameters.parameters + [
        ("vision_model.extra", Tensor.ones([2])), ("aesthetic.weight", Tensor.ones([1])),
        ("text_model.embeddings.position_ids", Tensor.zeros([1, 7])),
      ]
    try WeightFiles.write(tensors.map { (name: $0.0, tensor: $0.1) }, in: extra.url)
    #expect(
      try CLIPVisionModel.load(from: extra.url).unknownNames == [
        "aesthetic.weight", "vision_model.extra",
      ])
    #expect(
      try CLIPModel.load(from: extra.url).unknownNames == [
        "aesthetic.weight", "vision_model.extra",
      ])
    #expect(try CLIPTextModel.load(from: extra.url).unknownNames == ["aesthetic.weight"])

    let shape = try TemporaryFolder()
    try write(model, to: shape)
    let wrong = model.parameters.parameters.map { name, tensor in
      (name: name, tensor: name == "text_projection.weight" ? Tensor.ones([6, 9]) : tensor)
    }
    try WeightFiles.write(wrong, in: shape.url)
    let text = message { _ = try CLIPModel.load(from: shape.url) }
    #expect(
      text.contains("text_projection.weight") && text.contains("[6, 9]") && text.contains("[6, 8]"))
  }

  @Test func configurationsThatCannotBeAreRefused() throws {
    let folder = try TemporaryFolder()
    func load(_ json: String) throws -> String {
      try Data(json.utf8).write(to: folder("config.json"))
      return message { _ = try CLIPVisionModel.load(from: folder.url) }
    }
    #expect(message { _ = try CLIPVisionModel.load(from: folder.url) }.contains("config.json"))
    try WeightFiles.write([(name: "a", tensor: Tensor.ones([1]))], in: folder.url)
    #expect(try load("{}").contains("'model_type' is missing"))
    #expect(
      try load("{\"model_type\": \"bert\"}").contains("supported are: clip, clip_vision_model"))
    #expect(try load("{\"model_type\": \"clip_text_model\"}").contains("without a vision tower"))
    let start = "{\"model_type\": \"clip_vision_model\", "
    #expect(try load(start + "\"hidden_size\": 10}").contains("no multiple of its 12 heads"))
    #expect(try load(start + "\"patch_size\": 0}").contains("patch_size 0"))
    #expect(try load(start + "\"patch_size\": 300}").contains("patches of 300"))
    #expect(try load(start + "\"hidden_act\": \"mish\"}").contains("'mish'"))
    #expect(try load(start + "\"hidden_size\": 120000}").contains("its weights are 1"))
  }

  @Test func whatFollowsTheEndChangesNothing() throws {
    let model = try tiny()
    withoutGradient {
      let plain = model.textEmbeddings(Tensor([5, 6, 19], shape: [1, 3]))
      let padded = model.textEmbeddings(
        Tensor([5, 6, 19, 1, 2], shape: [1, 5]),
        attentionMask: Tensor([true, true, true, false, false], shape: [1, 5]))
      #expect(agrees(plain, padded, within: 1e-6))
      let other = model.textEmbeddings(Tensor([5, 7, 19], shape: [1, 3]))
      #expect(!agrees(plain, other, within: 1e-6))
    }
  }
}
