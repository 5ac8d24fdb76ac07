/// An artifact made for a prompt: what a person perceives and a reward model scores.
public struct Sample<Prompt: Sendable, Artifact: Sendable>: Sendable {
  /// What was asked for.
  public var prompt: Prompt
  /// What was made.
  public var artifact: Artifact

  /// Creates a sample.
  public init(prompt: Prompt, artifact: Artifact) {
    self.prompt = prompt
    self.artifact = artifact
  }
}

extension Sample: Equatable where Prompt: Equatable, Artifact: Equatable {}
extension Sample: Hashable where Prompt: Hashable, Artifact: Hashable {}
extension Sample: Encodable where Prompt: Encodable, Artifact: Encodable {}
extension Sample: Decodable where Prompt: Decodable, Artifact: Decodable {}

/// A sample that shows how it should be done: what supervised fine-tuning learns from.
public typealias Demonstration = Sample
