import Foundation
import RLHFCore
import TestSupport
import Testing

@testable import Alignment

@Suite("A run") struct RunLockTests {
  @Test("is one process's at a time, and anybody's after it ended")
  func lock() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(url: folder.url.appending(path: "ppo-1"))
    var session: RunSession? = try RunSession(
      starting: .ppo, in: run, settings: ProjectSettings(), inputs: [:])
    let error = #expect(throws: RLHFError.self) {
      try RunSession(resuming: .ppo, in: run, settings: ProjectSettings())
    }
    #expect(error?.code == .conflict)
    #expect(
      error?.message.contains("ppo-1 is being trained by the process \(getpid())") == true)
    #expect(session != nil)
    session = nil
    // What a process that was killed left behind keeps nobody out.
    session = try RunSession(resuming: .ppo, in: run, settings: ProjectSettings())
    try session?.interrupt()
    _ = try RunSession(resuming: .ppo, in: run, settings: ProjectSettings())
  }
}
