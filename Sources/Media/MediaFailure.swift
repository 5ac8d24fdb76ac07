import RLHFCore

/// The errors about files that cannot be shown or played.
enum MediaFailure {
  static func invalid(_ name: String, _ found: String, _ expected: String) -> RLHFError {
    RLHFError(
      .invalidData,
      "\(name) cannot be used: \(found); expected \(expected). Save the file again or leave it out."
    )
  }

  static func unsupported(_ name: String, _ found: String, _ remedy: String) -> RLHFError {
    RLHFError(.unsupported, "\(name) cannot be used: \(found). To use it, \(remedy).")
  }

  static func tooLarge(
    _ name: String, _ found: String, _ limit: String, _ key: String
  ) -> RLHFError {
    RLHFError(
      .invalidData,
      "\(name) has \(found); at most \(limit) are allowed. Make it smaller or raise \(key).")
  }
}
