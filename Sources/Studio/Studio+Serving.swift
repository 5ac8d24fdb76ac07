import FeedbackStore
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import RLHFCore
import ServiceLifecycle
import UnixSignals

extension Studio {
  /// Serves until the task is cancelled or, where `handlingSignals` is true, the process is asked to end.
  ///
  /// What is under way is answered before this returns. `onBound` gets the port as soon as requests are accepted.
  public func run(
    handlingSignals: Bool = true,
    onBound: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) async throws {
    try checkAddress()
    media.removeLeftovers()
    let server = application(onBound: onBound)
    let group = ServiceGroup(
      configuration: configuration(of: server, handlingSignals: handlingSignals))
    let serving = Task { try await group.run() }
    let telling = Task { await tell() }
    defer { telling.cancel() }
    do {
      try await withTaskCancellationHandler {
        try await serving.value
      } onCancel: {
        Task { await group.triggerGracefulShutdown() }
      }
    } catch let error as IOError {
      throw RLHFError(
        .inputOutput,
        "the Studio cannot listen on \(options.host), port \(options.port); "
          + "choose another port, or stop what listens there.", cause: error)
    }
  }

  private func configuration(
    of server: some Service, handlingSignals: Bool
  ) -> ServiceGroupConfiguration {
    var configuration = ServiceGroupConfiguration(
      services: [server], gracefulShutdownSignals: handlingSignals ? [.sigterm, .sigint] : [],
      logger: Self.silent)
    configuration.maximumGracefulShutdownDuration = .seconds(options.stopSeconds)
    return configuration
  }

  /// The server as Hummingbird runs it.
  func application(
    onBound: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> Application<StudioResponder> {
    let (options, requestSeconds) = (options, options.requestSeconds)
    return Application(
      responder: StudioResponder(self),
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [RequestDeadline(seconds: requestSeconds)],
          idleTimeout: .milliseconds(Int64(options.idleSeconds * 1000)),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: options.headerBytes, maxHeaderListSize: options.headerBytes,
            maxHeaderFieldCount: 100))),
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port), serverName: nil, backlog: 256,
        availableConnectionsDelegate: .maximum(
          Descriptors.allow(connections: options.connections), logger: Self.silent)),
      onServerRunning: { channel in await onBound(channel.localAddress?.port ?? options.port) },
      logger: Self.silent)
  }

  /// Passes on how jobs change, and a sign of life, so that connections that are gone are noticed.
  private func tell() async {
    await withDiscardingTaskGroup { group in
      group.addTask {
        for await job in jobs.changes() {
          hub.send(ServerEvent(name: "job", data: json(of: job)))
        }
      }
      group.addTask {
        while (try? await Task.sleep(for: .seconds(15))) != nil {
          hub.send(ServerEvent(name: "ping", data: [:]))
        }
      }
    }
  }

  /// A library never prints.
  private static let silent = Logger(label: "rlhf.studio") { _ in SwiftLogNoOpLogHandler() }
}
