public import FeedbackStore
public import Foundation
import RLHFCore
import Synchronization

/// The web application where people give feedback and owners review it, for one project.
///
/// It knows no domain and no tensors: what people see was stored when the tasks were made, and training runs in
/// processes that a ``JobRunner`` starts.
public struct Studio: Sendable {
  /// The store of the project.
  public let store: FeedbackStore
  /// The folder of the project, with `media/` and `runs/`.
  public let folder: URL
  /// How it is served.
  public let options: StudioOptions

  let writer: SubmissionWriter
  let jobs: any JobRunner
  let formats: StudioFormats
  let statistics: any DashboardStatistics
  let page: PageFiles
  let media: MediaFiles
  let runs: RunFiles
  let passwords: Passwords
  let limiter: RateLimiter
  let hub = EventHub()
  let cookie: SessionCookie
  let gate: RequestGuard
  let state: StudioState
  let now: @Sendable () -> Date

  /// Creates the Studio of the project in `folder`.
  ///
  /// `settings` are those of a project whose owner has changed none. `makeArtifact` turns a demonstration into an
  /// artifact of the domain. Throws `invalidConfiguration` where an option is impossible.
  public init(
    store: FeedbackStore, folder: URL, options: StudioOptions = StudioOptions(),
    settings: StudioSettings = StudioSettings(), jobs: (any JobRunner)? = nil,
    formats: StudioFormats = .none, statistics: (any DashboardStatistics)? = nil,
    makeArtifact: @escaping SubmissionWriter.ArtifactMaker = { _, _ in nil }
  ) throws {
    try self.init(
      store: store, folder: folder, options: options, settings: settings, jobs: jobs,
      formats: formats, statistics: statistics, makeArtifact: makeArtifact,
      passwords: Passwords(), page: PageFiles.bundled(), now: { Date() })
  }

  init(
    store: FeedbackStore, folder: URL, options: StudioOptions, settings: StudioSettings,
    jobs: (any JobRunner)?, formats: StudioFormats, statistics: (any DashboardStatistics)?,
    makeArtifact: @escaping SubmissionWriter.ArtifactMaker, passwords: Passwords,
    page: PageFiles, now: @escaping @Sendable () -> Date
  ) throws {
    var check = SettingsCheck(section: "studio")
    options.validate(&check)
    try check.finish(source: "the Studio's options")
    self.store = store
    self.folder = folder
    self.options = options
    self.jobs = jobs ?? NoJobs()
    self.formats = formats
    self.statistics = statistics ?? StandardStatistics()
    self.passwords = passwords
    self.page = page
    self.now = now
    writer = SubmissionWriter(store: store, makeArtifact: makeArtifact)
    media = MediaFiles(folder)
    runs = RunFiles(folder)
    limiter = RateLimiter(options)
    cookie = SessionCookie(options)
    gate = RequestGuard(
      hosts: HostNames(options), publicOrigin: options.publicOrigin.flatMap(Origin.init))
    state = StudioState(usual: settings)
  }

  /// A link by which the first owner joins; `nil` where there is an owner already, unless `always` is true.
  ///
  /// The link works once, within a day; it is made anew each time. `port` is the one that the Studio listens on, as
  /// ``run(handlingSignals:onBound:)`` tells it.
  public func ownerInvitation(port: Int? = nil, always: Bool = false) throws -> String? {
    let hasOwner = try store.accounts().contains { $0.role == .owner && $0.isActive }
    guard always || !hasOwner else { return nil }
    let token = Tokens.random()
    let time = now()
    try store.createInvitation(
      tokenHash: Tokens.hash(token), role: .owner, uses: 1,
      expires: time.addingTimeInterval(86_400), actor: "command line", now: time)
    return link(token, base: base(port: port))
  }

  /// Where browsers find the Studio.
  public func base(port: Int? = nil) -> String {
    if let origin = options.publicOrigin.flatMap(Origin.init) { return origin.description }
    let isEvery = ["0.0.0.0", "::", "[::]"].contains(options.host)
    let host = isEvery ? "localhost" : HostNames.bracketed(options.host)
    return "http://\(host):\(port ?? options.port)"
  }

  /// A link with a token behind `#`, which browsers keep to themselves: it stands in no log and no `Referer`.
  func link(_ token: String, base: String) -> String { "\(base)/join#\(token)" }

  /// Throws unless the Studio may be served where the options say.
  ///
  /// An address that others can reach needs an owner with a password: no link can be found there by whoever comes first.
  func checkAddress() throws {
    guard !options.isLoopback else { return }
    let isGuarded = try store.accounts().contains {
      $0.role == .owner && $0.isActive && $0.hasPassword
    }
    guard isGuarded else {
      throw RLHFError(
        .invalidConfiguration,
        "host is \(options.host), which others can reach, but no owner has a password. "
          + "Start the Studio on 127.0.0.1 first, and join with a password.")
    }
  }

  /// The settings in force.
  func settings() throws -> StudioSettings { try state.settings(store) }
}

/// What is remembered between requests.
final class StudioState: Sendable {
  private let usual: StudioSettings
  let sessions = SessionCache()
  private let known = Mutex<StudioSettings?>(nil)
  private let criteria = Mutex<(at: Date, list: [StudioCriterion])?>(nil)
  private let figures = Mutex<(at: Date, json: JSONValue)?>(nil)

  init(usual: StudioSettings) {
    self.usual = usual
  }

  private static let key = "page"

  func settings(_ store: FeedbackStore) throws -> StudioSettings {
    if let settings = known.withLock({ $0 }) { return settings }
    let stored = try store.setting(Self.key) ?? .object([:])
    let settings = try Settings.decode(stored, over: usual, source: "the store")
    known.withLock { $0 = settings }
    return settings
  }

  func change(_ settings: StudioSettings, _ store: FeedbackStore) throws {
    try store.setSetting(Self.key, to: settings.json)
    known.withLock { $0 = settings }
  }

  /// The criteria, looked up once a second: another process may add some.
  func criteria(_ store: FeedbackStore, now: Date) throws -> [StudioCriterion] {
    let recent = criteria.withLock { $0 }
    if let recent, now.timeIntervalSince(recent.at) < 1, now >= recent.at { return recent.list }
    let list = try store.criteria()
    criteria.withLock { $0 = (now, list) }
    return list
  }

  func forgetCriteria() { criteria.withLock { $0 = nil } }

  /// What `make` makes, or what it made less than two seconds ago: many may watch the same figures.
  func figures(now: Date, _ make: () throws -> JSONValue) throws -> JSONValue {
    let recent = figures.withLock { $0 }
    if let recent, now.timeIntervalSince(recent.at) < 2, now >= recent.at { return recent.json }
    let json = try make()
    figures.withLock { $0 = (now, json) }
    return json
  }
}
