public import Foundation

/// A folder of a test's own, removed when the last reference to it goes.
public final class TemporaryFolder: Sendable {
  /// Where the folder lies.
  public let url: URL

  /// Makes an empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("rlhf-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// The place of `name` in the folder.
  public func callAsFunction(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// The names of the files, in order.
  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}
