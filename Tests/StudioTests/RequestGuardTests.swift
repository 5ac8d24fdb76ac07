import FeedbackStore
import RLHFCore
import Testing

@testable import Studio

struct RequestGuardTests {
  private let gate = RequestGuard(hosts: HostNames(StudioOptions()), publicOrigin: nil)
  private let token = "token"
  private var session: SessionFacts {
    SessionFacts(role: .rater, csrfHash: Tokens.hash(token))
  }

  private func route(_ method: Method, _ access: Access) -> Route {
    Route(method, "/x", access, reach: .nobodys, "x", bodyLimit: 10) { _ in .nothing }
  }

  private func facts(_ change: (inout RequestFacts) -> Void = { _ in }) -> RequestFacts {
    var facts = RequestFacts(
      authority: "localhost:8421", origin: "http://localhost:8421", fetchSite: "same-origin",
      contentType: "application/json", contentLength: 2, hasBody: true, csrfToken: token)
    change(&facts)
    return facts
  }

  @Test func aWriteOfThePageIsLetIn() {
    #expect(gate.refusal(for: route(.post, .rater), facts(), session: session) == nil)
  }

  /// A change to the facts of a good request.
  struct Change: Sendable, CustomStringConvertible {
    var description: String
    var apply: @Sendable (inout RequestFacts) -> Void

    init(_ field: any WritableKeyPath<RequestFacts, String?> & Sendable, _ value: String?) {
      description = value ?? "missing"
      apply = { $0[keyPath: field] = value }
    }
  }

  /// Everything that a page elsewhere can make a browser send.
  static let forgeries: [(Change, Int)] = [
    (Change(\.origin, nil), 403), (Change(\.origin, "null"), 403),
    (Change(\.origin, "http://evil.example"), 403),
    (Change(\.origin, "http://localhost:9999"), 403),
    (Change(\.origin, "http://localhost.evil.example:8421"), 403),
    (Change(\.origin, "http://127.0.0.1:8421"), 403),
    (Change(\.fetchSite, "cross-site"), 403), (Change(\.fetchSite, "same-site"), 403),
    (Change(\.fetchSite, "none"), 403), (Change(\.contentType, "text/plain"), 415),
    (Change(\.contentType, nil), 415),
    (Change(\.contentType, "application/x-www-form-urlencoded"), 415),
    (Change(\.contentType, "multipart/form-data; boundary=x"), 415),
    (Change(\.contentType, "text/plain; application/json"), 415),
    (Change(\.contentType, "application/jsonp"), 415), (Change(\.csrfToken, nil), 403),
    (Change(\.csrfToken, "other"), 403), (Change(\.authority, "evil.example:8421"), 421),
    (Change(\.authority, nil), 421),
  ]

  @Test(arguments: forgeries)
  func aForgedWriteIsRefused(_ change: Change, _ status: Int) {
    let refusal = gate.refusal(
      for: route(.post, .rater), facts(change.apply), session: session)
    #expect(refusal?.status == status)
  }

  @Test func aBodyThatIsTooLongIsNotRead() {
    let refusal = gate.refusal(
      for: route(.post, .rater), facts { $0.contentLength = 11 }, session: session)
    #expect(refusal?.status == 413)
  }

  @Test func theContentTypeMayHaveParameters() {
    #expect(RequestGuard.isJSON("Application/JSON; charset=utf-8"))
    #expect(RequestGuard.isJSON(" application/json "))
  }

  @Test func deletingNeedsATypeOnlyForABody() {
    let bare = facts {
      $0.contentType = nil
      $0.contentLength = nil
      $0.hasBody = false
    }
    #expect(gate.refusal(for: route(.delete, .rater), bare, session: session) == nil)
    #expect(gate.refusal(for: route(.post, .rater), bare, session: session) == .notJSON)
  }

  @Test func thePublicOriginIsOurs() {
    var options = StudioOptions()
    options.publicOrigin = "https://studio.example.org"
    let gate = RequestGuard(
      hosts: HostNames(options), publicOrigin: Origin("https://studio.example.org"))
    let behind = facts {
      $0.authority = "studio.example.org"
      $0.origin = "https://studio.example.org"
    }
    #expect(gate.refusal(for: route(.post, .rater), behind, session: session) == nil)
    let proxied = facts { $0.origin = "https://studio.example.org" }
    #expect(gate.refusal(for: route(.post, .rater), proxied, session: session) == nil)
  }

  @Test func everyRoleGetsWhatItsAccessSays() {
    for access in Access.allCases {
      for role in [nil] + StudioRole.allCases.map(Optional.some) {
        let session = role.map { SessionFacts(role: $0, csrfHash: Tokens.hash(token)) }
        let refusal = gate.refusal(for: route(.get, access), facts(), session: session)
        let expected: Refusal? =
          access.admits(role) ? nil : role == nil ? .signIn : .notAllowed
        #expect(refusal == expected, "\(access) for \(role.map(\.rawValue) ?? "nobody")")
      }
    }
    #expect(Access.reviewer.admits(.owner) && !Access.owner.admits(.reviewer))
    #expect(Access.anyone.admits(nil) && !Access.rater.admits(nil))
  }
}
