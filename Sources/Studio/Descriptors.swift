#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many files and connections the process may have open at a time.
enum Descriptors {
  /// What is needed besides connections: the store's, the media's and the jobs' files.
  private static let others = 256

  /// Asks the system for as many descriptors as `connections` need; how many connections it then allows.
  static func allow(connections: Int) -> Int {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return connections }
    let wanted = rlim_t(connections + others)
    if limit.rlim_cur < wanted {
      limit.rlim_cur = min(wanted, limit.rlim_max)
      _ = setrlimit(resource, &limit)
      guard getrlimit(resource, &limit) == 0 else { return connections }
    }
    guard limit.rlim_cur < wanted else { return connections }
    return max(1, Int(limit.rlim_cur) - others)
  }

  #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let resource = RLIMIT_NOFILE
  #endif
}
