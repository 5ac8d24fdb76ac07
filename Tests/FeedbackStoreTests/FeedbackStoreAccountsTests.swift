import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStoreAccountsTests {
  private let now = Date(timeIntervalSince1970: 1_800_000_000)
  private let token = [UInt8](repeating: 7, count: 32)

  private func invite(
    _ store: FeedbackStore, role: StudioRole = .rater, name: String? = nil, uses: Int = 1
  ) throws -> Invitation {
    try store.createInvitation(
      tokenHash: token, role: role, name: name, uses: uses, expires: now + 3600, actor: "owner",
      now: now)
  }

  private func accept(
    _ store: FeedbackStore, _ name: String, at time: TimeInterval = 0, token: [UInt8]? = nil
  ) throws -> Account {
    try store.acceptInvitation(
      tokenHash: token ?? self.token, name: name, passwordHash: "scrypt", now: now + time)
  }

  @Test(arguments: Backend.allCases)
  func invitationsOpenAsOftenAsTheySay(backend: Backend) throws {
    try backend.run { store in
      let invitation = try invite(store, role: .reviewer, uses: 2)
      #expect(try store.invitations(now: now) == [invitation])
      let ada = try accept(store, " Ada ")
      #expect(ada.name == "Ada")
      #expect(ada.role == .reviewer)
      #expect(ada.isActive && ada.hasPassword)
      #expect(try store.account(named: "Ada") == ada)
      #expect(try store.account(of: ada.rater) == ada)
      #expect(try store.passwordHash(of: ada.rater) == "scrypt")
      #expect(thrown { _ = try accept(store, "Ada") }?.code == .conflict)
      #expect(thrown { _ = try accept(store, "ada") }?.code == .conflict)
      #expect(try store.invitations(now: now).map(\.uses) == [1])
      _ = try accept(store, "Ben")
      #expect(thrown { _ = try accept(store, "Cleo") }?.code == .forbidden)
      #expect(try store.accounts().map(\.name) == ["Ada", "Ben"])
      #expect(Set(try store.accounts().map(\.id)).count == 2)
    }
  }

  @Test func invitationsEnd() throws {
    let store = try FeedbackStore.inMemory()
    let invitation = try invite(store)
    #expect(thrown { _ = try accept(store, "Ada", at: 3600) }?.code == .forbidden)
    #expect(thrown { _ = try accept(store, "Ada", token: [1]) }?.code == .forbidden)
    try store.revokeInvitation(invitation.id, actor: "owner", now: now)
    #expect(thrown { _ = try accept(store, "Ada") }?.code == .forbidden)
    #expect(thrown { try store.revokeInvitation("x", actor: "owner") }?.code == .notFound)
    #expect(try store.accounts().isEmpty)
    let past = thrown {
      try store.createInvitation(
        tokenHash: [1], role: .rater, expires: now - 1, actor: "owner", now: now)
    }
    #expect(past?.code == .invalidData)
  }

  @Test func anInvitationForAName() throws {
    let store = try FeedbackStore.inMemory()
    try store.addPreferences([pair("p", "a", "b")], rater: "Ada", kind: .person, origin: "o")
    try store.addPreferences([pair("p", "a", "b")], rater: "machine", kind: .model, origin: "o")
    _ = try invite(store, name: "Ada")
    #expect(thrown { _ = try accept(store, "Ben") }?.code == .forbidden)
    // Whoever voted under this name before keeps the votes.
    #expect(try accept(store, "Ada").name == "Ada")
    #expect(
      thrown { _ = try store.addAccount(name: "machine", role: .rater, actor: "owner") }?.code
        == .conflict)
  }

  @Test func namesOfOthersAreNotTakenOver() throws {
    let store = try FeedbackStore.inMemory()
    try store.addPreferences([pair("p", "a", "b")], rater: "Ada", kind: .person, origin: "o")
    _ = try invite(store)
    #expect(thrown { _ = try accept(store, "Ada") }?.code == .conflict)
    // The invitation was not used up.
    #expect(try accept(store, "Ben").name == "Ben")
  }

  @Test(arguments: [
    "", "  ", "a\u{0}b", "a\u{202e}b", "a\nb", String(repeating: "x", count: 65),
    "e" + String(repeating: "\u{301}", count: 300),
  ])
  func namesThatCannotBeSeen(name: String) throws {
    let store = try FeedbackStore.inMemory()
    #expect(
      thrown { _ = try store.addAccount(name: name, role: .rater, actor: "x") }?.code
        == .invalidData)
  }

  @Test func thereIsAlwaysAnOwner() throws {
    let store = try FeedbackStore.inMemory()
    let ada = try store.addAccount(name: "Ada", role: .owner, actor: "setup").rater
    for change in [
      { try store.setRole(.rater, of: ada, actor: "Ada") },
      { try store.setActive(false, of: ada, actor: "Ada") },
    ] {
      #expect(thrown { try change() }?.code == .conflict)
    }
    let ben = try store.addAccount(name: "Ben", role: .rater, actor: "Ada").rater
    try store.setRole(.owner, of: ben, actor: "Ada")
    try store.setActive(false, of: ada, actor: "Ben")
    #expect(try store.account(of: ada)?.isActive == false)
    #expect(thrown { try store.setActive(false, of: ben, actor: "Ben") }?.code == .conflict)
    #expect(thrown { try store.setRole(.rater, of: 99, actor: "Ben") }?.code == .notFound)
  }

  @Test func sessionsAreFoundByTheHashOfTheirToken() throws {
    let store = try FeedbackStore.inMemory()
    let ada = try store.addAccount(name: "Ada", role: .owner, actor: "setup")
    let ben = try store.addAccount(name: "Ben", role: .rater, actor: "setup")
    for (index, account) in [ada, ben, ben].enumerated() {
      try store.openSession(
        tokenHash: [UInt8(index)], csrfHash: [9, UInt8(index)], rater: account.rater,
        expires: now + 100, now: now)
    }
    let session = try #require(try store.session(tokenHash: [1], now: now + 99))
    #expect(session.account == ben)
    #expect(session.csrfHash == [9, 1])
    #expect(try store.session(tokenHash: [7], now: now) == nil)
    #expect(try store.session(tokenHash: [1], now: now + 100) == nil)
    try store.touchSession(tokenHash: [1], expires: now + 500, now: now + 90)
    #expect(try store.session(tokenHash: [1], now: now + 400)?.seen == (now + 90).milliseconds)
    try store.closeSession(tokenHash: [1])
    #expect(try store.session(tokenHash: [1], now: now) == nil)
    #expect(try store.session(tokenHash: [2], now: now) != nil)
    try store.setPasswordHash("other", of: ben.rater, actor: "Ben", now: now)
    #expect(try store.session(tokenHash: [2], now: now) == nil)
    try store.closeSessions(of: ada.rater)
    #expect(try store.session(tokenHash: [0], now: now) == nil)
    try store.openSession(
      tokenHash: [5], csrfHash: [], rater: ben.rater, expires: now + 100, now: now)
    try store.setActive(false, of: ben.rater, actor: "Ada", now: now)
    #expect(try store.session(tokenHash: [5], now: now) == nil)
    let closed = thrown {
      try store.openSession(
        tokenHash: [6], csrfHash: [], rater: ben.rater, expires: now + 100, now: now)
    }
    #expect(closed?.code == .forbidden)
  }

  @Test func whatIsDoneLeavesATrail() throws {
    let store = try FeedbackStore.inMemory()
    _ = try invite(store)
    let ada = try accept(store, "Ada")
    try store.setRole(.reviewer, of: ada.rater, actor: "owner", now: now)
    try store.audit(
      actor: "owner", action: "export", target: "trl", details: ["rows": 3], now: now)
    let trail = try store.auditTrail()
    #expect(trail.map(\.action) == ["export", "setRole", "join", "invite"])
    #expect(trail[0].details == ["rows": 3])
    #expect(trail.map(\.sequence) == [4, 3, 2, 1])
    #expect(try store.auditTrail(before: 3, limit: 1).map(\.action) == ["join"])
    #expect(!"\(trail)".contains("scrypt"))
    #expect(try store.isAuditTrailIntact())
    let refused = thrown { try store.write { try $0.execute(sql: "DELETE FROM audit") } }
    let cause = "\(refused?.cause as Any)"
    #expect(cause.contains("feedback is only ever added"))
    try store.write { db in
      try db.execute(sql: "DROP TRIGGER audit_no_update; UPDATE audit SET line = '{}' WHERE id = 2")
    }
    #expect(try !store.isAuditTrailIntact())
  }
}
