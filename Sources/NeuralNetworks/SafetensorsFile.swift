public import Foundation
import RLHFCore
public import Torch

/// A safetensors file, read by memory map: a tensor's bytes are fetched when it is used.
///
/// The format is described at <https://huggingface.co/docs/safetensors>.
public final class SafetensorsFile {
  /// Where the file lies.
  public let url: URL
  /// What the file holds, in the order of its data.
  public let entries: [SafetensorsEntry]
  /// The free-form texts of the header.
  public let metadata: [String: String]

  private let mapped: MappedFile
  private let dataStart: Int
  private let index: [String: Int]

  /// Opens the file at `url` and checks its header.
  public init(_ url: URL) throws {
    let path = url.path
    let handle: FileHandle
    do {
      handle = try FileHandle(forReadingFrom: url)
    } catch {
      guard FileManager.default.fileExists(atPath: path) else {
        throw RLHFError(.notFound, "\(path) does not exist; expected a safetensors file.")
      }
      throw RLHFError(.inputOutput, "\(path) cannot be read.", cause: error)
    }
    defer { try? handle.close() }
    let header: SafetensorsHeader
    do {
      let fileSize = Int(try handle.seekToEnd())
      try handle.seek(toOffset: 0)
      let prefix = try handle.read(upToCount: 8) ?? Data()
      let length = try SafetensorsHeader.length(from: prefix, fileSize: fileSize, path: path)
      let json = try handle.read(upToCount: length) ?? Data()
      header = try SafetensorsHeader(json: json, dataSize: fileSize - 8 - length, path: path)
      dataStart = 8 + length
    } catch let error as RLHFError {
      throw error
    } catch {
      throw RLHFError(.inputOutput, "\(path) cannot be read.", cause: error)
    }
    self.url = url
    entries = header.entries
    metadata = header.metadata
    index = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map { ($0.element.name, $0.offset) })
    mapped = try MappedFile(path: path)
  }

  /// The names of the tensors, in the order of their data.
  public var names: [String] { entries.map(\.name) }

  /// What the header says of the tensor `name`.
  public func entry(_ name: String) -> SafetensorsEntry? {
    index[name].map { entries[$0] }
  }

  /// The tensor with that name, over the mapped bytes where they are aligned.
  public func tensor(_ name: String) throws -> Tensor {
    guard let entry = entry(name) else {
      throw RLHFError(
        .incompatibleModel,
        "\(url.path) has no tensor '\(name)'; it has \(listing(of: names, limit: 8)).")
    }
    guard let dtype = entry.dtype else {
      throw RLHFError(
        .unsupported,
        "'\(name)' in \(url.path) has the element type \(entry.typeName), expected one of "
          + SafetensorsEntry.dtypes.keys.sorted().joined(separator: ", ") + ".")
    }
    guard !entry.range.isEmpty else { return Tensor.zeros(entry.shape, dtype: dtype) }
    return try Tensor(
      mapped: mapped, offset: dataStart + entry.range.lowerBound, shape: entry.shape, dtype: dtype)
  }

  /// All tensors, in the order of their data.
  public func tensors() throws -> [(name: String, tensor: Tensor)] {
    try names.map { name in (name, try tensor(name)) }
  }
}

/// The first `limit` of `names` in quotes, and how many more there are.
func listing(of names: [String], limit: Int) -> String {
  guard !names.isEmpty else { return "none" }
  let shown = names.prefix(limit).map { "'\($0)'" }.joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}
