import FeedbackStore
import Foundation
import RLHFCore
import Studio

/// Measures the Studio under load, and the store under a long queue; see README.md of this package.
@main struct Program {
  static func main() async throws {
    let arguments = Arguments(CommandLine.arguments.dropFirst())
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "studio-load-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    switch arguments.command {
    case "serve":
      try await ServerLoad(
        clients: arguments.number("clients", 64), seconds: arguments.number("seconds", 15),
        tasks: arguments.number("tasks", 10_000), think: arguments.number("think", 2000),
        idle: arguments.number("idle", 0)
      ).run(in: folder)
    case "store":
      try await StoreLoad(
        tasks: arguments.number("tasks", 100_000), answers: arguments.number("answers", 30_000)
      ).run(in: folder)
    default:
      FileHandle.standardError.write(
        Data(
          """
          usage: studio-load serve [clients 64] [seconds 15] [tasks 10000] [think 2000] [idle 0]
                 studio-load store [tasks 100000] [answers 30000]

          """.utf8))
      exit(2)
    }
  }
}

/// A command and pairs of a name and a number.
struct Arguments {
  let command: String?
  private var values: [String: Int] = [:]

  init(_ words: some Sequence<String>) {
    var words = Array(words)[...]
    command = words.popFirst()
    while let name = words.popFirst(), let value = words.popFirst().flatMap({ Int($0) }) {
      values[name] = value
    }
  }

  func number(_ name: String, _ usual: Int) -> Int { values[name] ?? usual }
}

/// Times in milliseconds.
struct Latencies {
  private var values: [Double] = []

  var count: Int { values.count }

  mutating func add(_ duration: Duration) { values.append(duration / .milliseconds(1)) }
  mutating func add(_ other: Latencies) { values += other.values }

  /// A line with the count, the quantiles and the largest.
  func line(_ name: String) -> String {
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }
    let figures = [0.5, 0.9, 0.99, 0.999].map(quantile) + [sorted.last ?? .nan]
    let texts = zip(["p50", "p90", "p99", "p99.9", "max"], figures).map {
      "\($0) \(String(format: "%.3f", $1))"
    }
    return "\(name): n \(values.count), \(texts.joined(separator: ", ")) ms"
  }
}

/// A project's tasks: pairs of texts as long as those of a chat.
enum Pairs {
  static func add(_ count: Int, overlap: Int, to store: FeedbackStore) throws {
    try store.addCriterion(
      StudioCriterion(id: "overall", title: "Overall", question: "Which is better?"))
    for start in stride(from: 0, to: count, by: 1000) {
      let samples = (start..<min(start + 1000, count)).flatMap { index in
        ["first", "second"].map { side in
          Sample(
            prompt: "Question \(index): " + words(60, index),
            artifact: "The \(side) answer to \(index): " + words(side == "first" ? 90 : 120, index))
        }
      }
      let rows = try store.addArtifacts(samples, origin: "model")
      try store.setPresentations(
        prompts: Dictionary(
          zip(rows, samples).map { ($0.prompt, [.text($1.prompt)]) }, uniquingKeysWith: { $1 }),
        artifacts: Dictionary(
          zip(rows, samples).map { ($0.artifact, [.text($1.artifact)]) }, uniquingKeysWith: { $1 }))
      try store.addTasks(
        stride(from: 0, to: rows.count, by: 2).map { index in
          TaskDraft(
            kind: .pair, criteria: ["overall"], prompt: rows[index].prompt,
            items: [rows[index].artifact, rows[index + 1].artifact], overlap: overlap)
        })
    }
  }

  private static func words(_ count: Int, _ seed: Int) -> String {
    (0..<count).map { "word\((seed * 31 + $0 * 17) % 997)" }.joined(separator: " ")
  }
}
