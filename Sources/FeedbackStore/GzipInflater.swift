import CZlib
import RLHFCore

/// Unpacks a gzip stream piece by piece, over any number of members.
final class GzipInflater {
  /// What a call to ``inflate(_:into:)`` did.
  struct Progress {
    /// Bytes taken from the input.
    var consumed: Int
    /// Bytes written to the output.
    var produced: Int
  }

  /// Whether the input so far ends where a member ends, so that it may be the end of the file.
  private(set) var isBetweenMembers = true

  // zlib keeps a pointer to the structure, which therefore must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isPadding = false
  private let name: String

  /// Starts at the beginning of a stream; `name` is what messages call it.
  init(name: String) throws {
    self.name = name
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let gzipOnly: Int32 = 15 + 16
    let code = inflateInit2_(
      stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw RLHFError(.inputOutput, "cannot unpack \(name): zlib does not start (code \(code)).")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// Unpacks from `input` into `output` as far as both go.
  func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> Progress {
    if isBetweenMembers {
      let zeros = input.prefix { $0 == 0 }.count
      if zeros > 0 { isPadding = true }
      if zeros == input.count { return Progress(consumed: zeros, produced: 0) }
      if isPadding {
        throw RLHFError(.invalidData, "\(name) has something after the end of its gzip stream.")
      }
      isBetweenMembers = false
    }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    let progress = Progress(
      consumed: input.count - Int(stream.pointee.avail_in),
      produced: output.count - Int(stream.pointee.avail_out))
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      isBetweenMembers = true
      inflateReset(stream)
    default:
      let detail = stream.pointee.msg.map { ": " + String(cString: $0) } ?? ""
      throw RLHFError(.invalidData, "\(name) is not an intact gzip file\(detail). Fetch it again.")
    }
    return progress
  }
}
