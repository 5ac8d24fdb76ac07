import CZlib

/// Packs what is sent (gzip, RFC 1952), for those who take it.
///
/// Only what the routes name is packed: the files of the page, and figures and lists for reviewers. An answer with a
/// secret in it, such as the token of a session or of an invitation, is sent as it is, so that its length tells nothing
/// about how it resembles what others wrote (the attack BREACH); and so is what raters get of a task, under whose lease
/// they answer.
enum GzipReply {
  /// What is shorter gains nothing.
  static let shortest = 1024

  /// `bytes` as a gzip stream without name and time; `nil` where it would not be shorter.
  static func pack(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
    guard bytes.count >= shortest else { return nil }
    // zlib keeps a pointer to the structure, which therefore must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    let gzip: Int32 = 15 + 16
    guard
      deflateInit2_(
        stream, level, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(stream) }
    var bytes = bytes
    let room = bytes.count
    var isDone = false
    let packed = [UInt8](unsafeUninitializedCapacity: room) { output, count in
      bytes.withUnsafeMutableBufferPointer { input in
        stream.pointee.next_in = input.baseAddress
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(room)
        isDone = deflate(stream, Z_FINISH) == Z_STREAM_END
      }
      count = room - Int(stream.pointee.avail_out)
    }
    return isDone && packed.count < room ? packed : nil
  }

  /// Whether the header `Accept-Encoding` takes gzip (RFC 9110, section 12.5.3).
  static func isAccepted(_ header: String?) -> Bool {
    var any: Bool?
    for part in (header ?? "").split(separator: ",") {
      let fields = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
      guard let coding = fields.first?.lowercased() else { continue }
      let weight = fields.dropFirst().first { $0.lowercased().hasPrefix("q=") }?.dropFirst(2)
      let isWanted = weight.map { (Double($0) ?? 0) > 0 } ?? true
      if coding == "gzip" || coding == "x-gzip" { return isWanted }
      if coding == "*" { any = isWanted }
    }
    return any ?? false
  }

  /// Packs an answer of a route that allows it, where `accepted` takes it.
  static func packed(_ reply: Reply, accepted: String?) -> Reply {
    var reply = reply
    reply.headers["Vary"] = "Accept-Encoding"
    guard reply.status == 200, isAccepted(accepted), case .bytes(let bytes) = reply.body,
      let packed = pack(bytes, level: 5)
    else { return reply }
    reply.headers["Content-Encoding"] = "gzip"
    reply.body = .bytes(packed)
    return reply
  }
}
