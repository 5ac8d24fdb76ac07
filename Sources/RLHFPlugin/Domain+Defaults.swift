public import Foundation
import NeuralNetworks
public import RLHFCore

/// The file in which a domain without a format of its own keeps a model's parameters.
private let parametersFile = "parameters.safetensors"

extension Domain {
  /// Reads the parameters of ``savePolicy(_:to:)`` into a policy made for an empty corpus.
  public func loadPolicy(from directory: URL) throws -> DomainPolicy {
    let policy = try makePolicy(for: Corpus(), seed: 0)
    try policy.parameters.load(SafetensorsFile(directory.appending(path: parametersFile)))
    return policy
  }

  /// Writes the parameters, by name.
  public func savePolicy(_ policy: DomainPolicy, to directory: URL) throws {
    try policy.parameters.save(to: directory.appending(path: parametersFile))
  }

  /// Reads the policy and writes it again.
  public func exportPolicy(from directory: URL, to destination: URL, isMerged: Bool) throws {
    try savePolicy(loadPolicy(from: directory), to: destination)
  }

  /// Reads the parameters of ``saveEncoder(_:to:)`` into an encoder made for an empty corpus.
  public func loadEncoder(from directory: URL) throws -> DomainEncoder {
    let encoder = try makeEncoder(for: Corpus(), policy: nil, seed: 0)
    try encoder.parameters.load(SafetensorsFile(directory.appending(path: parametersFile)))
    return encoder
  }

  /// Writes the parameters, by name.
  public func saveEncoder(_ encoder: DomainEncoder, to directory: URL) throws {
    try encoder.parameters.save(to: directory.appending(path: parametersFile))
  }

  /// Reads `{"prompt", "chosen", "rejected"}`, `{"prompt", "artifact"}` or `{"prompt"}` in the coding of the types, and what
  /// ``OpinionLine`` reads.
  public func records(from line: JSONValue) throws -> [FeedbackRecord<Prompt, Artifact>] {
    guard case .object(let fields) = line, let prompt = fields["prompt"] else {
      throw RLHFError(
        .invalidData,
        "Expected an object with 'prompt' and 'chosen' with 'rejected', 'completions' with 'ranking', 'completion' with 'label' or 'rating', 'artifact', or nothing else."
      )
    }
    let decodedPrompt = try prompt.decoded(as: Prompt.self)
    if let chosen = fields["chosen"], let rejected = fields["rejected"] {
      return [
        .preference(
          PreferencePair(
            prompt: decodedPrompt, chosen: try chosen.decoded(as: Artifact.self),
            rejected: try rejected.decoded(as: Artifact.self),
            criterion: try OpinionLine(fields).criterion()))
      ]
    }
    if let opinion = try OpinionLine(fields).record(
      of: decodedPrompt, artifact: { try $0.decoded(as: Artifact.self) })
    {
      return [opinion]
    }
    if let artifact = fields["artifact"] {
      return [
        .demonstration(
          Sample(prompt: decodedPrompt, artifact: try artifact.decoded(as: Artifact.self)))
      ]
    }
    return [.prompt(decodedPrompt)]
  }
}
