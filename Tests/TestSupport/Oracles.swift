public import Foundation
import NeuralNetworks
public import Torch

/// Numbers that reference implementations computed: the folder that `RLHF_ORACLES` names (relative to the package), else
/// `../shared/oracles` beside the package, else the few that come with it in `Tests/Fixtures/oracles`.
///
/// A test that needs more than there is says so: `.enabled(if: Oracles.has("text/qwen3"), "…")`.
public enum Oracles {
  /// The package's own folder.
  public static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder with the oracles.
  public static let folder: URL = {
    let named = ProcessInfo.processInfo.environment["RLHF_ORACLES"]
    let candidates = [named ?? "../shared/oracles", "Tests/Fixtures/oracles"]
    let folders = candidates.map { URL(filePath: $0, relativeTo: package).standardizedFileURL }
    return folders.first { FileManager.default.fileExists(atPath: $0.path) } ?? folders[1]
  }()

  /// Whether a file or folder is there.
  public static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
  }

  /// The names of what `path` holds, sorted; of those that hold `file`, if one is given.
  public static func names(in path: String, holding file: String? = nil) -> [String] {
    let url = folder.appendingPathComponent(path)
    let all = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return all.filter { name in file.map { has("\(path)/\(name)/\($0)") } ?? true }.sorted()
  }

  /// The names of the algorithms' oracles that start with `prefix`, without file types.
  public static func algorithms(startingWith prefix: String) -> [String] {
    names(in: "algorithms").filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
      .map { String($0.dropLast(5)) }
  }

  /// One oracle of the algorithms, such as "ppo_loss_0".
  public static func algorithms(_ name: String) throws -> Oracle {
    try Oracle(at: "algorithms/\(name)")
  }

  /// A model directory of the text models with what the reference computed, such as "gpt2".
  public static func text(_ name: String) throws -> Oracle {
    try Oracle(at: "text/\(name)/expected")
  }

  /// A JSON document.
  public static func json(_ path: String) throws -> OracleValue {
    try OracleValue(contentsOf: folder.appendingPathComponent(path))
  }
}

/// A JSON document and the tensors beside it.
public struct Oracle {
  /// The document.
  public let json: OracleValue
  /// The folder that holds the files.
  public let directory: URL
  private let file: SafetensorsFile?

  /// Reads `path.json` and, where there is one, `path.safetensors`, below the oracles' folder.
  public init(at path: String) throws {
    let base = Oracles.folder.appendingPathComponent(path)
    directory = base.deletingLastPathComponent()
    json = try OracleValue(contentsOf: base.appendingPathExtension("json"))
    let tensors = base.appendingPathExtension("safetensors")
    file =
      FileManager.default.fileExists(atPath: tensors.path) ? try SafetensorsFile(tensors) : nil
  }

  /// The names of the tensors.
  public var names: [String] { file?.names ?? [] }

  /// Whether there is a tensor `name`.
  public func has(_ name: String) -> Bool { file?.entry(name) != nil }

  /// The tensor `name`.
  public func tensor(_ name: String) throws -> Tensor {
    guard let file else { throw CocoaError(.fileNoSuchFile) }
    return try file.tensor(name).copied()
  }

  /// The numbers of `parameters` in the document.
  public var parameters: OracleValue { json["parameters"] }
}
