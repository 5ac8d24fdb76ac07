import FeedbackStore

/// Answers a request for a file: a function of what is there and of the headers.
enum MediaReply {
  /// The headers that decide what is sent.
  struct Conditions: Sendable, Hashable {
    var range: String?
    var ifRange: String?
    var ifNoneMatch: String?
    var isHead = false
  }

  /// The answer; the name of the file is the hash of its content, so it never changes.
  static func reply(_ file: OpenFile, hash: String, type: String, _ asked: Conditions) -> Reply {
    let tag = "\"\(hash)\""
    var headers = [
      "ETag": tag, "Accept-Ranges": "bytes",
      "Cache-Control": "private, max-age=31536000, immutable",
    ]
    if let known = asked.ifNoneMatch, matches(known, tag) { return Reply(304, headers: headers) }
    headers["Content-Type"] = type
    // A range is asked of what the browser has seen; where that is another file, it gets all of this one.
    let isSame = asked.ifRange.map { $0 == tag } ?? true
    switch ByteRange(isSame ? asked.range : nil, size: file.size) {
    case .whole:
      headers["Content-Length"] = String(file.size)
      return Reply(200, headers: headers, body: asked.isHead ? .empty : .file(file, 0..<file.size))
    case .part(let range):
      headers["Content-Length"] = String(range.count)
      headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
      return Reply(206, headers: headers, body: asked.isHead ? .empty : .file(file, range))
    case .unsatisfiable:
      headers["Content-Range"] = "bytes */\(file.size)"
      headers["Content-Type"] = nil
      return Reply(416, headers: headers)
    }
  }

  /// The type under which a file is sent: pictures and sounds as what they are, all else as bytes that no browser runs.
  static func type(_ stored: String) -> String {
    let isShown =
      ["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"].contains(stored)
      || stored.hasPrefix("audio/") && stored.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    return isShown ? stored : "application/octet-stream"
  }

  /// Whether `If-None-Match` names `tag`; the comparison is the weak one (RFC 9110, section 13.1.2).
  static func matches(_ header: String, _ tag: String) -> Bool {
    if header.filter({ $0 != " " }) == "*" { return true }
    return header.split(separator: ",").contains { part in
      let name = part.drop { $0 == " " }
      let strong = name.hasPrefix("W/") ? name.dropFirst(2) : name
      return strong.filter { $0 != " " } == tag
    }
  }
}
