import Foundation
import RLHFCore

/// A file whose bytes appear in memory without being read in first.
///
/// A change of those bytes in memory stays there: the file does not change. It is unmapped when the
/// last reference, or the last tensor over it, goes.
public final class MappedFile: @unchecked Sendable {
  /// Where the file is.
  public let path: String
  /// The size of the file in bytes.
  public let count: Int
  let base: UnsafeMutableRawPointer?

  /// Maps the file at `path`.
  ///
  /// - Throws: An `RLHFError` when the file is missing or cannot be read.
  public init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappedFile.failure("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw MappedFile.failure("read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RLHFError(.invalidData, "found '\(path)', which is no file; give the path of a file")
    }
    self.path = path
    count = Int(status.st_size)
    guard count > 0 else {
      base = nil
      return
    }
    let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw MappedFile.failure("map", path) }
    base = address
  }

  deinit {
    if let base { munmap(base, count) }
  }

  /// Calls `body` with the bytes of the file, which are valid during the call only.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(self) {
      try body(UnsafeRawBufferPointer(start: base, count: count))
    }
  }

  private static func failure(_ action: String, _ path: String) -> RLHFError {
    let number = errno
    return RLHFError(
      number == ENOENT ? .notFound : .inputOutput,
      "cannot \(action) '\(path)': \(String(cString: strerror(number)))")
  }
}
