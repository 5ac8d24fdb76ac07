import Foundation

/// A value of a JSON oracle; `null` reads as not a number, "inf" and "-inf" as infinities.
struct StatisticsOracle {
  private let value: Any?

  /// The small copy that the repository holds.
  static let fixture = "Fixtures/oracles/algorithms/evaluation.json"
  /// Ends of ranges, by `Tests/Oracles/statistics.py`.
  static let edgeCases = "Fixtures/statistics/edge_cases.json"
  /// The file in the folder that `RLHF_ORACLES` names, `../shared/oracles` where it names none.
  static let shared = "algorithms/evaluation.json"
  /// Both files that hold every statistic.
  static let files = [fixture, shared]

  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Reads one of the files; `nil`, and a word of it, where the shared folder is not there.
  init?(_ file: String) throws {
    let folder: URL
    if file == Self.shared {
      let root = Self.tests.deletingLastPathComponent()
      let chosen = ProcessInfo.processInfo.environment["RLHF_ORACLES"]
      folder = URL(fileURLWithPath: chosen ?? "../shared/oracles", relativeTo: root)
      guard FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path) else {
        print("Skipped: no \(file) in \(folder.path); set RLHF_ORACLES to the folder of oracles.")
        return nil
      }
    } else {
      folder = Self.tests
    }
    let data = try Data(contentsOf: folder.appendingPathComponent(file))
    value = try JSONSerialization.jsonObject(with: data)
  }

  private init(value: Any?) { self.value = value }

  subscript(key: String) -> StatisticsOracle {
    StatisticsOracle(value: (value as? [String: Any])?[key])
  }

  var items: [StatisticsOracle] { (value as? [Any] ?? []).map(StatisticsOracle.init(value:)) }

  var number: Double {
    if let text = value as? String { return Double(text) ?? .nan }
    return (value as? NSNumber)?.doubleValue ?? .nan
  }

  var numbers: [Double] { items.map(\.number) }
}

/// Whether two numbers agree within an absolute or relative `tolerance`; both not a number agree.
func isClose(_ found: Double, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
  if found.isNaN || expected.isNaN { return found.isNaN && expected.isNaN }
  return found == expected || abs(found - expected) <= tolerance * max(1, abs(expected))
}

/// Whether two lists agree number by number.
func isClose(_ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-9) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { isClose($0, $1, tolerance) }
}
