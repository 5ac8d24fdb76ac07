import Foundation
import RLHFCore
import Testing

@testable import FeedbackStore

/// Where a store under test lives: every test of the store runs on both.
enum Backend: CaseIterable, CustomStringConvertible {
  case memory
  case disk

  var description: String { self == .memory ? "memory" : "disk" }

  /// Runs `body` with an empty store.
  func run(_ body: (FeedbackStore) throws -> Void) throws {
    switch self {
    case .memory: try body(.inMemory())
    case .disk:
      try withFolder { try body(FeedbackStore(at: $0.appending(path: "feedback.sqlite"))) }
    }
  }
}

/// Runs `body` with an empty folder that goes afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// A prompt with more than a string in it.
struct Brief: Codable, Sendable, Hashable, ExpressibleByStringLiteral {
  var words: String
  var size: Double?

  init(_ words: String, size: Double? = nil) {
    self.words = words
    self.size = size
  }

  init(stringLiteral value: String) { self.init(value) }
}

typealias Pair = PreferencePair<Brief, String>

func pair(_ prompt: Brief, _ chosen: String, _ rejected: String) -> Pair {
  Pair(prompt: prompt, chosen: chosen, rejected: rejected)
}

/// A tally that is zero but for what `set` sets.
func tally(_ set: (inout Tally) -> Void) -> Tally {
  var tally = Tally()
  set(&tally)
  return tally
}

/// The error that `body` throws.
func thrown(
  _ sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> RLHFError? {
  #expect(throws: RLHFError.self, sourceLocation: sourceLocation) { try body() }
}

extension URL {
  /// Writes a file with this content and returns its place.
  func with(_ name: String, _ bytes: some Sequence<UInt8>) throws -> URL {
    let file = appending(path: name)
    try Data(bytes).write(to: file)
    return file
  }

  /// Writes a file with these lines and returns its place.
  func with(_ name: String, lines: [String]) throws -> URL {
    try with(name, lines.map { $0 + "\n" }.joined().utf8)
  }
}

/// What `gzip` makes of bytes.
func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
  try withFolder { folder in
    let file = try folder.with("plain", bytes)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-n", file.path]
    try process.run()
    process.waitUntilExit()
    return try Array(Data(contentsOf: folder.appending(path: "plain.gz")))
  }
}
