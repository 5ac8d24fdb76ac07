import FeedbackStore
import Foundation
import Presentation
import RLHFCore
import Synchronization
import TestSupport
import Testing

@testable import Studio

/// A Studio over a store of its own, with a clock that tests move and passwords that are quick to check.
final class Site: Sendable {
  let folder: TemporaryFolder
  let store: FeedbackStore
  let studio: Studio
  let table: RouteTable
  private let time = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

  init(
    onDisk: Bool = false, copyOf template: URL? = nil, jobs: (any JobRunner)? = nil,
    formats: StudioFormats = .none,
    configure: (inout StudioOptions, inout StudioSettings) -> Void = { _, _ in }
  ) throws {
    folder = try TemporaryFolder()
    if let template {
      try FileManager.default.copyItem(at: template, to: folder("feedback.sqlite"))
    }
    store =
      try onDisk || template != nil ? FeedbackStore(at: folder("feedback.sqlite")) : .inMemory()
    try store.addCriterion(
      StudioCriterion(id: "overall", title: "Overall", question: "Which is better?"))
    var (options, settings) = (StudioOptions(), StudioSettings())
    settings.rules.goldShare = 0
    settings.rules.repeatShare = 0
    configure(&options, &settings)
    let clock = Box()
    studio = try Studio(
      store: store, folder: folder.url, options: options, settings: settings, jobs: jobs,
      formats: formats, statistics: nil,
      makeArtifact: { _, text in JSONValue.string(text).description },
      passwords: Passwords(cost: .init(logRounds: 4, blockSize: 1, lanes: 1)),
      page: try PageFiles.bundled(), now: { clock.now() })
    table = studio.table
    clock.site.withLock { $0 = self }
  }

  private final class Box: Sendable {
    let site = Mutex<Site?>(nil)
    func now() -> Date { site.withLock { $0 }?.now ?? Date() }
  }

  var now: Date { time.withLock { $0 } }

  func wait(_ seconds: Double) { time.withLock { $0 += seconds } }

  /// Somebody who is not signed in.
  var visitor: Browser { Browser(site: self) }

  /// Somebody with an account and a session.
  func person(_ name: String, _ role: StudioRole = .rater) async throws -> Browser {
    let token = Tokens.random()
    try store.createInvitation(
      tokenHash: Tokens.hash(token), role: role, expires: now + 60, actor: "test", now: now)
    var browser = visitor
    try await browser.join(token, name: name)
    return browser
  }

  /// Adds pair tasks; the rows of the artifacts of each.
  @discardableResult
  func addPairs(
    _ count: Int, overlap: Int = 1, kind: TaskKind = .pair, items: Int = 2,
    origins: [String] = ["alpha", "beta"], named: String = "p"
  ) throws -> [StudioTask] {
    let drafts = try (0..<count).map { index -> TaskDraft in
      var rows: [Int64] = []
      var prompt: Int64 = 0
      for item in 0..<items {
        let text = "\(named)\(index) item \(item)"
        let added = try store.addArtifacts(
          [Sample(prompt: "\(named)\(index)", artifact: text)],
          origin: origins[item % origins.count])
        prompt = added[0].prompt
        rows.append(added[0].artifact)
        try store.setPresentations(artifacts: [added[0].artifact: [.text(text)]])
      }
      try store.setPresentations(prompts: [prompt: [.text("\(named)\(index)")]])
      return TaskDraft(
        kind: kind, criteria: ["overall"], prompt: prompt, items: rows, overlap: overlap)
    }
    return try store.addTasks(drafts, now: now)
  }

  /// How many answers the store has, withdrawn ones too.
  func answerCount() throws -> Int { try store.answerLog().count }
}

/// What a browser does: it keeps cookies and the token for writes.
struct Browser: Sendable {
  let site: Site
  var cookie: String?
  var csrf: String?

  struct Answer {
    let status: Int
    let headers: [String: String]
    let bytes: [UInt8]
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
    var code: String? { json["error"]?["code"]?.stringValue }
  }

  static let origin = "http://localhost:8421"

  /// Sends a request as a page of the Studio would; `headers` of `nil` are left out.
  func send(
    _ method: String, _ target: String, _ body: JSONValue? = nil,
    headers changes: [String: String?] = [:], raw: [UInt8]? = nil, authority: String? = nil
  ) async -> Answer {
    let bytes = raw ?? body?.canonicalBytes() ?? []
    var headers: [String: String] = [:]
    if let cookie { headers["cookie"] = cookie }
    if method != "GET", method != "HEAD" {
      headers["origin"] = Self.origin
      headers["sec-fetch-site"] = "same-origin"
      headers["content-type"] = "application/json"
      headers["content-length"] = String(bytes.count)
      headers["x-csrf-token"] = csrf
    }
    for (name, value) in changes { headers[name] = value }
    let request = IncomingRequest(
      method: Method(rawValue: method), target: target, authority: authority ?? "localhost:8421",
      headers: headers, address: "10.0.0.1")
    let reply = await site.studio.answer(request, from: site.table) { limit in
      guard bytes.count <= limit else { throw Refusal.tooLarge(limit) }
      return bytes
    }
    return Answer(status: reply.status, headers: reply.headers, bytes: Self.content(reply.body))
  }

  private static func content(_ body: Reply.Body) -> [UInt8] {
    switch body {
    case .empty, .events: []
    case .bytes(let bytes): bytes
    case .file(let file, let range): (try? file.read(range)) ?? []
    }
  }

  mutating func join(_ token: String, name: String, password: String? = nil) async throws {
    var body: JSONValue = ["token": .string(token), "name": .string(name)]
    if let password {
      body = ["token": .string(token), "name": .string(name), "password": .string(password)]
    }
    try await enter(await send("POST", "/api/join", body))
  }

  mutating func signIn(_ name: String, _ password: String) async throws {
    try await enter(
      await send("POST", "/api/login", ["name": .string(name), "password": .string(password)]))
  }

  /// Takes the cookie of an answer, and the token that goes with it.
  mutating func enter(_ answer: Answer) async throws {
    try #require(answer.status == 200, "\(answer.text)")
    let set = try #require(answer.headers["Set-Cookie"])
    cookie = String(set.prefix { $0 != ";" })
    csrf = await send("GET", "/api/session").json["csrf"]?.stringValue
    try #require(csrf != nil)
  }

  /// The next task.
  func next(_ held: [String] = []) async -> Answer {
    await send("POST", "/api/tasks/next", ["not": .array(held.map(JSONValue.string))])
  }

  /// Answers a view.
  func submit(
    _ view: JSONValue, _ answer: JSONValue = ["kind": "pair", "verdict": "first"],
    id: String = UUID().uuidString.lowercased()
  ) async -> Answer {
    await send("POST", "/api/answers", Self.submission(view, answer, id: id))
  }

  static func submission(_ view: JSONValue, _ answer: JSONValue, id: String) -> JSONValue {
    [
      "id": .string(id), "task": view["task"] ?? .null, "lease": view["lease"] ?? .null,
      "answer": answer, "behaviour": ["input": "key", "seconds": 2],
    ]
  }
}
