import CZlib
import RLHFCore

/// Packs bytes as gzip, with zlib.
public enum Gzip {
  /// The bytes as one gzip member, as small as zlib makes it.
  public static func pack(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let gzipOnly: Int32 = 15 + 16
    var code = deflateInit2_(
      &stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzipOnly, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw RLHFError(
        .inputOutput, "cannot pack \(bytes.count) bytes: zlib does not start (code \(code)).")
    }
    defer { deflateEnd(&stream) }
    var input = bytes
    var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    input.withUnsafeMutableBufferPointer { source in
      packed.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        code = deflate(&stream, Z_FINISH)
      }
    }
    guard code == Z_STREAM_END else {
      throw RLHFError(
        .inputOutput, "cannot pack \(bytes.count) bytes: zlib stops early (code \(code)).")
    }
    return Array(packed.prefix(Int(stream.total_out)))
  }
}
