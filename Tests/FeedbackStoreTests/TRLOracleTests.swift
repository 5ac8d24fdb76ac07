import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

/// TRL reads what is exported for it, with its own code, where Python has it (`TRL_PYTHON` names another Python).
struct TRLOracleTests {
  @Test(arguments: ExportOptions.PreferenceForm.allCases)
  func readsTheFile(form: ExportOptions.PreferenceForm) throws {
    let store = try variedStore()
    try withFolder { folder in
      let file = folder.appending(path: "out.jsonl")
      var options = ExportOptions(format: .trl)
      options.form = form
      options.keepsTies = form == .explicit
      let manifest = try FeedbackExporter(store).run(to: file, options)
      guard let read = try load(file, form, folder) else { return }
      #expect(read["rows"]?.integerValue == manifest.rows)
      #expect(read["conversational"] == true)
      guard form != .unpaired else {
        let labels = read["labels"]?.arrayValue?.compactMap(\.boolValue) ?? []
        #expect(labels.count == 11 && labels.count { $0 } == 5)
        return
      }
      let pairs = read["pairs"]?.arrayValue ?? []
      #expect(
        pairs.first == [
          [["role": "user", "content": "q"]], [["role": "assistant", "content": "a"]],
          [["role": "assistant", "content": "b"]],
        ])
      #expect(read["unpaired"]?.integerValue == 2 * manifest.rows)
      if options.keepsTies { #expect(read["margin"]?.stringValue?.contains("float64") == true) }
    }
  }

  /// What TRL says of a file; `nil`, with a line in the output, where Python has no TRL.
  private func load(
    _ file: URL, _ form: ExportOptions.PreferenceForm, _ folder: URL
  ) throws -> JSONValue? {
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Oracles/trl_loads.py")
    let python = ProcessInfo.processInfo.environment["TRL_PYTHON"] ?? "python3"
    func run(_ arguments: [String], into output: URL) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [python] + arguments
      process.environment = ProcessInfo.processInfo.environment.merging(
        ["HF_HUB_OFFLINE": "1", "HF_HOME": folder.path]) { $1 }
      try Data().write(to: output)
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    let output = folder.appending(path: "output.json")
    guard try run(["-c", "import trl, datasets"], into: output) == 0 else {
      print("Not checked: \(python) has no trl and datasets; TRL_PYTHON may name one that has.")
      return nil
    }
    let cache = folder.appending(path: "cache").path
    let status = try run([script.path, file.path, form.rawValue, cache], into: output)
    #expect(status == 0, "TRL refused \(file.lastPathComponent)")
    return try JSONValue(parsing: Data(contentsOf: output))
  }
}
