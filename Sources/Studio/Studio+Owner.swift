import FeedbackStore
import Foundation
import RLHFCore

extension Studio {
  /// People, settings and the trail of what was done.
  var ownerRoutes: [Route] {
    [
      Route(
        .post, "/api/invitations", .owner, reach: .nobodys,
        "Makes a link by which people join; it is shown this once.",
        request: .object([
          "role": .named("Role"), "name?": .string.orNull, "uses?": .integer, "hours?": .number,
        ]), response: .object(["link": .string, "id": .string, "expires": .time]),
        handle: invite),
      Route(
        .get, "/api/invitations", .owner, reach: .everybodys,
        "The invitations that can still be accepted.",
        response: .object(["invitations": .list(.named("Invitation"))])
      ) { call in
        .json(["invitations": .array(try store.invitations(now: call.now).map(Self.json))])
      },
      Route(
        .delete, "/api/invitations/{id}", .owner, reach: .everybodys, "Closes an invitation.",
        request: .object, isBodyOptional: true
      ) { call in
        try store.revokeInvitation(
          try call.parameter("id"), actor: try call.account().name, now: call.now)
        return .nothing
      },
      Route(
        .get, "/api/raters", .owner, reach: .everybodys, "The accounts.",
        response: .object(["raters": .list(.named("Rater"))])
      ) { _ in .json(["raters": .array(try store.accounts().map(Self.json))]) },
      Route(
        .patch, "/api/raters/{id}", .owner, reach: .everybodys,
        "Changes what an account may do, or closes it.",
        request: .object(["role?": .named("Role"), "active?": .boolean]),
        response: .named("Rater"), handle: changeRater),
      Route(
        .post, "/api/criteria", .owner, reach: .nobodys,
        "Adds a criterion, or words one anew.", request: .named("Criterion"),
        response: .named("Criterion"), handle: addCriterion),
      Route(
        .get, "/api/settings", .owner, reach: .everybodys, "The settings of the project.",
        response: .named("Settings")
      ) { _ in .json(try settings().json) },
      Route(
        .put, "/api/settings", .owner, reach: .everybodys, "Changes the settings.",
        bodyLimit: 262_144, request: .named("Settings"), response: .named("Settings"),
        handle: changeSettings),
      Route(
        .get, "/api/audit", .owner, reach: .everybodys,
        "What was done to people, settings and data, the newest first.",
        query: ["before": .integer], response: .named("Audit"), isPacked: true, handle: audit),
    ]
  }

  private func invite(_ call: Call) async throws -> Reply {
    let fields = try call.fields()
    let role: StudioRole = try fields.word("role")
    let uses = try fields.integer("uses", in: 1...1000, or: 1)
    let hours = try fields.number("hours", or: 72)
    guard hours > 0, hours <= 24 * 90 else {
      throw Refusal.malformed("'hours' has to be a number above 0 and up to 2160")
    }
    guard role == .rater || uses == 1 else {
      throw Refusal.malformed("'uses' has to be 1 for owners and reviewers")
    }
    let token = Tokens.random()
    let name = try fields.optionalString("name", atMost: 256)
    let invitation = try store.createInvitation(
      tokenHash: Tokens.hash(token), role: role, name: name.flatMap { $0.isEmpty ? nil : $0 },
      uses: uses, expires: call.now.addingTimeInterval(hours * 3600),
      actor: try call.account().name, now: call.now)
    // The guard has let this origin in, so it is one under which the Studio is found.
    let base =
      options.publicOrigin.flatMap(Origin.init) ?? call.headers["origin"].flatMap(Origin.init)
    return .json([
      "link": .string(link(token, base: base?.description ?? self.base())),
      "id": .string(invitation.id),
      "expires": .string(Timestamp.text(milliseconds: invitation.expires)),
    ])
  }

  private static func json(_ invitation: Invitation) -> JSONValue {
    [
      "id": .string(invitation.id), "role": .string(invitation.role.rawValue),
      "name": invitation.name.map(JSONValue.string) ?? .null, "uses": .integer(invitation.uses),
      "expires": .string(Timestamp.text(milliseconds: invitation.expires)),
    ]
  }

  private static func json(_ account: Account) -> JSONValue {
    [
      "id": .string(account.id), "name": .string(account.name),
      "role": .string(account.role.rawValue), "active": .bool(account.isActive),
      "created": .string(Timestamp.text(milliseconds: account.created)),
    ]
  }

  private func changeRater(_ call: Call) async throws -> Reply {
    let (id, fields, actor) = (try call.parameter("id"), try call.fields(), try call.account())
    guard let account = try store.accounts().first(where: { $0.id == id }) else {
      throw Refusal.nothingHere
    }
    let role: StudioRole? = fields.value("role") == nil ? nil : try fields.word("role")
    let isActive = try fields.optionalBool("active")
    defer { state.sessions.forget() }
    if let role, role != account.role {
      try store.setRole(role, of: account.rater, actor: actor.name, now: call.now)
      // What an old session may do must not depend on when it was opened.
      try store.closeSessions(of: account.rater)
    }
    if let isActive, isActive != account.isActive {
      try store.setActive(isActive, of: account.rater, actor: actor.name, now: call.now)
    }
    guard let changed = try store.account(of: account.rater) else { throw Refusal.nothingHere }
    return .json(Self.json(changed))
  }

  private func addCriterion(_ call: Call) async throws -> Reply {
    let fields = try call.fields()
    let id = try fields.string("id", atMost: 64)
    guard id.wholeMatch(of: /[A-Za-z][A-Za-z0-9_-]*/) != nil else {
      throw Refusal.malformed("'id' has to be a letter and then letters, digits, '-' or '_'")
    }
    let criterion = StudioCriterion(
      id: id, title: try fields.string("title", atMost: 200),
      question: try fields.string("question", atMost: 500),
      lowest: try fields.number("lowest", or: 1), highest: try fields.number("highest", or: 7))
    guard criterion.lowest < criterion.highest, criterion.highest - criterion.lowest <= 100 else {
      throw Refusal.malformed("'lowest' has to be below 'highest', by at most 100")
    }
    try store.addCriterion(criterion)
    state.forgetCriteria()
    try store.audit(
      actor: try call.account().name, action: "addCriterion", target: id, now: call.now)
    return .json(TaskView.Scale(criterion).json)
  }

  private func changeSettings(_ call: Call) async throws -> Reply {
    let old = try settings()
    let new = try Settings.decode(
      stage: call.body, over: old, section: "", source: "the settings")
    try state.change(new, store)
    try store.audit(
      actor: try call.account().name, action: "changeSettings", target: "settings",
      details: ["before": try old.json, "after": try new.json], now: call.now)
    return .json(try new.json)
  }

  private func audit(_ call: Call) async throws -> Reply {
    let before = try call.number("before", in: 0...Int.max).map(Int64.init)
    let entries = try store.auditTrail(before: before, limit: 100)
    let rows = entries.map { entry -> JSONValue in
      [
        "seq": .integer(Int(entry.sequence)), "at": .string(Timestamp.text(milliseconds: entry.at)),
        "actor": .string(entry.actor), "action": .string(entry.action),
        "target": .string(entry.target), "details": entry.details,
      ]
    }
    let next = entries.count == 100 ? entries.last.map { $0.sequence } : nil
    return .json([
      "entries": .array(rows), "intact": .bool(try store.isAuditTrailIntact()),
      "next": next.map { .integer(Int($0)) } ?? .null,
    ])
  }
}
