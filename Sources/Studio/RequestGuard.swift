import FeedbackStore

/// What the headers of a request say, as far as it decides whether the request is let in.
struct RequestFacts: Sendable, Hashable {
  var authority: String?
  var origin: String?
  var fetchSite: String?
  var contentType: String?
  var contentLength: Int?
  /// Whether a body follows.
  var hasBody = false
  var csrfToken: String?
}

/// The session under which a request comes, as far as it decides.
struct SessionFacts: Sendable, Hashable {
  var role: StudioRole
  var csrfHash: [UInt8]
}

/// Decides whether a request may be answered: a function of the route's policy and of what the headers say.
struct RequestGuard: Sendable {
  let hosts: HostNames
  let publicOrigin: Origin?

  /// Why the request is refused; `nil` where it is let in.
  func refusal(for route: Route, _ facts: RequestFacts, session: SessionFacts?) -> Refusal? {
    let authority = facts.authority.flatMap(Authority.init)
    guard hosts.allow(authority), let authority else { return .wrongHost }
    if route.guarding != .read {
      guard isSameOrigin(facts, authority) else { return .crossSite }
      let needsType = route.method != .delete || facts.hasBody
      guard !needsType || Self.isJSON(facts.contentType) else { return .notJSON }
    }
    if let length = facts.contentLength, length > route.bodyLimit, route.guarding != .read {
      return .tooLarge(route.bodyLimit)
    }
    guard route.access == .anyone || session != nil else { return .signIn }
    guard route.access.admits(session?.role) else { return .notAllowed }
    if route.guarding == .token, route.access != .anyone {
      guard let token = facts.csrfToken, let session,
        Tokens.areEqual(Tokens.hash(token), session.csrfHash)
      else { return .staleToken }
    }
    return nil
  }

  /// Whether a write comes from a page of ours: its `Origin` has to be there and to be ours, and what the browser says
  /// about the site must not contradict.
  private func isSameOrigin(_ facts: RequestFacts, _ authority: Authority) -> Bool {
    if let site = facts.fetchSite, site != "same-origin" { return false }
    guard let origin = facts.origin.flatMap(Origin.init) else { return false }
    return origin == publicOrigin || origin.matches(authority)
  }

  /// Whether a type is `application/json`, with parameters or without.
  static func isJSON(_ type: String?) -> Bool {
    let essence = type?.split(separator: ";", omittingEmptySubsequences: false).first
    return essence?.filter { $0 != " " && $0 != "\t" }.lowercased() == "application/json"
  }
}
