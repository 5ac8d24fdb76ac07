import RLHFCore

/// What HTTP calls the verb.
enum Method: String, CaseIterable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"

  /// Whether it may change something.
  var isWrite: Bool { self != .get && self != .head }
}

/// One thing that can be asked of the server, with the policy under which it may be.
struct Route: Sendable {
  typealias Handler = @Sendable (Call) async throws -> Reply

  let method: Method
  let path: RoutePath
  let access: Access
  let reach: Reach
  let guarding: Guarding
  let rate: RateClass?
  /// How many bytes a body may have.
  let bodyLimit: Int
  /// One line for the description.
  let summary: String
  /// The form of the body that is expected, and whether there has to be one.
  let request: Schema?
  let isBodyOptional: Bool
  /// The parameters behind `?`.
  let query: [String: Schema]
  /// The form of the answer; `nil` where there is none in JSON.
  let response: Schema?
  /// The status of success.
  let status: Int
  /// What is sent, where it is not JSON.
  let contentType: String?
  /// Whether answers are packed for those who take it; never where a secret is among what others wrote.
  let isPacked: Bool
  let handle: Handler

  /// Declares a route; there are no defaults for who may call it and whose objects it reaches.
  init(
    _ method: Method, _ path: String, _ access: Access, reach: Reach, _ summary: String,
    guarding: Guarding? = nil, rate: RateClass? = nil, bodyLimit: Int = 65_536,
    query: [String: Schema] = [:], request: Schema? = nil, isBodyOptional: Bool = false,
    response: Schema? = nil, status: Int? = nil, contentType: String? = nil,
    isPacked: Bool = false, handle: @escaping Handler
  ) {
    self.method = method
    self.path = RoutePath(path)
    self.access = access
    self.reach = reach
    self.guarding = guarding ?? (method.isWrite ? .token : .read)
    self.rate = rate ?? (method.isWrite ? .write : nil)
    self.bodyLimit = method.isWrite ? bodyLimit : 0
    self.summary = summary
    self.query = query
    self.request = request
    self.isBodyOptional = isBodyOptional
    self.response = response
    self.status = status ?? (response == nil && contentType == nil ? 204 : 200)
    self.contentType = contentType
    self.isPacked = isPacked
    self.handle = handle
  }
}

/// Every route of the server; a request that none of them is for gets 404 or 405.
struct RouteTable: Sendable {
  let routes: [Route]

  /// What a request is for.
  enum Match {
    case route(Route, [String: String])
    case otherMethods([Method])
    case nothing
  }

  /// Finds the route of a request; `HEAD` is answered by the route of `GET`.
  func match(_ method: Method?, _ path: some StringProtocol) -> Match {
    guard let segments = RoutePath.segments(of: path) else { return .nothing }
    let wanted = method == .head ? .get : method
    var others: [Method] = []
    for route in routes {
      guard let parameters = route.path.match(segments) else { continue }
      if route.method == wanted { return .route(route, parameters) }
      others.append(route.method)
      if route.method == .get { others.append(.head) }
    }
    return others.isEmpty ? .nothing : .otherMethods(others)
  }
}
