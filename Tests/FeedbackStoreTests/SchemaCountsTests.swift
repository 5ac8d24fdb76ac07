import Foundation
import GRDB
import Testing

@testable import FeedbackStore

/// The store of an earlier version keeps its slots, and counts them.
struct SchemaCountsTests {
  @Test func slotsOfBeforeAreKeptAndCounted() throws {
    try withFolder { folder in
      let file = folder.appending(path: "feedback.sqlite")
      do {
        let queue = try DatabaseQueue(path: file.path)
        try Schema.migrator.migrate(queue, upTo: "4-particulars")
        try queue.write { try $0.execute(sql: Self.before) }
      }
      let store = try FeedbackStore(at: file)
      try store.checkIntegrity()
      #expect(try store.progress(of: 1) == (answered: 2, available: 1))
      #expect(try store.progress(of: 2) == (answered: 0, available: 2))
      let free = try store.read {
        try Int.fetchAll($0, sql: "SELECT free FROM queue ORDER BY task")
      }
      #expect(free == [0, 1, 1])
      // Counting goes on from there.
      try store.releaseLease("c", rater: 1)
      #expect(try store.progress(of: 1) == (answered: 2, available: 1))
      #expect(try store.progress(of: 2) == (answered: 0, available: 2))
      let next = try store.nextTask(
        for: 1, now: Date(timeIntervalSince1970: 1_800_000_000))
      #expect(next?.task == "t3")
    }
  }

  /// Three tasks of two places: one is answered by two, one of whom is late, one by one, one is kept by one.
  private static let before = """
    INSERT INTO raters VALUES (1, 'a', 'person', 0), (2, 'b', 'person', 0), (3, 'c', 'person', 0),
      (4, 'd', 'person', 0);
    INSERT INTO prompts VALUES (1, x'00', '"p"', 'train', 'test', 0);
    INSERT INTO presentations (prompt, blocks) VALUES (1, '[]');
    INSERT INTO tasks (id, name, kind, criteria, prompt, labels, overlap, origin, round, created)
      VALUES (1, 't1', 'comment', '[]', 1, '[]', 2, 'test', 0, 0),
        (2, 't2', 'comment', '[]', 1, '[]', 2, 'test', 0, 0),
        (3, 't3', 'comment', '[]', 1, '[]', 2, 'test', 0, 0);
    INSERT INTO queue VALUES (1, 'work', 0, 1, 2), (2, 'work', 0, 2, 2), (3, 'work', 0, 3, 2);
    INSERT INTO slots VALUES
      (1, 'a', 1, 1, 'work', 0, '[]', 'surplus', 0, 0), (2, 'b', 1, 2, 'work', 0, '[]', 'lapsed', 0, 0),
      (3, 'd', 1, 3, 'work', 0, '[]', 'answered', 0, 0), (4, 'e', 1, 4, 'work', 0, '[]', 'answered', 0, 0),
      (5, 'f', 2, 1, 'work', 0, '[]', 'answered', 0, 0),
      (6, 'c', 3, 1, 'work', 0, '[]', 'held', 2000000000000, 0);
    """
}
