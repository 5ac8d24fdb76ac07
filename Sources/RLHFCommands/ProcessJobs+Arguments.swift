import Alignment
import Foundation
import RLHFCore

extension ProcessJobs {
  /// The command line of a job; throws `invalidData` where the options make no sense.
  static func arguments(
    kind: String, options: [String: JSONValue], project: URL
  ) throws -> [String] {
    let reader = Options(kind: kind, values: options, project: project)
    let common = ["--project", project.path, "--json"]
    switch kind {
    case "round":
      try reader.accept(["comparisons", "overlap", "from", "force"])
      var arguments = ["round"] + common
      arguments += try reader.number("comparisons", 0...10_000, "--comparisons")
      arguments += try reader.number("overlap", 1...100, "--overlap")
      arguments += try reader.model("from", "--from", isNeeded: false)
      if case .bool(true)? = options["force"] { arguments.append("--force") }
      return arguments
    case "sample":
      try reader.accept(["checkpoint", "count"])
      return try ["sample"] + common + reader.model("checkpoint", "--from")
        + reader.number("count", 1...100, "--count")
    case "compare":
      try reader.accept(["first", "second", "count", "criterion", "overlap"])
      return try ["sample", "--queue"] + common + reader.model("first", "--from")
        + reader.model("second", "--against") + reader.number("count", 1...10_000, "--count")
        + reader.number("overlap", 1...100, "--overlap")
        + reader.identifier("criterion", "--criterion")
    default:
      throw RLHFError(
        .invalidData, "there is no job of this kind; expected 'round', 'sample' or 'compare'.")
    }
  }

  /// Reads what the page sent; nothing of it reaches a command line that is not a number or a name of the project's own.
  private struct Options {
    var kind: String
    var values: [String: JSONValue]
    var project: URL

    func accept(_ names: Set<String>) throws {
      guard Set(values.keys).isSubset(of: names) else {
        throw RLHFError(
          .invalidData,
          "a job '\(kind)' has an option that is not known; it knows \(names.sorted().joined(separator: ", "))."
        )
      }
    }

    func number(_ name: String, _ range: ClosedRange<Int>, _ option: String) throws -> [String] {
      guard let value = values[name], value != .null else { return [] }
      guard let number = value.integerValue, range.contains(number) else {
        throw RLHFError(
          .invalidData,
          "'\(name)' of a job is a whole number from \(range.lowerBound) to \(range.upperBound).")
      }
      return [option, String(number)]
    }

    func identifier(_ name: String, _ option: String) throws -> [String] {
      guard let value = values[name], value != .null else { return [] }
      guard let text = value.stringValue, !text.isEmpty, text.utf8.count <= 100,
        text.utf8.allSatisfy({ $0 == 0x2d || $0 == 0x5f || isAlphanumeric($0) }),
        !text.hasPrefix("-")
      else {
        throw RLHFError(
          .invalidData, "'\(name)' of a job is a short name of letters, digits, '-' and '_'.")
      }
      return [option, text]
    }

    /// `RUN` or `RUN/checkpoints/step-N` of the project, as the folder of its model.
    func model(_ name: String, _ option: String, isNeeded: Bool = true) throws -> [String] {
      guard let value = values[name], value != .null else {
        guard !isNeeded else {
          throw RLHFError(.invalidData, "a job '\(kind)' needs '\(name)': a checkpoint's id.")
        }
        return []
      }
      for run in ProjectFiles.runs(of: nil, in: project) {
        if value.stringValue == run.name { return [option, run.name] }
        for step in run.checkpointSteps()
        where value.stringValue == "\(run.name)/checkpoints/step-\(step)" {
          return [option, run.checkpoint(at: step).appending(path: "model").path]
        }
      }
      throw RLHFError(
        .notFound, "'\(name)' names no run and no checkpoint of the project.")
    }

    private func isAlphanumeric(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
      default: false
      }
    }
  }
}
