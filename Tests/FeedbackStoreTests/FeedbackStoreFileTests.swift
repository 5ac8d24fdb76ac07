import Foundation
import GRDB
import RLHFCore
import Testing

@testable import FeedbackStore

struct FeedbackStoreFileTests {
  @Test func feedbackOutlivesTheObject() throws {
    try withFolder { folder in
      let file = folder.appending(path: "feedback.sqlite")
      for index in 0..<3 {
        let store = try FeedbackStore(at: file)
        try store.addPreferences([pair(Brief("\(index)"), "a", "b")], origin: "o")
      }
      let pairs: [Pair] = try FeedbackStore(at: file, creating: false).preferences()
      #expect(pairs.map(\.prompt.words) == ["0", "1", "2"])
    }
  }

  @Test func settingsThatKeepFeedbackSafeAreOn() throws {
    try withFolder { folder in
      let store = try FeedbackStore(at: folder.appending(path: "feedback.sqlite"))
      try store.addPrompts(["p"] as [Brief], source: "o")
      let (synchronous, journal, foreignKeys) = try store.database.writeWithoutTransaction { db in
        (
          try Int.fetchOne(db, sql: "PRAGMA synchronous"),
          try String.fetchOne(db, sql: "PRAGMA journal_mode"),
          try Int.fetchOne(db, sql: "PRAGMA foreign_keys")
        )
      }
      #expect(synchronous == 2)
      #expect(journal == "wal")
      #expect(foreignKeys == 1)
    }
  }

  @Test(arguments: [
    "prompts", "artifacts", "demonstrations", "comparisons", "judgments", "imports",
  ])
  func nothingIsChangedOrDeleted(table: String) throws {
    try withFolder { folder in
      let store = try filled(folder)
      for sql in ["DELETE FROM \(table)", "UPDATE \(table) SET created = 0"] {
        let error = thrown { try store.write { try $0.execute(sql: sql) } }
        let cause = "\(error?.cause as Any)"
        #expect(cause.contains("feedback is only ever added"))
      }
    }
  }

  private func filled(_ folder: URL) throws -> FeedbackStore {
    let store = try FeedbackStore(at: folder.appending(path: "feedback.sqlite"))
    let file = try folder.with("a.jsonl", lines: [#"{"prompt":"p","good":"a","bad":"b"}"#])
    _ = try Importer<Brief, String>.sample.run([file], into: store)
    try store.addDemonstrations([Demonstration(prompt: Brief("p"), artifact: "a")], source: "o")
    return store
  }

  @Test func aFullDiskLeavesWhatWasThere() throws {
    try withFolder { folder in
      let store = try FeedbackStore(at: folder.appending(path: "feedback.sqlite"))
      try store.addPreferences([pair("kept", "a", "b")], origin: "o")
      try store.database.writeWithoutTransaction { db in
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        try db.execute(sql: "PRAGMA max_page_count = \(pages + 4)")
      }
      let many = (0..<1000).map { pair(Brief("\($0)"), "a", "b") }
      let error = thrown { try store.addPreferences(many, origin: "o") }
      #expect(error?.code == .storageFull)
      #expect(
        error?.message
          == "there is no room to write \(store.name); nothing was added. Free some space and repeat."
      )
      #expect(error?.description.contains("SQLite error 13") == true)
      #expect(try store.preferences() == [pair("kept", "a", "b")])
      try store.database.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA max_page_count = 100000")
      }
      #expect(try store.addPreferences(many, origin: "o").judgments == 1000)
      try store.checkIntegrity()
    }
  }

  @Test func aStoreThatCannotBeWrittenSaysSo() throws {
    let store = try FeedbackStore.inMemory()
    try store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
    let error = thrown { try store.addPrompts(["p"] as [Brief], source: "o") }
    #expect(
      error?.message
        == "the store in memory cannot be written; expected a file and a folder with permission to write."
    )
  }

  @Test func filesThatAreNoStore() throws {
    try withFolder { folder in
      let words = try folder.with(
        "notes.md", Array("# Notes\n".utf8) + [UInt8](repeating: 65, count: 5000))
      #expect(
        thrown { _ = try FeedbackStore(at: words) }?.message
          == "\(words.path) is not a feedback store; expected an SQLite database.")
      #expect(try Data(contentsOf: words).count == 5008)

      let other = folder.appending(path: "other.sqlite")
      try DatabaseQueue(path: other.path).write { try $0.execute(sql: "CREATE TABLE birds (name)") }
      #expect(
        thrown { _ = try FeedbackStore(at: other) }?.message
          == "\(other.path) is a database of another program; expected a feedback store.")

      #expect(thrown { _ = try FeedbackStore(at: folder) }?.code == .inputOutput)
      let missing = folder.appending(path: "none.sqlite")
      #expect(thrown { _ = try FeedbackStore(at: missing, creating: false) }?.code == .notFound)
      let lost = folder.appending(path: "no/folder.sqlite")
      #expect(
        thrown { _ = try FeedbackStore(at: lost) }?.message
          == "\(lost.path) cannot be opened; expected a folder there, with permission to read and write."
      )
      #expect(!FileManager.default.fileExists(atPath: missing.path))
    }
  }

  @Test func aStoreOfANewerVersionIsLeftAlone() throws {
    try withFolder { folder in
      let store = try filled(folder)
      try store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9-later')") }
      let error = thrown { _ = try FeedbackStore(at: URL(filePath: store.name)) }
      #expect(error?.code == .unsupported)
      #expect(
        error?.message == "\(store.name) was written by a newer version of this program. "
          + "Update the program to open it.")
    }
  }

  @Test func damageIsFound() throws {
    try withFolder { folder in
      let file = folder.appending(path: "feedback.sqlite")
      do {
        let store = try FeedbackStore(at: file)
        try store.addPreferences((0..<500).map { pair(Brief("\($0)"), "a", "b") }, origin: "o")
        try store.checkIntegrity()
        try store.database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      }
      var bytes = try Data(contentsOf: file)
      let middle = bytes.count / 2
      bytes.replaceSubrange(middle..<middle + 20_000, with: Data(repeating: 0x5a, count: 20_000))
      try bytes.write(to: file)
      let error = thrown {
        let store = try FeedbackStore(at: file)
        try store.checkIntegrity()
      }
      #expect(error?.code == .invalidData)
      #expect(error?.message.contains("is damaged") == true)
    }
  }

  @Test func twoObjectsShareAFile() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "feedback.sqlite")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let store = try FeedbackStore(at: file)
          for index in 0..<25 {
            try store.addPreferences([pair(Brief("\(writer) \(index)"), "a", "b")], origin: "o")
          }
        }
      }
      try await group.waitForAll()
    }
    let pairs: [Pair] = try FeedbackStore(at: file).preferences()
    #expect(pairs.count == 100)
    for writer in 0..<4 {
      let own = pairs.filter { $0.prompt.words.hasPrefix("\(writer) ") }.map(\.prompt.words)
      #expect(own == (0..<25).map { "\(writer) \($0)" })
    }
  }

  @Test(arguments: Backend.allCases)
  func aStoreBelongsToOneDomain(backend: Backend) throws {
    try backend.run { store in
      try store.claim(domain: "calm-palettes")
      try store.claim(domain: "calm-palettes")
      let error = thrown { try store.claim(domain: "other") }
      #expect(error?.code == .invalidConfiguration)
      #expect(
        error?.message
          == "\(store.name) holds feedback of the domain 'calm-palettes', not 'other'. "
          + "Use another project folder, or set the domain back.")
    }
  }
}
