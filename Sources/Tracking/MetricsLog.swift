public import Foundation
import RLHFCore
import Synchronization

/// The file `metrics.jsonl`: one JSON object for each step of training.
///
/// The file holds nothing that differs between two runs of the same seed, such as times. A run that was killed
/// and resumed cuts it back to its checkpoint, and ends with the same bytes as an unbroken run.
public final class MetricsLog: Sendable {
  /// Where the file is.
  public let url: URL
  private let file: Mutex<AppendFile>

  /// Opens the log at `url` for appending, creating it where there is none.
  ///
  /// Half a line at the end, left by a process that was killed, is cut.
  public init(at url: URL) throws {
    var opened = try AppendFile.open(url)
    try opened.cutHalfLine()
    self.url = url
    file = Mutex(opened)
  }

  /// The length of the log in bytes: what a checkpoint notes.
  public var byteCount: Int { file.withLock { $0.count } }

  /// Appends one line.
  public func append(_ record: MetricsRecord) throws {
    try file.withLock { try $0.append("\(record.jsonLine)\n".utf8) }
  }

  /// Returns when all lines are on the disk.
  public func synchronize() throws {
    try file.withLock { try $0.synchronize() }
  }

  /// Cuts the log back to `offset`, the ``byteCount`` that a checkpoint noted.
  public func truncate(toByteOffset offset: Int) throws {
    try file.withLock { file in
      guard offset >= 0, offset <= file.count else {
        throw RLHFError(
          .invalidData,
          "\(url.path) has \(file.count) bytes, but the checkpoint was taken at byte \(offset); "
            + "it belongs to another run or was shortened since.")
      }
      let isLineEnd = try offset == 0 || file.read(offset - 1..<offset) == [0x0a]
      guard isLineEnd else {
        throw RLHFError(
          .invalidData,
          "\(url.path): byte \(offset), where the checkpoint was taken, is not the end of a line; "
            + "the file belongs to another run or was edited since.")
      }
      try file.truncate(to: offset)
    }
  }

  /// Cuts the log from the first line whose step is greater than `step`.
  ///
  /// - Parameters:
  ///   - step: The last step that stays.
  ///   - stage: The stage whose steps count; lines of other stages before the cut stay. `nil`: any stage's.
  /// - Throws: An `RLHFError` that names the line where one is not a record.
  public func truncate(afterStep step: Int, stage: String? = nil) throws {
    try file.withLock { file in
      let bytes = try file.read(0..<file.count)
      var offset = 0
      for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        .enumerated()
      where offset < bytes.count {
        let record = try Self.record(Data(line), file: url, line: index + 1)
        if record.step > step, stage == nil || record.stage == stage {
          return try file.truncate(to: offset)
        }
        offset += line.count + 1
      }
    }
  }
}
