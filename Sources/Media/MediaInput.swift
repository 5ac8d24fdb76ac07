import Foundation
import RLHFCore

/// Reading files of unknown make.
enum MediaInput {
  /// Recognises a file by its first bytes.
  static func format(of url: URL, name: String) throws -> MediaFormat {
    try MediaFormat(of: try read(url, upTo: MediaFormat.prefixLength), name: name)
  }

  /// The size of a file in bytes; folders, pipes and devices are refused.
  static func size(of url: URL) throws -> Int {
    let values: URLResourceValues
    do {
      values = try url.resolvingSymlinksInPath()
        .resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
    } catch {
      throw RLHFError(.notFound, "\(url.path) does not exist; expected a file there.")
    }
    guard values.isRegularFile == true, let size = values.fileSize else {
      throw RLHFError(
        .inputOutput, "\(url.path) is no ordinary file; expected an image or a sound.")
    }
    return size
  }

  /// The first `limit` bytes of a file, all of them where it has no more.
  static func read(_ url: URL, upTo limit: Int) throws -> [UInt8] {
    _ = try size(of: url)
    do {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      return Array(try handle.read(upToCount: limit) ?? Data())
    } catch {
      throw RLHFError(.inputOutput, "cannot read \(url.path).", cause: error)
    }
  }
}
