import Foundation
import RLHFCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Keeps a run folder for one process: a second one that would write its metrics and checkpoints is refused.
///
/// The lock is the open file's (`flock`), so it goes with the process however that ends; the file that stays behind says
/// nothing.
final class RunLock {
  private let descriptor: Int32

  /// Takes the folder; throws where another process, or another session of this one, has it.
  init(_ run: RunFolder) throws {
    let path = run.url.appending(path: ".lock").path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RLHFError(
        .inputOutput, "\(path) cannot be written; make \(run.url.path) writable and resume again.")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      close(descriptor)
      let process = holder.isEmpty ? "another process" : "the process \(holder)"
      throw RLHFError(
        .conflict,
        "\(run.name) is being trained by \(process). Wait until it ends, or stop it, and resume again."
      )
    }
    let holder = Array(String(getpid()).utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, holder, holder.count, 0)
  }

  deinit { close(descriptor) }
}
