import FeedbackStore
import Foundation
import RLHFCore

/// A request as it arrived, before anything is known of it.
struct IncomingRequest: Sendable {
  /// The verb; `nil` for one that no route has.
  var method: Method?
  /// The path and the query as they were sent.
  var target: String
  var authority: String?
  /// The headers by their names in small letters.
  var headers: [String: String]
  /// Where it comes from.
  var address: String

  var path: Substring { target.prefix { $0 != "?" && $0 != "#" } }

  var query: Substring {
    let rest = target.prefix { $0 != "#" }
    return rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] } ?? ""
  }

  var facts: RequestFacts {
    let length = headers["content-length"].flatMap { Int($0) }
    return RequestFacts(
      authority: authority, origin: headers["origin"], fetchSite: headers["sec-fetch-site"],
      contentType: headers["content-type"], contentLength: length,
      hasBody: (length ?? 0) > 0 || headers["transfer-encoding"] != nil,
      csrfToken: headers["x-csrf-token"])
  }
}

extension Studio {
  /// The routes, all of them.
  var table: RouteTable {
    RouteTable(
      routes: pageRoutes + sessionRoutes + taskRoutes + answerRoutes + mediaRoutes + reviewRoutes
        + runRoutes + jobRoutes + ownerRoutes + dataRoutes)
  }

  /// Answers a request; `body` reads what comes with it, up to a limit.
  func answer(
    _ request: IncomingRequest, from table: RouteTable,
    body: (_ limit: Int) async throws -> [UInt8]
  ) async -> Reply {
    do {
      return try await reply(to: request, from: table, body: body)
    } catch {
      return Reply(Refusal(error))
    }
  }

  private func reply(
    to request: IncomingRequest, from table: RouteTable,
    body: (_ limit: Int) async throws -> [UInt8]
  ) async throws -> Reply {
    guard gate.hosts.allow(request.authority.flatMap(Authority.init)) else {
      throw Refusal.wrongHost
    }
    let (route, parameters) = try Self.route(of: request, in: table)
    let time = now()
    let facts = request.facts
    let session = route.access == .anyone ? nil : try self.session(of: request, now: time)
    if let refusal = gate.refusal(for: route, facts, session: session?.facts) { throw refusal }
    let payer = session.map { $0.account.id } ?? request.address
    if let rate = route.rate,
      let wait = limiter.wait(rate, payer, at: time.timeIntervalSinceReferenceDate)
    {
      throw Refusal.tooMany(retryAfter: wait)
    }
    let call = Call(
      parameters: parameters, query: RoutePath.query(request.query), headers: request.headers,
      isHead: request.method == .head, body: try await json(of: route, facts, body),
      session: session, address: request.address, now: time)
    if let session { try keep(session, now: time) }
    let reply = try await route.handle(call)
    guard route.isPacked else { return reply }
    return GzipReply.packed(reply, accepted: request.headers["accept-encoding"])
  }

  private static func route(
    of request: IncomingRequest, in table: RouteTable
  ) throws -> (Route, [String: String]) {
    switch table.match(request.method, request.path) {
    case .route(let route, let parameters): return (route, parameters)
    case .nothing: throw Refusal.nothingHere
    case .otherMethods(let methods):
      throw Refusal(
        405, "method", "this cannot be done here.",
        headers: ["Allow": methods.map(\.rawValue).joined(separator: ", ")])
    }
  }

  /// The session that the cookie of a request opens.
  func session(of request: IncomingRequest, now: Date) throws -> ActiveSession? {
    guard let token = cookie.token(in: request.headers["cookie"]) else { return nil }
    let hash = Tokens.hash(token)
    return try state.sessions.session(hash, now: now) {
      try store.session(tokenHash: hash, now: now)
    }.map { ActiveSession(token: token, session: $0) }
  }

  /// Moves the end of a session that is used, once a minute.
  private func keep(_ session: ActiveSession, now: Date) throws {
    let seen = Date(timeIntervalSince1970: Double(session.session.seen) / 1000)
    guard now.timeIntervalSince(seen) > 60 else { return }
    try store.touchSession(
      tokenHash: Tokens.hash(session.token), expires: sessionEnd(now), now: now)
    state.sessions.forget()
  }

  func sessionEnd(_ now: Date) -> Date { now.addingTimeInterval(options.sessionHours * 3600) }

  private func json(
    of route: Route, _ facts: RequestFacts, _ body: (_ limit: Int) async throws -> [UInt8]
  ) async throws -> JSONValue {
    guard route.guarding != .read else { return .null }
    let bytes = try await body(route.bodyLimit)
    guard bytes.count <= route.bodyLimit else { throw Refusal.tooLarge(route.bodyLimit) }
    if bytes.isEmpty, route.request == nil || route.isBodyOptional { return .null }
    // A body of a length that was not told comes in without having been asked for its type.
    guard RequestGuard.isJSON(facts.contentType) else { throw Refusal.notJSON }
    do {
      return try JSONValue(parsing: bytes)
    } catch let error as JSONSyntaxError {
      throw Refusal.malformed("the body is not JSON: it \(error.description)")
    }
  }
}
