import Foundation
import TestSupport
import Testing

/// The built `rlhf`, run as a user runs it.
enum ProgramRun {
  struct Result {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The program beside the test bundle.
  static var url: URL {
    get throws {
      // The bundle's path stands in the arguments of the process that runs the tests.
      let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
      let folder = (bundle.map { URL(filePath: $0) } ?? Bundle.main.bundleURL)
        .deletingLastPathComponent()
      let candidates = [
        folder, Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent(),
      ]
      let found = candidates.map { $0.appending(path: "rlhf") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
      return try #require(found, "rlhf is not beside the tests in \(folder.path)")
    }
  }

  /// A process of `rlhf` with `arguments`, not yet started.
  static func process(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = try url
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs `rlhf` with `arguments` to its end, `input` as its standard input.
  static func run(_ arguments: String..., input: String = "") throws -> Result {
    try run(arguments, input: input)
  }

  /// Runs `rlhf` with `arguments` to its end, `input` as its standard input.
  static func run(_ arguments: [String], input: String = "") throws -> Result {
    let process = try process(arguments)
    // Files, not pipes: whatever is written, nobody waits.
    let folder = try TemporaryFolder()
    let (given, output, errors) = (folder("in"), folder("out"), folder("err"))
    for (url, text) in [(given, input), (output, ""), (errors, "")] {
      try Data(text.utf8).write(to: url)
    }
    process.standardInput = try FileHandle(forReadingFrom: given)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }
}
