import RLHFCore

/// An answer to a request, before it becomes bytes on a connection.
struct Reply: Sendable {
  enum Body: Sendable {
    case empty
    case bytes([UInt8])
    /// A part of a file.
    case file(OpenFile, Range<Int>)
    /// Events for as long as there are any.
    case events(AsyncStream<ServerEvent>)
  }

  var status: Int
  var headers: [String: String]
  var body: Body

  init(_ status: Int, headers: [String: String] = [:], body: Body = .empty) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// An answer in JSON.
  static func json(
    _ value: JSONValue, status: Int = 200, headers: [String: String] = [:]
  ) -> Reply {
    Reply(
      status, headers: headers.merging(["Content-Type": "application/json"]) { $1 },
      body: .bytes(value.canonicalBytes()))
  }

  /// Nothing, successfully.
  static let nothing = Reply(204)

  init(_ refusal: Refusal) {
    self = .json(refusal.json, status: refusal.status, headers: refusal.headers)
  }
}

/// Something that happened, for those who watch.
struct ServerEvent: Sendable, Hashable {
  /// What kind of thing.
  var name: String
  /// More about it.
  var data: JSONValue

  /// The event as it is sent (the format `text/event-stream`).
  var bytes: [UInt8] {
    Array("event: \(name)\ndata: ".utf8) + data.canonicalBytes() + Array("\n\n".utf8)
  }
}
