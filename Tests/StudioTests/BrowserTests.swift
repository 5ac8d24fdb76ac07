import FeedbackStore
import Foundation
import Media
import Presentation
import RLHFCore
import TestSupport
import Testing

@testable import Studio

/// A headless Chromium joins by invitation and rates texts, pictures and sounds by keys; see Tests/Browser.
struct BrowserTests {
  static let scripts = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Browser")

  static let isPossible = ["python3", ""].allSatisfy { name in
    let names = name.isEmpty ? ["chromium", "chromium-browser", "google-chrome"] : [name]
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { folder in
      names.contains { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
    }
  }

  @Test(
    .enabled(
      if: isPossible, "SKIPPED: the browser test needs python3 and chromium, which are not here"),
    .timeLimit(.minutes(5)))
  func aRaterAndAnOwnerAtWork() async throws {
    let site = try Site(onDisk: true) { options, settings in
      options.port = 0
      settings.title = "Browser test"
      settings.guidelines = "Choose what **helps** most.\n\n- A tie is an answer."
      settings.mustHear = 0.6
      settings.exposure = 0.2
      settings.rules.uniformShare = 0
    }
    let count = try BrowserTasks(site: site).add()
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    let serving = Task {
      try await site.studio.run(handlingSignals: false) { told.yield($0) }
    }
    defer { serving.cancel() }
    let port = try #require(await ports.first { _ in true })

    let owner = try #require(try site.studio.ownerInvitation(port: port))
    let token = Tokens.random()
    try site.store.createInvitation(
      tokenHash: Tokens.hash(token), role: .rater, expires: site.now + 3600, actor: "test",
      now: site.now)
    var arguments = [
      "python3", Self.scripts.appending(path: "scenario.py").path,
      "--rater", "http://127.0.0.1:\(port)/join#\(token)", "--owner", owner, "--tasks",
      String(count),
    ]
    if let shots = ProcessInfo.processInfo.environment["STUDIO_SHOTS"] {
      arguments += ["--shots", shots]
    }
    let (status, output) = try await run(arguments)
    #expect(status == 0, "\(output)")

    var filter = AnswerFilter()
    filter.limit = 500
    filter.rater = try #require(
      try site.store.accounts().first { $0.name == "Rater of the test" }
    ).rater
    let rows = try site.store.answers(filter)
    #expect(rows.count == count)
    #expect(Set(rows.map(\.answer.task)).count == count)
    let waited = rows.filter { $0.answer.behaviour["queued"]?.boolValue == true }
    #expect(waited.count >= 2, "answers given without network say so")
    #expect(rows.allSatisfy { $0.answer.behaviour["input"]?.stringValue == "key" })
    let attended = rows.compactMap { $0.answer.behaviour["dwellMs"]?.arrayValue }
    #expect(attended.count == rows.count, "how long each item was attended to")
    let exposures = rows.compactMap { $0.answer.behaviour["exposureMs"]?.integerValue }
    #expect(exposures.count == 2 && exposures.allSatisfy { (200...2000).contains($0) })
    let heard = rows.compactMap { $0.answer.behaviour["playedMs"]?.arrayValue }
    #expect(!heard.isEmpty)
    #expect(heard.allSatisfy { $0.allSatisfy { ($0.integerValue ?? 0) >= 500 } })
  }

  /// Runs a program and gives its status and all that it said.
  private func run(_ arguments: [String]) async throws -> (Int32, String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    return try await withCheckedThrowingContinuation { continuation in
      do { try process.run() } catch { return continuation.resume(throwing: error) }
      // The pipe is read on a thread of its own: it would fill up while the process goes on.
      Thread.detachNewThread {
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        continuation.resume(
          returning: (process.terminationStatus, String(decoding: data, as: UTF8.self)))
      }
    }
  }
}

/// The tasks of the browser test: hostile texts, pictures and sounds that the test makes itself.
struct BrowserTasks {
  let site: Site

  /// Adds all tasks and says how many.
  func add() throws -> Int {
    let payloads = try JSONDecoder().decode(
      [String].self,
      from: Data(contentsOf: BrowserTests.scripts.appending(path: "hostile.json")))
    try site.store.addCriterion(
      StudioCriterion(id: "friendly", title: payloads[0], question: payloads[1]))
    var drafts: [TaskDraft] = []
    func add(
      _ kind: TaskKind, _ prompt: [ContentBlock], _ items: [[ContentBlock]],
      criteria: [String] = ["overall"], labels: [String] = [], question: String? = nil
    ) throws {
      let name = "task \(drafts.count)"
      // A demonstration has no item; its prompt comes with one that is not shown.
      let samples = max(1, items.count)
      let rows = try site.store.addArtifacts(
        (0..<samples).map { Sample(prompt: name, artifact: "\(name), item \($0)") },
        origin: "model-with-a-secret-name")
      try site.store.setPresentations(
        prompts: [rows[0].prompt: prompt],
        artifacts: Dictionary(
          uniqueKeysWithValues: zip(rows, items).map { ($0.artifact, $1) }))
      drafts.append(
        TaskDraft(
          kind: kind, criteria: criteria, prompt: rows[0].prompt,
          items: items.isEmpty ? [] : rows.map(\.artifact), labels: labels, question: question))
    }
    for (index, payload) in payloads.enumerated() {
      let other = payloads[(index + 1) % payloads.count]
      try add(
        .pair, [.turn(role: payload, text: other), .text(payload)],
        [
          [.markdown(payload), .text(other)], [.text(payload), .turn(role: other, text: payload)],
        ],
        question: index % 2 == 0 ? payload : nil)
    }
    let images = try (0..<7).map { try media(TestPicture(seed: $0).png, "picture.png") }
    let sounds = try [220, 330, 440, 550, 660].map {
      try media(TestSound(tone: $0).wav, "sound.wav")
    }
    for (index, payload) in payloads.prefix(3).enumerated() {
      try add(
        .pair, [.text("A harbour at dusk")],
        [[.image(images[index], alt: payload)], [.image(images[index + 1], alt: "A harbour")]],
        question: "Which picture looks more real?")
    }
    for index in 0..<2 {
      try add(
        .pair, [.text("A calm evening")],
        [[.audio(sounds[index])], [.audio(sounds[index + 1])]],
        question: "Which sound is calmer?")
    }
    try add(
      .pair, [.audio(sounds[4])], [[.audio(sounds[2])], [.audio(sounds[3])]],
      question: "Which sound is nearer to the reference?")
    for base in 0..<2 {
      try add(
        .ranking, [.text("Say something about harbours.")],
        (0..<4).map { [.markdown("Answer \(base * 4 + $0) **about** harbours. \(payloads[$0])")] })
    }
    try add(.rating, [], [[.audio(sounds[0])]], criteria: ["overall", "friendly"])
    try add(
      .labels, [], [[.image(images[5], alt: "")]], criteria: [], labels: ["calm", payloads[1]])
    try add(
      .realOrGenerated, [], [[.image(images[5], alt: "One")], [.image(images[6], alt: "Other")]],
      criteria: [])
    try add(.realOrGenerated, [], [[.image(images[6], alt: "One")]], criteria: [])
    try add(.comment, [.text("What is rain?")], [[.markdown("Water.")]], criteria: [])
    try add(.demonstration, [.turn(role: "user", text: "What is rain?")], [], criteria: [])
    let tasks = try site.store.addTasks(drafts, now: site.now)
    // One of each sort comes first, so that texts are left for what the scenario does with texts.
    let first = [
      drafts.firstIndex { $0.kind == .pair },
      drafts.firstIndex { $0.question?.contains("picture") == true },
      drafts.firstIndex { $0.question?.contains("sound") == true },
      drafts.firstIndex { $0.kind == .ranking },
    ].compactMap { $0 }
    try site.store.setPriorities(
      Dictionary(
        uniqueKeysWithValues: first.enumerated().map { (tasks[$1].row, Double(10 - $0)) }))
    return drafts.count
  }

  private func media(_ bytes: [UInt8], _ name: String) throws -> MediaReference {
    let entry = try MediaFolder(site.folder("media")).add(bytes, name: name)
    let analysis = entry.analysis
    try site.store.addMedia([
      MediaFile(
        sha256: entry.sha256, type: analysis.type, bytes: analysis.bytes, width: analysis.width,
        height: analysis.height, duration: analysis.duration, loudness: analysis.loudness,
        peak: analysis.peak, peaks: (analysis.peaks ?? []).map(Float.init))
    ])
    return MediaReference(sha256: entry.sha256, type: analysis.type)
  }
}
