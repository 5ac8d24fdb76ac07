import GRDB
public import RLHFCore

/// A prompt or an artifact with its row.
public struct StoredValue<Value: Sendable>: Sendable {
  /// The row.
  public var row: Int64
  /// What is stored.
  public var value: Value
}

/// Where an artifact and its prompt are kept.
public struct ArtifactRow: Sendable, Hashable {
  /// The row of the prompt.
  public var prompt: Int64
  /// The row of the artifact.
  public var artifact: Int64
}

/// A comparison that was judged, with the rows of its sides.
public struct JudgedComparison<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// The row of the artifact that is first in canonical order.
  public var first: Int64
  /// The row of the other artifact.
  public var second: Int64
  /// What was compared, in canonical order.
  public var comparison: Comparison<Prompt, Artifact>
}

/// A comparison that waits in the queue, by rows.
public struct QueuedPair: Sendable, Hashable {
  /// The row of its task.
  public var task: Int64
  /// The criterion, by its id.
  public var criterion: String
  /// The row of the artifact that is first in canonical order.
  public var first: Int64
  /// The row of the other artifact.
  public var second: Int64
}

/// A comparison that waits in the queue.
public struct QueuedComparison<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// The row of its task.
  public var task: Int64
  /// What is compared, in canonical order.
  public var comparison: Comparison<Prompt, Artifact>
}

extension FeedbackStore {
  /// Adds artifacts that nobody said anything of, and returns where they are; the same content stays where it is.
  @discardableResult
  public func addArtifacts<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ samples: [Sample<Prompt, Artifact>], origin: String, round: Int = 0,
    split: SplitRule = .standard
  ) throws -> [ArtifactRow] {
    let context = StoreWriter.Context(source: origin, round: round, split: split)
    return try write { db in
      let writer = StoreWriter(db, files: files)
      return try samples.map { sample in
        let prompt = try writer.prompt(writer.payload(sample.prompt), context)
        let artifact = try writer.artifact(writer.payload(sample.artifact), for: prompt, context)
        return ArtifactRow(prompt: prompt, artifact: artifact)
      }
    }
  }

  /// Adds comparisons for people to judge; the sides may come from different makers.
  ///
  /// Comparisons of equal sides are counted and not kept.
  @discardableResult
  public func addComparisons<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ comparisons: [Comparison<Prompt, Artifact>], first: String, second: String, round: Int,
    split: SplitRule = .standard
  ) throws -> Tally {
    try write { db in
      let writer = StoreWriter(db, files: files)
      let context = StoreWriter.Context(source: first, round: round, split: split)
      let other = StoreWriter.Context(source: second, round: round, split: split)
      for comparison in comparisons {
        let sides = try [comparison.first, comparison.second].map(writer.payload)
        if sides[0].hash == sides[1].hash {
          writer.tally.equalSides += 1
          continue
        }
        let prompt = try writer.prompt(writer.payload(comparison.prompt), context)
        _ = try writer.comparison(
          prompt: prompt, first: writer.artifact(sides[0], for: prompt, context),
          second: writer.artifact(sides[1], for: prompt, other), context)
      }
      return writer.tally
    }
  }

  /// The prompts that nobody said yet how to show: of comparisons that nobody judged by `criterion`, and of `split`.
  public func unpresentedPrompts<Prompt: Codable & Sendable>(
    forUnjudged criterion: String, split: Split? = nil
  ) throws -> [StoredValue<Prompt>] {
    try values(
      "prompt",
      """
      SELECT id, payload FROM prompts WHERE (split = ?2 OR EXISTS (
        SELECT 1 FROM comparisons WHERE comparisons.prompt = prompts.id AND \(Self.isUnjudged)))
      AND NOT EXISTS (SELECT 1 FROM presentations WHERE presentations.prompt = prompts.id)
      ORDER BY id
      """, [criterion, split?.rawValue])
  }

  /// The artifacts of comparisons that nobody judged by `criterion` of which nobody said yet how to show them.
  public func unpresentedArtifacts<Artifact: Codable & Sendable>(
    forUnjudged criterion: String
  ) throws -> [StoredValue<Artifact>] {
    try values(
      "artifact",
      """
      SELECT id, payload FROM artifacts WHERE id IN (
        SELECT first FROM comparisons WHERE \(Self.isUnjudged)
        UNION SELECT second FROM comparisons WHERE \(Self.isUnjudged))
      AND NOT EXISTS (SELECT 1 FROM presentations WHERE presentations.artifact = artifacts.id)
      ORDER BY id
      """, [criterion])
  }

  /// A comparison of which no judgment by the criterion ?1 stands that says something.
  static let isUnjudged = """
    NOT EXISTS (
      SELECT 1 FROM judgments WHERE comparison = comparisons.id AND criterion = ?1
        AND verdict <> 'skip' AND NOT EXISTS (
          SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id))
    """

  /// The rows of the prompts of a split for which nobody demonstrated anything and no such task waits.
  public func promptsToDemonstrate(_ split: Split, limit: Int) throws -> [Int64] {
    try read { db in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT id FROM prompts WHERE split = ? AND NOT EXISTS (
            SELECT 1 FROM demonstrations JOIN artifacts ON artifacts.id = artifact
            WHERE artifacts.prompt = prompts.id)
          AND NOT EXISTS (
            SELECT 1 FROM tasks WHERE tasks.prompt = prompts.id AND kind = 'demonstration')
          ORDER BY id LIMIT ?
          """, arguments: [split.rawValue, limit])
    }
  }

  /// The comparisons on which a judgment stands that says something, of a person or of a rater of an imported file.
  public func judgedComparisons<
    Prompt: Codable & Sendable, Artifact: Codable & Sendable
  >(split: Split? = nil) throws -> [JudgedComparison<Prompt, Artifact>] {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", self)
      let artifacts = PayloadReader<Artifact>("artifact", self)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT prompts.id AS prompt, prompts.payload,
            first.id AS first, first.payload AS firstPayload,
            second.id AS second, second.payload AS secondPayload
          FROM comparisons
          JOIN prompts ON prompts.id = comparisons.prompt
          JOIN artifacts AS first ON first.id = comparisons.first
          JOIN artifacts AS second ON second.id = comparisons.second
          WHERE (?1 IS NULL OR prompts.split = ?1) AND EXISTS (
            SELECT 1 FROM judgments JOIN raters ON raters.id = rater
            WHERE comparison = comparisons.id AND kind IN ('person', 'imported') AND verdict <> 'skip'
              AND NOT EXISTS (
                SELECT 1 FROM judgments AS later WHERE later.supersedes = judgments.id))
          ORDER BY comparisons.id
          """, arguments: [split?.rawValue])
      return try rows.collect { row in
        JudgedComparison(
          first: row["first"], second: row["second"],
          comparison: Comparison(
            prompt: try prompts.value(id: row["prompt"], json: row["payload"]),
            first: try artifacts.value(id: row["first"], json: row["firstPayload"]),
            second: try artifacts.value(id: row["second"], json: row["secondPayload"])))
      }
    }
  }

  /// The tasks of comparisons that wait in the queue, with the rows of their sides.
  public func queuedPairs() throws -> [QueuedPair] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT tasks.id, json_extract(tasks.criteria, '$[0]') AS criterion,
            one.artifact AS first, other.artifact AS second
          FROM queue
          JOIN tasks ON tasks.id = queue.task
          JOIN items AS one ON one.task = tasks.id AND one.position = 0
          JOIN items AS other ON other.task = tasks.id AND other.position = 1
          WHERE tasks.kind = 'pair' AND queue.lane = 'work' AND queue.free > 0
          ORDER BY tasks.id
          """)
      return try rows.collect {
        QueuedPair(
          task: $0["id"], criterion: $0["criterion"], first: $0["first"], second: $0["second"])
      }
    }
  }

  /// The comparisons that wait in the queue.
  public func queuedComparisons<Prompt: Codable & Sendable, Artifact: Codable & Sendable>() throws
    -> [QueuedComparison<Prompt, Artifact>]
  {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", self)
      let artifacts = PayloadReader<Artifact>("artifact", self)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT tasks.id, prompts.id AS prompt, prompts.payload,
            first.id AS first, first.payload AS firstPayload,
            second.id AS second, second.payload AS secondPayload
          FROM queue
          JOIN tasks ON tasks.id = queue.task
          JOIN prompts ON prompts.id = tasks.prompt
          JOIN items AS left ON left.task = tasks.id AND left.position = 0
          JOIN items AS right ON right.task = tasks.id AND right.position = 1
          JOIN artifacts AS first ON first.id = left.artifact
          JOIN artifacts AS second ON second.id = right.artifact
          WHERE tasks.kind = 'pair' AND queue.lane = 'work'
          ORDER BY tasks.id
          """)
      return try rows.collect { row in
        QueuedComparison(
          task: row["id"],
          comparison: Comparison(
            prompt: try prompts.value(id: row["prompt"], json: row["payload"]),
            first: try artifacts.value(id: row["first"], json: row["firstPayload"]),
            second: try artifacts.value(id: row["second"], json: row["secondPayload"])))
      }
    }
  }

  private func values<Value: Codable & Sendable>(
    _ kind: String, _ sql: String, _ arguments: StatementArguments
  ) throws -> [StoredValue<Value>] {
    try read { db in
      let reader = PayloadReader<Value>(kind, self)
      let rows = try Row.fetchCursor(db, sql: sql, arguments: arguments)
      return try rows.collect {
        StoredValue(row: $0[0], value: try reader.value(id: $0[0], json: $0[1]))
      }
    }
  }
}
