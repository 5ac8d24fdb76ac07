public import RLHFCore

/// What an account may do.
public enum StudioRole: String, Codable, Sendable, CaseIterable, Comparable {
  /// Answers tasks, and sees nothing but them and the own answers.
  case rater
  /// Sees all answers and results, and reviews.
  case reviewer
  /// Everything: people, settings, data in and out, training.
  case owner

  /// Whether the first may less than the second.
  public static func < (left: StudioRole, right: StudioRole) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .rater: 0
    case .reviewer: 1
    case .owner: 2
    }
  }
}

/// Somebody who may use the Studio.
public struct Account: Sendable, Hashable {
  /// The row of the rater.
  public var rater: Int64
  /// A name of the row that says nothing about it.
  public var id: String
  /// The name.
  public var name: String
  /// What the account may do.
  public var role: StudioRole
  /// Whether it may be used.
  public var isActive: Bool
  /// Whether it has a password.
  public var hasPassword: Bool
  /// When it was made, in milliseconds since 1970.
  public var created: Int64
}

/// Somebody who was asked to join.
public struct Invitation: Sendable, Hashable {
  /// A name of the invitation, which does not open it.
  public var id: String
  /// What those who accept may do.
  public var role: StudioRole
  /// The name for whom it is; whoever accepts chooses where there is none.
  public var name: String?
  /// How often it can still be accepted.
  public var uses: Int
  /// When it ends, in milliseconds since 1970.
  public var expires: Int64
  /// When it was made, in milliseconds since 1970.
  public var created: Int64
}

/// A browser that is signed in.
public struct Session: Sendable, Hashable {
  /// Whose it is.
  public var account: Account
  /// The hash of the token against forged requests.
  public var csrfHash: [UInt8]
  /// When it was opened, in milliseconds since 1970.
  public var created: Int64
  /// When it was last used, in milliseconds since 1970.
  public var seen: Int64
  /// When it ends, in milliseconds since 1970.
  public var expires: Int64
}

/// An entry of the trail of what was done to accounts, settings and data.
public struct AuditEntry: Sendable, Hashable {
  /// Its place in the trail.
  public var sequence: Int64
  /// When, in milliseconds since 1970.
  public var at: Int64
  /// Who did it.
  public var actor: String
  /// What was done.
  public var action: String
  /// To what.
  public var target: String
  /// More about it.
  public var details: JSONValue
}
