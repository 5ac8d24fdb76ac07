public import Foundation
public import Media
import NeuralNetworks
import RLHFCore
public import Torch

/// What becomes of an image before an encoder sees it, as preprocessor_config.json says; the defaults are CLIP's.
///
/// In this order: RGB (alpha is dropped, as Pillow does), resizing, the middle, scaling, normalisation.
public struct ImagePreprocessing: Sendable, Hashable {
  /// The size that an image is brought to.
  public enum Size: Sendable, Hashable {
    /// The shorter edge; the longer one follows.
    case shortestEdge(Int)
    /// Both edges, whatever the image's shape.
    case exact(width: Int, height: Int)
  }

  /// Whether images become RGB.
  public var convertsToRGB = true
  /// The size that images are resized to; `nil` leaves theirs.
  public var size: Size? = .shortestEdge(224)
  /// How images are resized.
  public var filter = ResizeFilter.bicubic
  /// The middle that is cut out, surrounded by black where an image is smaller; `nil` keeps all.
  public var crop: (width: Int, height: Int)? {
    get { cropWidth.flatMap { width in cropHeight.map { (width, $0) } } }
    set { (cropWidth, cropHeight) = (newValue?.width, newValue?.height) }
  }
  /// What samples from 0 to 255 are multiplied with; `nil` leaves them.
  public var scale: Double? = 1.0 / 255
  /// What is subtracted from the samples of each channel.
  public var mean: [Double]? = [0.481_454_66, 0.457_827_5, 0.408_210_73]
  /// What the samples of each channel are divided by then.
  public var standardDeviation: [Double]? = [0.268_629_54, 0.261_302_58, 0.275_777_11]

  private var cropWidth: Int? = 224
  private var cropHeight: Int? = 224

  /// Creates CLIP's preprocessing.
  public init() {}

  /// Reads preprocessor_config.json of a model directory.
  public static func load(from directory: URL) throws -> ImagePreprocessing {
    let url = directory.appendingPathComponent("preprocessor_config.json")
    return try ConfigurationFile.read(ImagePreprocessing.self, at: url)
  }

  /// The images as an encoder wants them, `[B, C, H, W]`; all must come out in one size.
  public func callAsFunction(_ images: [RasterImage]) -> Tensor {
    var values = Tensor(images: images.map(fitted), scale: scale ?? 1, shift: 0)
    let shape = [1, values.shape[1], 1, 1]
    if let mean { values = values - Tensor(spread(mean, shape[1]), shape: shape) }
    if let standardDeviation {
      values = values / Tensor(spread(standardDeviation, shape[1]), shape: shape)
    }
    return values.to(.float32)
  }

  /// The image in the size and with the channels that the encoder sees.
  public func fitted(_ image: RasterImage) -> RasterImage {
    var result = convertsToRGB ? image.converted(channels: 3) : image
    switch size {
    case .shortestEdge(let edge): result = result.resized(shortEdge: edge, filter: filter)
    case .exact(let width, let height):
      result = result.resized(width: width, height: height, filter: filter)
    case nil: break
    }
    return crop.map { result.centerCropped(width: $0.width, height: $0.height) } ?? result
  }

  private func spread(_ values: [Double], _ count: Int) -> [Float] {
    precondition(
      values.count == 1 || values.count == count,
      "ImagePreprocessing normalises \(values.count) channels, the images have \(count)")
    return (0..<count).map { Float(values[values.count == 1 ? 0 : $0]) }
  }
}

extension ImagePreprocessing: Decodable {
  /// Reads the object; keys that do not concern the computation are passed over.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: AnyKey.self)
    func does(_ step: String) throws -> Bool { try keys.optional("do_\(step)") ?? true }
    convertsToRGB = try does("convert_rgb")
    let edges = try keys.optional("size", Edges.self) ?? Edges(shortest: 224)
    size = try does("resize") ? try edges.size("size") : nil
    if let number: Int = try keys.optional("resample") {
      guard let known = ResizeFilter(pillow: number) else {
        throw RLHFError(.unsupported, "'resample' is \(number), expected 0 to 5 as in Pillow")
      }
      filter = known
    }
    let part = try keys.optional("crop_size", Edges.self) ?? Edges(shortest: 224)
    crop = try does("center_crop") ? try part.both("crop_size") : nil
    scale = try does("rescale") ? try keys.optional("rescale_factor") ?? 1.0 / 255 : nil
    let normalizes = try does("normalize")
    mean = normalizes ? try keys.optional("image_mean") ?? mean : nil
    standardDeviation = normalizes ? try keys.optional("image_std") ?? standardDeviation : nil
    guard (standardDeviation ?? []).allSatisfy({ $0 > 0 }) else {
      throw RLHFError(.invalidConfiguration, "'image_std' has numbers that are not above 0")
    }
  }

  /// A size as files have it: a number, or edges by name.
  private struct Edges: Decodable {
    var shortest: Int?
    var width: Int?
    var height: Int?

    init(shortest: Int) { self.shortest = shortest }

    init(from decoder: any Decoder) throws {
      if let number = try? decoder.singleValueContainer().decode(Int.self) {
        shortest = number
        return
      }
      let keys = try decoder.container(keyedBy: AnyKey.self)
      shortest = try keys.optional("shortest_edge")
      width = try keys.optional("width")
      height = try keys.optional("height")
    }

    func size(_ key: String) throws -> Size {
      if let shortest, width == nil { return .shortestEdge(try checked(shortest, key)) }
      let both = try both(key)
      return .exact(width: both.width, height: both.height)
    }

    func both(_ key: String) throws -> (width: Int, height: Int) {
      guard let width = width ?? shortest, let height = height ?? shortest else {
        throw RLHFError(
          .invalidConfiguration,
          "'\(key)' is not understood, expected a number, shortest_edge, or height and width")
      }
      return (try checked(width, key), try checked(height, key))
    }

    private func checked(_ edge: Int, _ key: String) throws -> Int {
      guard (1...65536).contains(edge) else {
        throw RLHFError(.invalidConfiguration, "'\(key)' has \(edge), expected 1 to 65536 pixels")
      }
      return edge
    }
  }
}
