import FeedbackStore

/// Who may call a route.
enum Access: String, CaseIterable, Sendable {
  /// Whoever reaches the server.
  case anyone
  /// Whoever is signed in.
  case rater
  /// Reviewers and owners.
  case reviewer
  /// Owners.
  case owner

  /// Whether somebody of `role`, `nil` without a session, may call the route.
  func admits(_ role: StudioRole?) -> Bool {
    switch self {
    case .anyone: true
    case .rater: role.map { $0 >= .rater } ?? false
    case .reviewer: role.map { $0 >= .reviewer } ?? false
    case .owner: role.map { $0 >= .owner } ?? false
    }
  }
}

/// Whose objects a route reaches by the names in its path.
enum Reach: String, CaseIterable, Sendable {
  /// The path names nothing that belongs to somebody.
  case nobodys
  /// Only what belongs to the one who calls; for others it does not exist.
  case own
  /// What belongs to anybody.
  case everybodys
}

/// Against what a route that changes something is guarded, besides the host, the origin and the content type.
enum Guarding: String, CaseIterable, Sendable {
  /// It changes nothing.
  case read
  /// It opens a session; there is no token yet.
  case opensSession
  /// The token of the session has to come with it.
  case token
}

/// What is counted against floods.
enum RateClass: String, CaseIterable, Sendable {
  /// Signing in and joining, by address and by name.
  case signIn
  /// Anything written, by session.
  case write
}
