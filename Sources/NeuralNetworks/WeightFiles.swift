public import Foundation
import RLHFCore

/// The safetensors files of a model directory: one file, or several behind an index.
public enum WeightFiles {
  /// Opens `name.safetensors` of `directory`, or the shards that `name.safetensors.index.json` lists.
  ///
  /// Every shard must be there and hold the tensors that the index promises.
  public static func open(
    in directory: URL, named name: String = "model"
  ) throws -> [SafetensorsFile] {
    let single = directory.appendingPathComponent("\(name).safetensors")
    let index = directory.appendingPathComponent("\(name).safetensors.index.json")
    let manager = FileManager.default
    if manager.fileExists(atPath: single.path) { return [try SafetensorsFile(single)] }
    if manager.fileExists(atPath: index.path) { return try openShards(listedIn: index) }
    let others = ["pytorch_model.bin", "pytorch_model.bin.index.json", "\(name).bin"].filter {
      manager.fileExists(atPath: directory.appendingPathComponent($0).path)
    }
    let advice =
      others.isEmpty ? "" : "; \(others[0]) is a pickle, save the model with safe_serialization"
    throw RLHFError(
      .notFound,
      "\(directory.path) has neither \(name).safetensors nor \(name).safetensors.index.json"
        + "\(advice).")
  }

  private static func openShards(listedIn index: URL) throws -> [SafetensorsFile] {
    let promised: [String: String]
    do {
      promised = try JSONDecoder().decode(Index.self, from: try Data(contentsOf: index)).weights
    } catch {
      throw RLHFError(
        .invalidData,
        "\(index.path) is not an index of weights: expected JSON with \"weight_map\", "
          + "tensor names to file names.")
    }
    try checkNumbers(of: Set(promised.values), listedIn: index)
    let folder = index.deletingLastPathComponent()
    var files: [SafetensorsFile] = []
    for shard in Set(promised.values).sorted() {
      guard !shard.contains("/"), shard != "..", !shard.isEmpty else {
        throw RLHFError(
          .invalidData, "\(index.path) lists '\(shard)', expected a file in the same folder.")
      }
      let url = folder.appendingPathComponent(shard)
      guard FileManager.default.fileExists(atPath: url.path) else {
        throw RLHFError(
          .notFound, "\(index.path) lists the shard '\(shard)', which is missing; fetch it.")
      }
      let file = try SafetensorsFile(url)
      let missing = promised.filter { $0.value == shard && file.entry($0.key) == nil }.keys
      guard missing.isEmpty else {
        throw RLHFError(
          .incompatibleModel,
          "\(url.path) lacks \(listing(of: missing.sorted(), limit: 4)), which its index promises.")
      }
      files.append(file)
    }
    return files
  }

  /// Checks that shards which are numbered "00001-of-00004" are all there.
  private static func checkNumbers(of shards: Set<String>, listedIn index: URL) throws {
    for shard in shards.sorted() {
      guard let match = shard.wholeMatch(of: /(.*-)(\d{1,9})-of-(\d{1,6})(\.safetensors)/),
        let count = Int(match.3)
      else { continue }
      let width = match.2.count
      for number in 1...max(count, 1) {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, width - digits.count)) + digits
        let name = "\(match.1)\(padded)-of-\(match.3)\(match.4)"
        guard shards.contains(name) else {
          throw RLHFError(
            .incompatibleModel,
            "\(index.path) lists '\(shard)' but not '\(name)'; expected all \(count) shards. "
              + "Fetch the index again.")
        }
      }
    }
  }

  private struct Index: Decodable {
    var weights: [String: String]

    enum CodingKeys: String, CodingKey {
      case weights = "weight_map"
    }
  }
}
