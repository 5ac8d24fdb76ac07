import Foundation
import RLHFCore

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A browser's side of a running `rlhf studio`.
actor StudioClient {
  struct Reply: Sendable {
    var status: Int
    var body: JSONValue
  }

  private let base: String
  private let session = URLSession(configuration: .ephemeral)
  private var token: String?
  private var cookie: String?

  /// Joins by the link that the program printed.
  init(joining link: String, as name: String) async throws {
    let parts = link.split(separator: "#")
    base = String(parts[0].dropLast("/join".count))
    let joined = try await send(
      "POST", "/api/join", ["token": .string(String(parts[1])), "name": .string(name)])
    guard joined.status == 200 else {
      throw RLHFError(.invalidData, "joining gave \(joined.status): \(joined.body)")
    }
    token = try await send("GET", "/api/session").body["csrf"]?.stringValue
  }

  func send(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Reply {
    guard let url = URL(string: base + path) else { throw URLError(.badURL) }
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.httpShouldHandleCookies = false
    request.setValue(base, forHTTPHeaderField: "Origin")
    if let cookie { request.setValue(cookie, forHTTPHeaderField: "Cookie") }
    if let token { request.setValue(token, forHTTPHeaderField: "X-CSRF-Token") }
    if let body {
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
      request.httpBody = Data(body.description.utf8)
    }
    let (data, response) = try await session.data(for: request)
    guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
    if let set = response.value(forHTTPHeaderField: "Set-Cookie") {
      cookie = String(set.prefix { $0 != ";" })
    }
    return Reply(
      status: response.statusCode, body: data.isEmpty ? .null : try JSONValue(parsing: data))
  }

  /// Answers a task that was given out.
  func answer(_ task: JSONValue, _ answer: JSONValue) async throws -> Reply {
    let now = Date().formatted(.iso8601)
    return try await send(
      "POST", "/api/answers",
      [
        "id": .string(UUID().uuidString.lowercased()), "task": task["task"] ?? .null,
        "lease": task["lease"] ?? .null, "answer": answer,
        "behaviour": ["openedAt": .string(now), "submittedAt": .string(now)],
      ])
  }
}
