import Foundation
import RLHFCore

/// The runs of a project as far as they are watched: what stands in their files, never a path that somebody sent.
struct RunFiles: Sendable {
  private let folder: URL

  init(_ project: URL) {
    folder = project.appending(path: "runs")
  }

  /// Whether every part of a run's name is a plain name.
  static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count)
      && parts.allSatisfy { part in
        (1...100).contains(part.utf8.count) && !part.hasPrefix(".")
          && part.utf8.allSatisfy(isPlain)
      }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// The runs, those written last first.
  func list() -> [JSONValue] {
    names().compactMap { name -> (Date, JSONValue)? in
      guard let run = run(name), let updated = updated(run) else { return nil }
      return (updated, describe(name, run, updated))
    }.sorted { $0.0 > $1.0 }.map(\.1)
  }

  /// Every run's name; a run may hold others, as a comparison does.
  private func names() -> [String] {
    entries(folder).flatMap { name in
      [name] + entries(folder.appending(path: name)).map { "\(name)/\($0)" }
    }
  }

  /// The folders in a folder, symbolic links left out.
  private func entries(_ url: URL) -> [String] {
    let keys: [URLResourceKey] = [.isDirectoryKey, .isSymbolicLinkKey]
    let found =
      (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: keys))
      ?? []
    return found.filter { entry in
      let values = try? entry.resourceValues(forKeys: Set(keys))
      return values?.isDirectory == true && values?.isSymbolicLink != true
    }.map(\.lastPathComponent).filter(Self.isName).sorted()
  }

  /// How often the newest reward model that was measured is right on held-out votes, by criterion: that of all under
  /// `all` where it has one criterion.
  func rewardAccuracy() -> [String: JSONValue] {
    let measured = entries(folder).compactMap { name -> (date: Date, report: JSONValue)? in
      guard let run = run(name), let date = updated(run),
        let file = try? Data(contentsOf: run.appending(path: "evaluation.json")),
        let report = try? JSONValue(parsing: file), report["trainingPairs"] != nil
      else { return nil }
      return (date, report)
    }
    guard let report = measured.max(by: { $0.date < $1.date })?.report else { return [:] }
    var found = (report["criteria"]?.objectValue ?? [:]).compactMapValues(Self.accuracy)
    found["all"] = report["heldOut"].flatMap(Self.accuracy)
    return found
  }

  private static func accuracy(_ evaluation: JSONValue) -> JSONValue? {
    guard let value = evaluation["accuracy"]?.doubleValue else { return nil }
    return [
      "value": .number(value), "low": evaluation["interval"]?["lower"] ?? .null,
      "high": evaluation["interval"]?["upper"] ?? .null, "n": evaluation["count"] ?? .null,
    ]
  }

  /// The folder of a run that is there; `nil` for any other name.
  private func run(_ name: String) -> URL? {
    guard Self.isName(name) else { return nil }
    var url = folder
    for part in name.split(separator: "/") {
      guard entries(url).contains(String(part)) else { return nil }
      url = url.appending(path: String(part))
    }
    let metrics = url.appending(path: "metrics.jsonl")
    let values = try? metrics.resourceValues(forKeys: [.isRegularFileKey, .isSymbolicLinkKey])
    return values?.isRegularFile == true && values?.isSymbolicLink != true ? url : nil
  }

  private func updated(_ run: URL) -> Date? {
    let metrics = run.appending(path: "metrics.jsonl")
    return try? metrics.resourceValues(forKeys: [.contentModificationDateKey])
      .contentModificationDate
  }

  private func describe(_ name: String, _ run: URL, _ updated: Date) -> JSONValue {
    let file = try? Data(contentsOf: run.appending(path: "run.json"))
    let state = file.flatMap { try? JSONValue(parsing: $0) } ?? .object([:])
    let checkpoints = entries(run.appending(path: "checkpoints")).compactMap { entry in
      entry.hasPrefix("step-") ? Int(entry.dropFirst("step-".count)) : nil
    }.sorted()
    let last = lastStep(run)
    var choices = checkpoints.map { step -> JSONValue in
      ["id": .string("\(name)/checkpoints/step-\(step)"), "step": .integer(step)]
    }
    // A finished run keeps few checkpoints; its model goes by the name of the run.
    if entries(run).contains("model") {
      choices.append(["id": .string(name), "step": .integer(last ?? checkpoints.last ?? 0)])
    }
    return [
      "name": .string(name),
      "stage": state["stage"]?.stringValue.map(JSONValue.string)
        ?? .string(String(name.prefix { $0 != "-" })),
      "state": state["status"]?.stringValue.map(JSONValue.string) ?? .null,
      "updated": .string(Timestamp.text(updated)),
      "steps": last.map(JSONValue.integer) ?? .null, "checkpoints": .array(choices),
      "summary": state["summary"] ?? .object([:]),
    ]
  }

  private func lastStep(_ run: URL) -> Int? {
    guard let (size, handle) = open(run) else { return nil }
    defer { try? handle.close() }
    let start = max(0, size - 16_384)
    guard (try? handle.seek(toOffset: UInt64(start))) != nil,
      let tail = try? handle.readToEnd()
    else { return nil }
    return tail.split(separator: UInt8(ascii: "\n")).reversed().lazy
      .compactMap { try? JSONValue(parsing: $0)["step"]?.integerValue }.first
  }

  private func open(_ run: URL) -> (Int, FileHandle)? {
    guard let handle = try? FileHandle(forReadingFrom: run.appending(path: "metrics.jsonl")),
      let size = try? handle.seekToEnd()
    else { return nil }
    return (Int(size), handle)
  }

  /// The lines of a run's `metrics.jsonl` from byte `offset` on, whole ones alone, and where the next begins.
  ///
  /// A run that was taken back to a checkpoint has a shorter file: then reading starts again.
  func metrics(_ name: String, after offset: Int) throws -> (rows: [JSONValue], next: Int) {
    guard let run = run(name), let (size, handle) = open(run) else { throw Refusal.nothingHere }
    defer { try? handle.close() }
    let start = offset > size ? 0 : offset
    try handle.seek(toOffset: UInt64(start))
    let bytes = try handle.read(upToCount: 4_194_304) ?? Data()
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return ([], start) }
    let rows = bytes[..<end].split(separator: UInt8(ascii: "\n"))
      .compactMap { try? JSONValue(parsing: $0) }
    return (rows, start + (end - bytes.startIndex) + 1)
  }
}
