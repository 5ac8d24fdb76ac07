public import Foundation
import RLHFCore
public import Torch

extension WeightFiles {
  /// The size in bytes above which a model is written in shards.
  public static let usualShardSize = 5_000_000_000

  /// Writes `tensors` as `name.safetensors` of an existing directory, or as shards with an index where they take more
  /// than `shardSize` bytes; files of an earlier save under that name go.
  ///
  /// Each file appears atomically. A tensor larger than `shardSize` has a shard of its own.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], in directory: URL, named name: String = "model",
    metadata: [String: String] = ["format": "pt"], shardSize: Int = usualShardSize
  ) throws {
    guard shardSize > 0 else {
      throw RLHFError(
        .invalidConfiguration, "The size of shards is \(shardSize) bytes, expected at least 1.")
    }
    let shards = split(tensors, shardSize: shardSize)
    var files = ["\(name).safetensors"]
    if shards.count > 1 {
      files = (1...shards.count).map { number in
        "\(name)-\(fiveDigits(number))-of-\(fiveDigits(shards.count)).safetensors"
      }
    }
    for (file, shard) in zip(files, shards) {
      try SafetensorsWriter.write(
        shard, metadata: metadata, to: directory.appendingPathComponent(file))
    }
    let index = "\(name).safetensors.index.json"
    if shards.count > 1 {
      let map = zip(files, shards).flatMap { file, shard in shard.map { ($0.name, file) } }
      let content = IndexContent(
        metadata: .init(
          parameterCount: tensors.reduce(0) { $0 + $1.tensor.count },
          size: tensors.reduce(0) { $0 + size(of: $1.tensor) }),
        weights: Dictionary(map) { first, _ in first })
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try AtomicFile.write(
        try encoder.encode(content) + Data("\n".utf8), to: directory.appendingPathComponent(index))
      files.append(index)
    }
    try removeOthers(than: files, named: name, in: directory)
  }

  /// What stays of an earlier save in another number of shards would be read instead of what was written, or beside it.
  private static func removeOthers(
    than files: [String], named name: String, in directory: URL
  ) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    for other in names where other.hasPrefix(name) && !files.contains(other) {
      let rest = other.dropFirst(name.count)
      guard
        rest == ".safetensors" || rest == ".safetensors.index.json"
          || rest.wholeMatch(of: /-\d{5}-of-\d{5}\.safetensors/) != nil
      else { continue }
      do {
        try FileManager.default.removeItem(at: directory.appendingPathComponent(other))
      } catch {
        throw RLHFError(
          .inputOutput,
          "\(directory.appendingPathComponent(other).path), of an earlier save, cannot be removed.",
          cause: error)
      }
    }
  }

  private static func split(
    _ tensors: [(name: String, tensor: Tensor)], shardSize: Int
  ) -> [[(name: String, tensor: Tensor)]] {
    var shards: [[(name: String, tensor: Tensor)]] = [[]]
    var filled = 0
    for entry in tensors {
      let size = size(of: entry.tensor)
      if filled > 0, filled + size > shardSize {
        shards.append([])
        filled = 0
      }
      shards[shards.count - 1].append(entry)
      filled += size
    }
    return shards
  }

  private static func size(of tensor: Tensor) -> Int { tensor.count * tensor.dtype.byteSize }

  private static func fiveDigits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  private struct IndexContent: Encodable {
    struct Metadata: Encodable {
      var parameterCount: Int
      var size: Int

      enum CodingKeys: String, CodingKey {
        case parameterCount = "total_parameters"
        case size = "total_size"
      }
    }

    var metadata: Metadata
    var weights: [String: String]

    enum CodingKeys: String, CodingKey {
      case metadata
      case weights = "weight_map"
    }
  }
}
