import Foundation
import RLHFCore
public import Torch

/// One tensor of a safetensors file, as its header describes it.
public struct SafetensorsEntry: Sendable, Hashable {
  /// The tensor's name.
  public let name: String
  /// The element type as the file spells it, such as "F32".
  public let typeName: String
  /// The shape.
  public let shape: [Int]
  /// Where the elements lie, counted from the end of the header.
  public let range: Range<Int>

  /// The element type, or `nil` where libtorch's bridge has none for it.
  public var dtype: DType? { Self.dtypes[typeName] }

  static let dtypes: [String: DType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64,
    "I32": .int32, "U8": .uint8, "BOOL": .bool,
  ]

  /// Bytes per element of every type of the format.
  static let byteSizes: [String: Int] = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8,
    "U32": 4, "U16": 2, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
  ]

  static func typeName(of dtype: DType) -> String? {
    dtypes.first { _, value in value == dtype }?.key
  }
}

/// The header of a safetensors file: 8 bytes of length (little-endian), then JSON.
///
/// Everything in it is checked before a byte of the data is touched: the length against the file, every shape
/// against its range, and the ranges against each other (they must cover the data without gaps or overlaps).
struct SafetensorsHeader {
  /// The tensors in the order of their data.
  var entries: [SafetensorsEntry]
  /// The free-form `__metadata__`.
  var metadata: [String: String]

  /// The largest header that the reference implementation reads.
  static let maximumLength = 100_000_000

  /// Reads the header's length from the first 8 bytes of a file of `fileSize` bytes.
  static func length(from bytes: Data, fileSize: Int, path: String) throws -> Int {
    guard bytes.count == 8 else {
      throw malformed(path, "it has \(fileSize) bytes, expected at least 8 for the header's length")
    }
    let length = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(maximumLength) else {
      throw malformed(
        path, "its header claims \(length) bytes, expected at most \(maximumLength)")
    }
    guard Int(length) <= fileSize - 8 else {
      throw malformed(
        path,
        "its header claims \(length) bytes, the file has \(fileSize - 8) after the length; "
          + "it is truncated")
    }
    return Int(length)
  }

  /// Parses and checks the JSON of a header in front of `dataSize` bytes.
  init(json: Data, dataSize: Int, path: String) throws {
    let raw: RawHeader
    do {
      raw = try JSONDecoder().decode(RawHeader.self, from: json)
    } catch let error as DecodingError {
      throw Self.malformed(path, "its header cannot be read: \(error.summary)")
    } catch {
      throw Self.malformed(path, "its header is not JSON")
    }
    metadata = raw.metadata
    entries = try raw.entries.map { name, entry in
      try Self.entry(name: name, entry, path: path)
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name)
        < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    var position = 0
    for entry in entries {
      guard entry.range.lowerBound == position else {
        throw Self.malformed(
          path,
          "the data of '\(entry.name)' starts at \(entry.range.lowerBound), "
            + "expected \(position) (no gaps, no overlaps)")
      }
      position = entry.range.upperBound
    }
    guard position == dataSize else {
      throw Self.malformed(
        path,
        "its tensors take \(position) bytes, the file has \(dataSize) after the header"
          + (position > dataSize ? "; it is truncated" : ""))
    }
  }

  private static func entry(name: String, _ raw: RawEntry, path: String) throws -> SafetensorsEntry
  {
    guard let byteSize = SafetensorsEntry.byteSizes[raw.dtype] else {
      throw malformed(
        path,
        "'\(name)' has the element type '\(raw.dtype)', expected one of "
          + SafetensorsEntry.byteSizes.keys.sorted().joined(separator: ", "))
    }
    var size = byteSize
    for extent in raw.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        throw malformed(path, "'\(name)' has the impossible shape \(raw.shape)")
      }
      size = product
    }
    guard raw.offsets.count == 2, raw.offsets[0] >= 0, raw.offsets[0] <= raw.offsets[1] else {
      throw malformed(
        path, "'\(name)' has the data_offsets \(raw.offsets), expected [begin, end]")
    }
    let range = raw.offsets[0]..<raw.offsets[1]
    guard range.count == size else {
      throw malformed(
        path,
        "'\(name)' of shape \(raw.shape) and type \(raw.dtype) takes \(size) bytes, "
          + "its data_offsets give \(range.count)")
    }
    return SafetensorsEntry(name: name, typeName: raw.dtype, shape: raw.shape, range: range)
  }

  static func malformed(_ path: String, _ what: String) -> RLHFError {
    RLHFError(
      .invalidData, "\(path) is not a whole safetensors file: \(what). Fetch or write it again.")
  }
}

/// The header's JSON: tensors by name, and `__metadata__`.
private struct RawHeader: Decodable {
  var entries: [(String, RawEntry)] = []
  var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries.append((key.stringValue, try container.decode(RawEntry.self, forKey: key)))
      }
    }
  }
}

private struct RawEntry: Decodable {
  var dtype: String
  var shape: [Int]
  var offsets: [Int]

  enum CodingKeys: String, CodingKey {
    case dtype, shape
    case offsets = "data_offsets"
  }
}
