/// What people perceive in a file.
public enum MediaKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Something to look at.
  case image
  /// Something to listen to.
  case audio
}
