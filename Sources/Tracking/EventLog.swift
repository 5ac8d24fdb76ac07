public import Foundation
import RLHFCore
import Synchronization

/// A TensorBoard event file of one run of the program; a resumed run adds a file of its own to the folder.
///
/// On resuming, what earlier files hold beyond the checkpoint is removed, and the new file tells a TensorBoard
/// that is open to forget it: so the curves are those of an unbroken run.
public final class EventLog: Sendable {
  /// Where a checkpoint finds the events that were written until then.
  public struct Position: Sendable, Hashable, Codable {
    /// The name of the file that was being written.
    public var file: String
    /// Its length in bytes.
    public var byteCount: Int

    /// Creates a position.
    public init(file: String, byteCount: Int) {
      self.file = file
      self.byteCount = byteCount
    }
  }

  /// Where the file is.
  public let url: URL
  private let file: Mutex<AppendFile>
  private let now: @Sendable () -> Double

  /// Starts a new event file in `folder`, which exists.
  ///
  /// - Parameters:
  ///   - folder: The folder that TensorBoard is pointed at.
  ///   - step: The first step of a resumed run, `nil` for a run that follows on nothing.
  ///   - now: Seconds since 1970.
  /// - Throws: An `RLHFError` where the folder cannot be read or written.
  public init(
    in folder: URL, resumingAtStep step: Int? = nil,
    now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
  ) throws {
    let names = try Self.files(in: folder)
    let last = names.last.flatMap(Self.parse) ?? (seconds: 0, number: 0)
    let seconds = max(Int(now()), last.seconds)
    let number = String(last.number + 1)
    let padding = String(repeating: "0", count: max(0, 6 - number.count))
    url = folder.appendingPathComponent("\(Self.prefix)\(seconds).rlhf.\(padding)\(number)")
    self.now = now
    var opened = try AppendFile.open(url)
    try opened.append(EventRecord.fileVersion(time: now()))
    if let step { try opened.append(EventRecord.sessionStart(time: now(), step: step)) }
    file = Mutex(opened)
  }

  /// Where the log stands, once everything is on the disk: what a checkpoint notes.
  public func position() throws -> Position {
    try file.withLock {
      try $0.synchronize()
      return Position(file: url.lastPathComponent, byteCount: $0.count)
    }
  }

  /// Adds the figures of a step.
  public func scalars(_ values: [String: Double], step: Int) throws {
    guard !values.isEmpty else { return }
    try append(EventRecord.scalars(values, time: now(), step: step))
  }

  /// Adds a text, which TensorBoard shows as Markdown.
  public func text(_ name: String, _ text: String, step: Int) throws {
    try append(EventRecord.text(name, text, time: now(), step: step))
  }

  /// Adds the distribution of `values`; those that are not finite are left out.
  public func histogram(_ name: String, _ values: [Double], step: Int) throws {
    guard let record = EventRecord.histogram(name, values, time: now(), step: step) else { return }
    try append(record)
  }

  /// Removes what was written to the event files of `folder` after `position`; all of it where that is `nil`.
  public static func truncate(_ folder: URL, to position: Position?) throws {
    for name in try files(in: folder) {
      let url = folder.appendingPathComponent(name)
      if let position, name == position.file {
        var file = try AppendFile.open(url)
        try file.truncate(to: min(file.count, position.byteCount))
      } else if position.map({ name > $0.file }) ?? true {
        try FileManager.default.removeItem(at: url)
      }
    }
  }

  private static let prefix = "events.out.tfevents."

  private func append(_ record: [UInt8]) throws {
    try file.withLock { try $0.append(record) }
  }

  /// The names of this program's event files, oldest first, as TensorBoard orders them.
  private static func files(in folder: URL) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw RLHFError(
        .inputOutput, "Cannot read the folder \(folder.path) for TensorBoard events.", cause: error)
    }
    return names.filter { parse($0) != nil }.sorted()
  }

  private static func parse(_ name: String) -> (seconds: Int, number: Int)? {
    guard name.hasPrefix(prefix) else { return nil }
    let parts = name.dropFirst(prefix.count).split(separator: ".")
    guard parts.count == 3, parts[1] == "rlhf", let seconds = Int(parts[0]),
      let number = Int(parts[2])
    else { return nil }
    return (seconds, number)
  }
}
