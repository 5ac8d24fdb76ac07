import RLHFCore

/// The description of the API, made from the table by which requests are answered.
enum OpenAPI {
  static func description(of table: RouteTable, version: String = "1") -> JSONValue {
    var paths: [String: [String: JSONValue]] = [:]
    for route in table.routes {
      paths[route.path.description, default: [:]][route.method.rawValue.lowercased()] =
        operation(route)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "swift-rlhf Studio", "version": .string(version),
        "description": .string(introduction),
      ],
      "paths": .object(paths.mapValues(JSONValue.object)),
      "components": [
        "schemas": .object(StudioSchemas.all.mapValues(\.json)),
        "securitySchemes": [
          "session": ["type": "apiKey", "in": "cookie", "name": "rlhf-session"],
          "csrf": ["type": "apiKey", "in": "header", "name": "X-CSRF-Token"],
        ],
      ],
    ]
  }

  private static let introduction = """
    Whatever the page does. A session comes with a cookie; every write also needs Content-Type application/json, the \
    Origin of the Studio, and the token that GET /api/session gives, as X-CSRF-Token.
    """

  private static func operation(_ route: Route) -> JSONValue {
    var result: [String: JSONValue] = [
      "operationId": .string(identifier(route)),
      "summary": .string(route.summary),
      "x-access": .string(route.access.rawValue),
      "x-reach": .string(route.reach.rawValue),
      "responses": .object(responses(route)),
      "security": security(route),
    ]
    let inPath = route.path.parameters.map { name -> JSONValue in
      ["name": .string(name), "in": "path", "required": true, "schema": Schema.string.json]
    }
    let inQuery = route.query.sorted { $0.key < $1.key }.map { name, schema -> JSONValue in
      ["name": .string(name), "in": "query", "schema": schema.json]
    }
    if !(inPath + inQuery).isEmpty { result["parameters"] = .array(inPath + inQuery) }
    if let request = route.request {
      result["requestBody"] = [
        "required": .bool(!route.isBodyOptional),
        "content": ["application/json": ["schema": request.json]],
      ]
    }
    return .object(result)
  }

  private static func security(_ route: Route) -> JSONValue {
    guard route.access != .anyone else { return [] }
    return route.guarding == .token
      ? [["session": [], "csrf": []]] : [["session": []]]
  }

  private static func responses(_ route: Route) -> [String: JSONValue] {
    var success: [String: JSONValue] = ["description": "It is done."]
    if let response = route.response {
      success["content"] = ["application/json": ["schema": response.json]]
    } else if let type = route.contentType {
      success["content"] = .object([type: ["schema": ["type": "string"]]])
    }
    let refusal: JSONValue = [
      "description": "It is refused; the message says why.",
      "content": ["application/json": ["schema": Schema.named("Refusal").json]],
    ]
    return [String(route.status): .object(success), "default": refusal]
  }

  /// A name such as `postLeasesRenew` for `POST /api/leases/{lease}/renew`.
  private static func identifier(_ route: Route) -> String {
    let words = route.path.description.split { !$0.isLetter && !$0.isNumber }
    let named = words.first == "api" ? words.dropFirst() : ["page"] + words[...]
    return named.reduce(route.method.rawValue.lowercased()) { name, word in
      name + word.prefix(1).uppercased() + word.dropFirst()
    }
  }
}
