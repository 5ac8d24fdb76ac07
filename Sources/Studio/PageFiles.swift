import Crypto
import Foundation
import RLHFCore

/// The files of the page, read once: what is not among them is not there.
struct PageFiles: Sendable {
  /// A file as it is sent.
  struct File: Sendable {
    let bytes: [UInt8]
    let type: String
    let tag: String
    /// The content packed, under a tag of its own, where that is shorter.
    let packed: [UInt8]?
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
        bytes: bytes, type: type, tag: Tokens.base64URL(Array(digest)),
        packed: Self.packable.contains(url.pathExtension)
          ? GzipReply.pack(bytes, level: 9) : nil)
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

  private static let packable: Set<String> = ["html", "js", "css", "svg", "webmanifest"]

  /// The names of the files.
  var names: [String] { files.keys.sorted() }

  /// The answer to a request for a file of the page.
  func reply(
    _ name: String, ifNoneMatch: String?, acceptEncoding: String?, isHead: Bool
  ) throws -> Reply {
    guard let file = files[name] else { throw Refusal.nothingHere }
    let packed = GzipReply.isAccepted(acceptEncoding) ? file.packed : nil
    let tag = "\"\(file.tag)\(packed == nil ? "" : "-gzip")\""
    var headers = ["ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"]
    if let ifNoneMatch, MediaReply.matches(ifNoneMatch, tag) {
      return Reply(304, headers: headers)
    }
    let bytes = packed ?? file.bytes
    headers["Content-Type"] = file.type
    headers["Content-Length"] = String(bytes.count)
    if packed != nil { headers["Content-Encoding"] = "gzip" }
    return Reply(200, headers: headers, body: isHead ? .empty : .bytes(bytes))
  }
}
