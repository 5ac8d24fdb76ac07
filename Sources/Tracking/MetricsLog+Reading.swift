public import Foundation
import RLHFCore

extension MetricsLog {
  /// Reads all records of the log at `url`; half a line at the end is passed over.
  public static func read(_ url: URL) throws -> [MetricsRecord] {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      let isMissing = !FileManager.default.fileExists(atPath: url.path)
      throw RLHFError(
        isMissing ? .notFound : .inputOutput,
        isMissing
          ? "There is no \(url.path); a run writes it from its first step on."
          : "Cannot read \(url.path).",
        cause: isMissing ? nil : error)
    }
    guard let end = data.lastIndex(of: 0x0a) else { return [] }
    let lines = data[..<end].split(separator: 0x0a, omittingEmptySubsequences: false)
    return try lines.enumerated().map { index, line in
      try record(line, file: url, line: index + 1)
    }
  }

  static func record(_ line: Data, file: URL, line number: Int) throws -> MetricsRecord {
    func failure(_ found: String) -> RLHFError {
      RLHFError(
        .invalidData,
        "\(file.path) line \(number): \(found); expected an object such as "
          + #"{"step":3,"objective/kl":0.25}; remove the line to go on without it."#)
    }
    guard let object = try? JSONDecoder().decode([String: Field].self, from: line) else {
      throw failure("not a JSON object")
    }
    guard case .number(let position)? = object["step"], let step = Int(exactly: position) else {
      throw failure("no whole number \"step\"")
    }
    var record = MetricsRecord(step: step, values: [:])
    if case .text(let name)? = object["stage"] { record.stage = name }
    var nonFinite: [String: String] = [:]
    if case .names(let names)? = object["nonFinite"] { nonFinite = names }
    for (name, field) in object where !MetricsRecord.reservedNames.contains(name) {
      switch field {
      case .number(let value): record.values[name] = value
      case .missing: record.values[name] = nonFinite[name].flatMap(Double.init) ?? .nan
      case .text, .names: throw failure("\"\(name)\" is not a number")
      }
    }
    return record
  }
}

/// What can stand behind a name in a line of the log.
private enum Field: Decodable {
  case number(Double)
  case missing
  case text(String)
  case names([String: String])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .missing
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      self = .names(try container.decode([String: String].self))
    }
  }
}
