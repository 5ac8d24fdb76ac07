public import Foundation
import ImageModels
public import RLHF

/// Encodes an image, and the words that asked for it, for a reward model.
///
/// The image goes through a small convolutional network that is trained from scratch, or through a pretrained CLIP tower.
public final class ImageRewardEncoder: Encoder {
  /// The named parameters.
  public let parameters: ParameterStore
  /// The width H of the features.
  public var featureSize: Int { description.reward.hiddenSize }

  private let description: Description
  private let image: Image
  private let words: Embedding?
  private let output: Linear
  private let pixels: ImagePixels

  /// What looks at an image.
  private enum Image {
    case network(ImageNetwork)
    case tower(ImageTower)

    var featureSize: Int {
      switch self {
      case .network(let network): network.featureSize
      case .tower(let tower): tower.featureSize
      }
    }
  }

  /// What is kept of an encoder beside its parameters.
  private struct Description: Codable {
    var size: Int
    var reward: ImageRewardConfiguration
  }

  /// The number of rows of the table of words, which are hashed.
  private static let wordBuckets = 512

  /// Creates an untrained encoder of images brought to `size` by `size`, or to the size of the tower.
  ///
  /// - Throws: ``RLHFError`` where the configuration names a tower that cannot be read.
  public convenience init(
    size: Int, configuration: ImageRewardConfiguration = ImageRewardConfiguration(), seed: Seed
  ) throws {
    try self.init(Description(size: size, reward: configuration), seed: seed)
  }

  private init(_ description: Description, seed: Seed) throws {
    self.description = description
    let reward = description.reward
    let own = ParameterStore(seed: seed)
    let tower = try reward.clip.map {
      try ImageTower(URL(filePath: $0), isTrained: reward.trainsClip)
    }
    image =
      tower.map(Image.tower)
      ?? .network(ImageNetwork(channels: reward.channels, in: own["network"]))
    words =
      reward.promptSize > 0
      ? Embedding(Self.wordBuckets, reward.promptSize, in: own["words"]) : nil
    output = Linear(
      image.featureSize + reward.promptSize, reward.hiddenSize, in: own["output"])
    // A tower that stays as it is stays in its own directory, too.
    parameters =
      tower.flatMap { $0.isTrained ? ParameterStore(joining: [own, $0.parameters]) : nil } ?? own
    pixels = ImagePixels(size: description.size)
  }

  /// The features of each sample, `[B, H]`; while training, images are mirrored at random.
  public func features(
    of samples: [Sample<ImagePrompt, ImageArtifact>], dropout: Seed?
  ) throws -> Tensor {
    guard !samples.isEmpty else { return Tensor.zeros([0, featureSize]) }
    let artifacts = samples.map(\.artifact)
    let flips = description.reward.flips ? dropout?.derived("flips") : nil
    var parts: [Tensor]
    switch image {
    case .network(let network):
      let images = try pixels(artifacts)
      parts = [network(flips.map { ImagePixels.flipped(images, seed: $0) } ?? images)]
    case .tower(let tower): parts = [try tower.features(of: artifacts, flips: flips)]
    }
    if let words { parts.append(mean(of: words, over: samples.map(\.prompt))) }
    return output(Tensor.concatenate(parts, dim: 1)).silu()
  }

  /// The mean of the rows of each prompt's words, `[B, P]`; 0 for no words.
  private func mean(of table: Embedding, over prompts: [ImagePrompt]) -> Tensor {
    let rows = prompts.map { prompt in
      (prompt.text ?? "").lowercased().split { !$0.isLetter && !$0.isNumber }
        .map { Self.bucket(of: String($0)) }
    }
    let width = max(rows.map(\.count).max() ?? 0, 1)
    var (ids, weights): ([Int], [Float]) = ([], [])
    for row in rows {
      let padding = width - row.count
      ids += row + Array(repeating: 0, count: padding)
      weights += Array(repeating: 1 / Float(max(row.count, 1)), count: row.count)
      weights += Array(repeating: 0, count: padding)
    }
    let vectors = table(Tensor(ids, shape: [rows.count, width]))
    return (vectors * Tensor(weights, shape: [rows.count, width, 1])).sum(dim: 1)
  }

  /// The row of a word: FNV-1a, the same in every process.
  private static func bucket(of word: String) -> Int {
    let hash = word.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return Int(hash % UInt64(wordBuckets))
  }
}

extension ImageRewardEncoder {
  private static let configurationFile = "encoder.json"
  private static let parametersFile = "encoder.safetensors"

  /// Writes the settings and the parameters into an existing directory.
  public func save(to directory: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(
      try encoder.encode(description), to: directory.appending(path: Self.configurationFile))
    try parameters.save(to: directory.appending(path: Self.parametersFile))
  }

  /// Reads an encoder that ``save(to:)`` wrote.
  public convenience init(from directory: URL) throws {
    let url = directory.appending(path: Self.configurationFile)
    let description: Description
    do {
      description = try JSONDecoder().decode(Description.self, from: Data(contentsOf: url))
    } catch {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) does not hold the settings of an image encoder. Train one with 'rlhf reward'.",
        cause: error)
    }
    try self.init(description, seed: 0)
    try parameters.load(SafetensorsFile(directory.appending(path: Self.parametersFile)))
  }
}
