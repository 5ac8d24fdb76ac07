import Crypto
import FeedbackStore
import Foundation
import RLHFCore

/// The files of the page, read once: what is not among them is not there.
struct PageFiles: Sendable {
  /// A file as it is sent.
  struct File: Sendable {
    let bytes: [UInt8]
    /// The same, packed.
    let packed: [UInt8]
    let type: String
    let tag: String
  }

  private let files: [String: File]

  /// Reads every file of a known type directly in `folder`.
  init(_ folder: URL) throws {
    var files: [String: File] = [:]
    for url in try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    {
      guard let type = Self.types[url.pathExtension] else { continue }
      let bytes = Array(try Data(contentsOf: url))
      let digest = SHA256.hash(data: bytes).prefix(16)
      files[url.lastPathComponent] = File(
        bytes: bytes, packed: try Gzip.pack(bytes), type: type,
        tag: "\"\(Tokens.base64URL(Array(digest)))\"")
    }
    self.files = files
  }

  /// The page that comes with the program.
  static func bundled() throws -> PageFiles {
    try PageFiles(Bundle.module.bundleURL.appending(path: "Page"))
  }

  static let types = [
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8", "svg": "image/svg+xml", "png": "image/png",
    "woff2": "font/woff2", "webmanifest": "application/manifest+json",
  ]

  /// The names of the files.
  var names: [String] { files.keys.sorted() }

  /// The answer to a request for a file of the page.
  func reply(
    _ name: String, ifNoneMatch: String?, isHead: Bool, acceptEncoding: String? = nil
  ) throws -> Reply {
    guard let file = files[name] else { throw Refusal.nothingHere }
    let isPacked = Self.acceptsGzip(acceptEncoding)
    // The two forms are two representations: each has a tag of its own.
    let tag = isPacked ? "\(file.tag.dropLast())-gzip\"" : file.tag
    var headers = ["ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"]
    if let ifNoneMatch, MediaReply.matches(ifNoneMatch, tag) {
      return Reply(304, headers: headers)
    }
    let bytes = isPacked ? file.packed : file.bytes
    headers["Content-Type"] = file.type
    headers["Content-Length"] = String(bytes.count)
    if isPacked { headers["Content-Encoding"] = "gzip" }
    return Reply(200, headers: headers, body: isHead ? .empty : .bytes(bytes))
  }

  /// Whether an Accept-Encoding header lets gzip be sent.
  static func acceptsGzip(_ header: String?) -> Bool {
    (header ?? "").lowercased().split(separator: ",").contains { offer in
      let parts = offer.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
      guard parts.first == "gzip" || parts.first == "*" else { return false }
      return !parts.dropFirst().contains { $0.firstMatch(of: /^q=0(\.0*)?$/) != nil }
    }
  }
}
