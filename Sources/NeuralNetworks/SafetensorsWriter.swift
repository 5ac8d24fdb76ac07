public import Foundation
import RLHFCore
public import Torch

/// Writes safetensors files: the same tensors and metadata give the same bytes.
public enum SafetensorsWriter {
  /// Writes `tensors` to `url`, atomically; what was there stays when the writing fails.
  ///
  /// Like the reference implementation, it lays tensors of wider elements first, then goes by name, and pads the
  /// header with spaces so that the data is aligned.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to url: URL
  ) throws {
    let sorted = tensors.sorted {
      ($1.tensor.dtype.byteSize, $0.name) < ($0.tensor.dtype.byteSize, $1.name)
    }
    let header = try header(of: sorted, metadata: metadata, path: url.path)
    try AtomicFile.write(to: url) { writer in
      var length = UInt64(header.count).littleEndian
      try withUnsafeBytes(of: &length) { bytes in try writer.write(bytes) }
      try writer.write(header)
      for (_, tensor) in sorted {
        try tensor.withUnsafeBytes { bytes in try writer.write(bytes) }
      }
    }
  }

  private static func header(
    of tensors: [(name: String, tensor: Tensor)], metadata: [String: String], path: String
  ) throws -> Data {
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = try metadata.sorted { $0.key < $1.key }.map { key, value in
        "\(try quoted(key)):\(try quoted(value))"
      }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var names: Set<String> = ["__metadata__"]
    var position = 0
    for (name, tensor) in tensors {
      guard names.insert(name).inserted else {
        throw RLHFError(
          .invalidData, "\(path) cannot hold two tensors by the name '\(name)'; rename one.")
      }
      guard let typeName = SafetensorsEntry.typeName(of: tensor.dtype) else {
        throw RLHFError(
          .unsupported, "'\(name)' has the type \(tensor.dtype), which \(path) cannot hold.")
      }
      let end = position + tensor.count * tensor.dtype.byteSize
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(try quoted(name)):{\"dtype\":\"\(typeName)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(position),\(end)]}")
      position = end
    }
    var json = Data("{\(fields.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(0x20) }
    return json
  }

  private static func quoted(_ text: String) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return String(decoding: try encoder.encode(text), as: UTF8.self)
  }
}
