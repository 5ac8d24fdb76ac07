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
    let parsed = try? JSONSerialization.jsonObject(with: line)
    guard let object = parsed as? [String: Any] else { throw failure("not a JSON object") }
    guard let step = (object["step"] as? NSNumber)?.intValue else {
      throw failure("no whole number \"step\"")
    }
    let nonFinite = object["nonFinite"] as? [String: String] ?? [:]
    var values: [String: Double] = [:]
    for (name, value) in object where !MetricsRecord.reservedNames.contains(name) {
      if let number = value as? NSNumber {
        values[name] = number.doubleValue
      } else if value is NSNull {
        values[name] = nonFinite[name].flatMap(Double.init) ?? .nan
      } else {
        throw failure("\"\(name)\" is not a number")
      }
    }
    return MetricsRecord(step: step, stage: object["stage"] as? String, values: values)
  }
}
