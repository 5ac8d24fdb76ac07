public import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes files so that a reader, a crash or a full disk never meets half of one.
///
/// The new content goes to a hidden temporary name in the same folder, is synced to the disk, and takes the
/// final name by `rename`; then the folder is synced. When anything fails before that, the temporary file is
/// removed and what was there before is untouched. A symbolic link is followed and stays one.
public enum AtomicFile {
  /// Writes `data` to `url`, replacing what is there.
  public static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { writer in try writer.write(data) }
  }

  /// Writes `string` as UTF-8 to `url`, replacing what is there.
  public static func write(_ string: String, to url: URL) throws {
    try write(Data(string.utf8), to: url)
  }

  /// Writes what `body` hands to its writer to `url`, replacing what is there unless `body` throws.
  public static func write<Result>(
    to url: URL, _ body: (inout Writer) throws -> Result
  ) throws -> Result {
    let target = url.resolvingSymlinksInPath()
    let temporary = temporaryName(besides: target)
    let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("write", target) }
    var writer = Writer(descriptor: descriptor, target: target)
    var isOpen = true
    do {
      let result = try body(&writer)
      var status = stat()
      if stat(target.path, &status) == 0 { _ = fchmod(descriptor, status.st_mode & 0o7777) }
      guard fsync(descriptor) == 0 else { throw failure("write", target) }
      isOpen = false
      guard close(descriptor) == 0 else { throw failure("write", target) }
      guard rename(temporary.path, target.path) == 0 else { throw failure("write", target) }
      synchronize(folder: target.deletingLastPathComponent())
      return result
    } catch {
      if isOpen { _ = close(descriptor) }
      _ = unlink(temporary.path)
      throw error
    }
  }

  /// Makes a folder whose files appear at `url` together: `body` fills a temporary folder beside it, which is
  /// synced and then takes the name, in place of a folder that is there.
  public static func writeFolder<Result>(
    at url: URL, _ body: (_ temporary: URL) throws -> Result
  ) throws -> Result {
    let target = url.resolvingSymlinksInPath()
    let temporary = temporaryName(besides: target)
    guard mkdir(temporary.path, 0o777) == 0 else { throw failure("create", target) }
    do {
      let result = try body(temporary)
      try synchronize(tree: temporary)
      var status = stat()
      if stat(target.path, &status) == 0 {
        let old = temporaryName(besides: target)
        guard rename(target.path, old.path) == 0 else { throw failure("replace", target) }
        guard rename(temporary.path, target.path) == 0 else {
          let error = failure("replace", target)
          _ = rename(old.path, target.path)
          throw error
        }
        try? FileManager.default.removeItem(at: old)
      } else {
        guard rename(temporary.path, target.path) == 0 else { throw failure("create", target) }
      }
      synchronize(folder: target.deletingLastPathComponent())
      return result
    } catch {
      try? FileManager.default.removeItem(at: temporary)
      throw error
    }
  }

  /// Makes `folder`, and those above it, where they are missing.
  public static func makeFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw RLHFError(.inputOutput, "cannot create the folder \(folder.path).", cause: error)
    }
  }

  /// Removes the temporary files and folders that a killed process left in `folder`; nobody may be writing there.
  public static func removeLeftovers(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(".") && name.hasSuffix(".tmp") {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  /// Takes the content of a file that is being written.
  public struct Writer {
    /// The open descriptor of the temporary file.
    public let descriptor: Int32
    /// How many bytes were written so far.
    public private(set) var count = 0
    private let target: URL

    fileprivate init(descriptor: Int32, target: URL) {
      self.descriptor = descriptor
      self.target = target
    }

    /// Appends all of `bytes`.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        #if canImport(Glibc)
          let written = Glibc.write(descriptor, part.baseAddress, part.count)
        #else
          let written = Darwin.write(descriptor, part.baseAddress, part.count)
        #endif
        if written < 0 {
          if errno == EINTR { continue }
          throw AtomicFile.failure("write", target)
        }
        rest = rest.dropFirst(written)
        count += written
      }
    }

    /// Appends all of `data`.
    public mutating func write(_ data: Data) throws {
      try data.withUnsafeBytes { bytes in try write(bytes) }
    }
  }

  private static func temporaryName(besides target: URL) -> URL {
    let unique = UInt64.random(in: 0 ... .max)
    return target.deletingLastPathComponent().appendingPathComponent(
      ".\(target.lastPathComponent).\(String(unique, radix: 36)).tmp")
  }

  private static func failure(_ verb: String, _ target: URL) -> RLHFError {
    let code = errno
    let advice =
      switch code {
      case ENOSPC, EDQUOT: "; free some space or choose another folder"
      case ENOENT: "; create the folder \(target.deletingLastPathComponent().path) first"
      case EACCES, EPERM, EROFS: "; choose a folder that you may write to"
      default: ""
      }
    return RLHFError(
      .inputOutput,
      "Cannot \(verb) \(target.path): \(String(cString: strerror(code))); "
        + "nothing that was there has changed\(advice).")
  }

  /// Syncs a folder's entries; not every file system can, so a failure is no error.
  private static func synchronize(folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    _ = close(descriptor)
  }

  private static func synchronize(tree: URL) throws {
    let entries = try FileManager.default.contentsOfDirectory(
      at: tree, includingPropertiesForKeys: [.isDirectoryKey])
    for entry in entries {
      if try entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
        try synchronize(tree: entry)
      } else {
        let descriptor = open(entry.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { continue }
        let status = fsync(descriptor)
        let error = status == 0 ? nil : failure("write", entry)
        _ = close(descriptor)
        if let error { throw error }
      }
    }
    synchronize(folder: tree)
  }
}
