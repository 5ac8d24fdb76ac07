import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// What Hummingbird keeps of a request for us: where it comes from.
struct StudioContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let address: String

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    address = source.channel.remoteAddress?.ipAddress ?? "local"
  }
}

/// Turns what Hummingbird speaks into requests and answers of ours.
struct StudioResponder: HTTPResponder {
  let studio: Studio
  let table: RouteTable

  init(_ studio: Studio) {
    self.studio = studio
    table = studio.table
  }

  func respond(to request: Request, context: StudioContext) async throws -> Response {
    var headers: [String: String] = [:]
    for field in request.headers {
      let name = field.name.canonicalName
      let separator = name == "cookie" ? "; " : ", "
      headers[name] = headers[name].map { $0 + separator + field.value } ?? field.value
    }
    let incoming = IncomingRequest(
      method: Method(rawValue: request.method.rawValue), target: request.head.path ?? "",
      authority: request.head.authority, headers: headers, address: context.address)
    let reply = await studio.answer(incoming, from: table) { limit in
      do {
        let buffer = try await request.body.collect(upTo: limit)
        return Array(buffer.readableBytesView)
      } catch is NIOTooManyBytesError {
        throw Refusal.tooLarge(limit)
      }
    }
    return response(reply)
  }

  private func response(_ reply: Reply) -> Response {
    var response = Response(
      status: .init(code: reply.status), headers: [:], body: body(reply.body))
    for (name, value) in SecurityHeaders.all.merging(reply.headers, uniquingKeysWith: { $1 }) {
      guard let name = HTTPField.Name(name) else { continue }
      response.headers[name] = value
    }
    if reply.status == 204 || reply.status == 304 { response.headers[.contentLength] = nil }
    return response
  }

  private func body(_ body: Reply.Body) -> ResponseBody {
    switch body {
    case .empty: ResponseBody()
    case .bytes(let bytes): ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    case .file(let file, let range):
      ResponseBody(contentLength: range.count) { writer in
        var start = range.lowerBound
        while start < range.upperBound {
          let bytes = try file.read(start..<min(start + 65_536, range.upperBound))
          guard !bytes.isEmpty else { throw CancellationError() }
          try await writer.write(ByteBuffer(bytes: bytes))
          start += bytes.count
        }
        try await writer.finish(nil)
      }
    case .events(let events):
      ResponseBody { writer in
        for await event in events.cancelOnGracefulShutdown() {
          try await writer.write(ByteBuffer(bytes: event.bytes))
        }
        try await writer.finish(nil)
      }
    }
  }
}
