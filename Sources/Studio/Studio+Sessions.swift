import FeedbackStore
import Foundation
import RLHFCore

extension Studio {
  /// Joining, signing in and out.
  var sessionRoutes: [Route] {
    [
      Route(
        .post, "/api/join", .anyone, reach: .nobodys, "Accepts an invitation; opens a session.",
        guarding: .opensSession, rate: .signIn, bodyLimit: 4096,
        request: .object(["token": .string, "name": .string, "password?": .string.orNull]),
        response: .object(["name": .string, "role": .named("Role")]), handle: join),
      Route(
        .post, "/api/login", .anyone, reach: .nobodys, "Signs in with a password.",
        guarding: .opensSession, rate: .signIn, bodyLimit: 4096,
        request: .object(["name": .string, "password": .string]),
        response: .object(["name": .string, "role": .named("Role")]), handle: signIn),
      Route(
        .post, "/api/logout", .rater, reach: .own, "Ends the session.", request: .object,
        isBodyOptional: true
      ) { call in
        guard let session = call.session else { throw Refusal.signIn }
        try store.closeSession(tokenHash: Tokens.hash(session.token))
        state.sessions.forget()
        return Reply(204, headers: ["Set-Cookie": cookie.header(nil)])
      },
      Route(
        .post, "/api/password", .rater, reach: .own,
        "Sets the own password; ends all other sessions.", rate: .signIn, bodyLimit: 4096,
        request: .object(["password": .string, "current?": .string.orNull]),
        handle: changePassword),
      Route(
        .get, "/api/session", .rater, reach: .own,
        "Who is signed in, the token for writes, the project, and how far the work is.",
        response: .named("Session"), handle: describeSession),
    ]
  }

  private func join(_ call: Call) async throws -> Reply {
    let fields = try call.fields()
    let token = try fields.string("token", atMost: 100)
    let name = try fields.string("name", atMost: 256)
    let password = try fields.optionalString("password", atMost: 1024).flatMap {
      $0.isEmpty ? nil : $0
    }
    guard options.isLoopback || password != nil else {
      throw Refusal(400, "password", "choose a password of 10 to 256 characters.")
    }
    // Guessing is stopped before anything slow is done for it.
    var hash: String?
    if let password { hash = try await passwords.hash(password) }
    let account = try store.acceptInvitation(
      tokenHash: Tokens.hash(token), name: name, passwordHash: hash, now: call.now)
    return try open(account, call)
  }

  private func signIn(_ call: Call) async throws -> Reply {
    let fields = try call.fields()
    let name = try fields.string("name", atMost: 256)
    let password = try fields.string("password", atMost: 1024)
    let wait = limiter.wait(
      .signIn, "name/\(name.lowercased())", at: call.now.timeIntervalSinceReferenceDate)
    if let wait { throw Refusal.tooMany(retryAfter: wait) }
    let account = try store.account(named: name)
    let hash = try account.flatMap { try store.passwordHash(of: $0.rater) }
    let isRight = try await passwords.verify(password, against: hash)
    guard isRight, let account, account.isActive else {
      throw Refusal(401, "signIn", "the name or the password is wrong.")
    }
    return try open(account, call)
  }

  private func open(_ account: Account, _ call: Call, status: Int = 200) throws -> Reply {
    let token = Tokens.random()
    try store.openSession(
      tokenHash: Tokens.hash(token), csrfHash: Tokens.hash(Tokens.csrf(of: token)),
      rater: account.rater, expires: sessionEnd(call.now), now: call.now)
    return .json(
      ["name": .string(account.name), "role": .string(account.role.rawValue)], status: status,
      headers: ["Set-Cookie": cookie.header(token)])
  }

  private func changePassword(_ call: Call) async throws -> Reply {
    let fields = try call.fields()
    let account = try call.account()
    if let known = try store.passwordHash(of: account.rater) {
      let current = try fields.string("current", atMost: 1024)
      guard try await passwords.verify(current, against: known) else {
        throw Refusal(403, "password", "the current password is wrong.")
      }
    }
    let hash = try await passwords.hash(try fields.string("password", atMost: 1024))
    try store.setPasswordHash(hash, of: account.rater, actor: account.name, now: call.now)
    state.sessions.forget()
    // All sessions of the account ended with the old password; this browser gets a new one.
    var reply = try open(account, call)
    reply.status = 204
    reply.body = .empty
    reply.headers["Content-Type"] = nil
    return reply
  }

  private func describeSession(_ call: Call) async throws -> Reply {
    guard let session = call.session else { throw Refusal.signIn }
    let (account, settings) = (session.account, try settings())
    return .json([
      "rater": [
        "id": .string(account.id), "name": .string(account.name),
        "role": .string(account.role.rawValue), "hasPassword": .bool(account.hasPassword),
      ],
      "csrf": .string(Tokens.csrf(of: session.token)),
      "project": [
        "title": .string(settings.title), "question": .string(settings.question),
        "guidelines": .string(settings.guidelines), "keys": .object(settings.keys),
        "mustHear": .number(settings.mustHear),
        "criteria": .array(try store.criteria().map { TaskView.Scale($0).json }),
      ],
      "progress": try progress(of: account),
    ])
  }

  /// How much somebody answered, and how much there is for them.
  func progress(of account: Account) throws -> JSONValue {
    Self.json(of: try store.progress(of: account.rater))
  }

  static func json(of progress: (answered: Int, available: Int)) -> JSONValue {
    ["answered": .integer(progress.answered), "available": .integer(progress.available)]
  }
}
