import Foundation
import GRDB
public import RLHFCore

/// Where an artifact and its prompt are kept.
public struct ArtifactRow: Sendable, Hashable {
  /// The row of the prompt.
  public var prompt: Int64
  /// The row of the artifact.
  public var artifact: Int64
}

/// The rows of what tasks are made of.
extension FeedbackStore {
  /// Adds artifacts that nobody said anything of, and returns where they are; the same content stays where it is.
  @discardableResult
  public func addArtifacts<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ samples: [Sample<Prompt, Artifact>], origin: String, round: Int = 0,
    split: SplitRule = .standard
  ) throws -> [ArtifactRow] {
    let context = StoreWriter.Context(source: origin, round: round, split: split)
    return try write { db in
      let writer = StoreWriter(db)
      return try samples.map { sample in
        let prompt = try writer.prompt(writer.payload(sample.prompt), context)
        let artifact = try writer.artifact(writer.payload(sample.artifact), for: prompt, context)
        return ArtifactRow(prompt: prompt, artifact: artifact)
      }
    }
  }

  /// Adds comparisons that nobody judged yet; those of equal sides are left out.
  ///
  /// `origins` say where the first and the second sides come from.
  @discardableResult
  public func addComparisons<Prompt: Codable & Sendable, Artifact: Codable & Sendable>(
    _ comparisons: [Comparison<Prompt, Artifact>], origins: (first: String, second: String),
    round: Int, split: SplitRule = .standard
  ) throws -> Tally {
    func context(_ origin: String) -> StoreWriter.Context {
      StoreWriter.Context(source: origin, round: round, split: split)
    }
    let both =
      origins.first == origins.second ? origins.first : "\(origins.first), \(origins.second)"
    return try write { db in
      let writer = StoreWriter(db)
      for comparison in comparisons {
        let (first, second) = try (
          writer.payload(comparison.first), writer.payload(comparison.second)
        )
        guard first.hash != second.hash else {
          writer.tally.equalSides += 1
          continue
        }
        let prompt = try writer.prompt(writer.payload(comparison.prompt), context(both))
        _ = try writer.comparison(
          prompt: prompt, first: writer.artifact(first, for: prompt, context(origins.first)),
          second: writer.artifact(second, for: prompt, context(origins.second)), context(both))
      }
      return writer.tally
    }
  }

  /// The prompts that have no presentation yet, with their rows.
  public func promptsToPresent<Prompt: Codable & Sendable>() throws -> [(
    row: Int64, prompt: Prompt
  )] {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", name)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT id, payload FROM prompts
          WHERE NOT EXISTS (SELECT 1 FROM presentations WHERE prompt = prompts.id) ORDER BY id
          """)
      return try rows.collect { ($0[0], try prompts.value(id: $0[0], json: $0[1])) }
    }
  }

  /// The artifacts that have no presentation yet, with their rows and prompts.
  public func artifactsToPresent<Prompt: Codable & Sendable, Artifact: Codable & Sendable>()
    throws -> [(row: Int64, prompt: Prompt, artifact: Artifact)]
  {
    try read { db in
      let prompts = PayloadReader<Prompt>("prompt", name)
      let artifacts = PayloadReader<Artifact>("artifact", name)
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT artifacts.id, artifacts.payload, prompts.id, prompts.payload FROM artifacts
          JOIN prompts ON prompts.id = artifacts.prompt
          WHERE NOT EXISTS (SELECT 1 FROM presentations WHERE artifact = artifacts.id)
          ORDER BY artifacts.id
          """)
      return try rows.collect {
        (
          $0[0], try prompts.value(id: $0[2], json: $0[3]),
          try artifacts.value(id: $0[0], json: $0[1])
        )
      }
    }
  }
}
