public import Foundation
import NeuralNetworks
import RLHFCore
import Torch

/// Reading CLIP's towers from the files of a model directory.
struct CLIPFiles {
  let directory: URL
  private let files: [SafetensorsFile]
  private let configuration: Configuration

  init(_ directory: URL) throws {
    self.directory = directory
    let url = directory.appendingPathComponent("config.json")
    configuration = try ConfigurationFile.read(Configuration.self, at: url)
    files = try WeightFiles.open(in: directory)
  }

  var vision: CLIPVisionConfiguration {
    get throws {
      let vision = try part(configuration.vision, "vision")
      try checked { try vision.validate() }
      return vision
    }
  }

  var text: CLIPTextConfiguration {
    get throws {
      let text = try part(configuration.text, "text")
      try checked { try text.validate() }
      return text
    }
  }

  /// Runs a check of the configuration, whose errors name the file.
  private func checked(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as RLHFError {
      throw RLHFError(error.code, "\(directory.path)/config.json: \(error.message)")
    }
  }

  private func part<Part>(_ part: Part?, _ name: String) throws -> Part {
    guard let part else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path): config.json has the model_type '\(configuration.type)' without a \(name) tower, expected clip or clip_\(name)_model."
      )
    }
    return part
  }

  /// Whether the files have the tensor `name`.
  func has(_ name: String) -> Bool { files.contains { $0.entry(name) != nil } }

  /// Loads what the store has parameters for; returns the names of no known use, sorted.
  ///
  /// `tower` is the prefix of names without one; known parameters of the other tower are passed over.
  func load(into store: ParameterStore, tower: String?) throws -> [String] {
    var unknown: Set<String> = []
    try store.load(files) { name in
      switch CLIPKeys.use(of: name, tower: tower) {
      case .computed: return nil
      case .unknown:
        unknown.insert(name)
        return nil
      case .parameter(let known):
        if store[parameter: known] != nil { return known }
        // A tower's own prefix with a name that it has not is unknown; another tower's is not asked for.
        if tower.map(known.hasPrefix) ?? true { unknown.insert(name) }
        return nil
      }
    }
    return unknown.sorted()
  }

  /// A configuration far beyond the weights would take memory before the mismatch is found.
  func checkSize(_ layers: [CLIPEncoderConfiguration]) throws {
    let elements = files.reduce(0.0) { sum, file in
      file.entries.reduce(sum) { $0 + Double($1.shape.reduce(1, *)) }
    }
    let expected = layers.reduce(0.0) { sum, layer in
      let hidden = Double(layer.hiddenSize)
      return sum + Double(layer.layerCount) * hidden
        * (4 * hidden + 2 * Double(layer.intermediateSize))
    }
    guard expected <= 4 * elements + 1e7 else {
      throw RLHFError(
        .incompatibleModel,
        "\(directory.path): config.json describes layers of about \(Int(min(expected, 1e18))) parameters, its weights are \(Int(elements))."
      )
    }
  }

  private struct Configuration: Decodable {
    var type: String
    var vision: CLIPVisionConfiguration?
    var text: CLIPTextConfiguration?

    init(from decoder: any Decoder) throws {
      let keys = try decoder.container(keyedBy: AnyKey.self)
      type = try keys.required("model_type")
      switch type {
      case "clip":
        vision = try keys.optional("vision_config") ?? CLIPVisionConfiguration()
        text = try keys.optional("text_config") ?? CLIPTextConfiguration()
        // The size of both projections stands beside the towers, whatever their own say.
        let size: Int = try keys.optional("projection_dim") ?? 512
        vision?.projectionSize = size
        text?.projectionSize = size
      case "clip_vision_model": vision = try CLIPVisionConfiguration(from: decoder)
      case "clip_text_model": text = try CLIPTextConfiguration(from: decoder)
      default:
        throw RLHFError(
          .unsupported,
          "the model_type '\(type)' is no CLIP model; supported are: clip, clip_vision_model, clip_text_model"
        )
      }
    }
  }
}

extension CLIPVisionModel {
  /// Loads the image tower of a model directory, of CLIP or of the tower alone.
  ///
  /// - Parameter directory: A directory with config.json and model.safetensors or its shards.
  /// - Returns: The tower, all of its parameters trainable; ``unknownNames`` lists what it has no use for.
  /// - Throws: An error that names the file and the tensors that are missing or have another shape.
  public static func load(from directory: URL) throws -> CLIPVisionModel {
    let files = try CLIPFiles(directory)
    let configuration = try files.vision
    try files.checkSize([configuration.encoder])
    let store = ParameterStore(skipsInitialization: true)
    let model = try CLIPVisionModel(
      configuration, hasProjection: files.has("visual_projection.weight"), in: store.root)
    model.unknownNames = try files.load(into: store, tower: "vision_model.")
    return model
  }
}

extension CLIPTextModel {
  /// Loads the text tower of a model directory, of CLIP or of the tower alone; see ``CLIPVisionModel/load(from:)``.
  public static func load(from directory: URL) throws -> CLIPTextModel {
    let files = try CLIPFiles(directory)
    let configuration = try files.text
    try files.checkSize([configuration.encoder])
    let store = ParameterStore(skipsInitialization: true)
    let model = try CLIPTextModel(
      configuration, hasProjection: files.has("text_projection.weight"), in: store.root)
    model.unknownNames = try files.load(into: store, tower: "text_model.")
    return model
  }
}

extension CLIPModel {
  /// Loads both towers of a model directory; see ``CLIPVisionModel/load(from:)``.
  public static func load(from directory: URL) throws -> CLIPModel {
    let files = try CLIPFiles(directory)
    let (vision, text) = (try files.vision, try files.text)
    try files.checkSize([vision.encoder, text.encoder])
    let store = ParameterStore(skipsInitialization: true)
    let model = try CLIPModel(vision: vision, text: text, in: store.root)
    model.unknownNames = try files.load(into: store, tower: nil)
    return model
  }
}
