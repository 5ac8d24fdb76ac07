public import NeuralNetworks
public import RLHFCore
public import Torch

/// Maps samples to features that the heads of a reward model read; preprocessing is its own affair.
///
/// An encoder is synchronous and not `Sendable`: one training session owns it.
public protocol Encoder<Prompt, Artifact>: AnyObject {
  /// What was asked for.
  associatedtype Prompt: Sendable
  /// What is encoded.
  associatedtype Artifact: Sendable

  /// The named parameters, trainable and frozen.
  var parameters: ParameterStore { get }

  /// The width H of the features.
  var featureSize: Int { get }

  /// The weights `[H]` that the heads of an untrained reward model begin with; `nil`, the default, for random ones.
  ///
  /// For an encoder that knows something of preferences before training.
  var headStart: [Float]? { get }

  /// The features of each sample, `[B, H]`; `dropout` is the seed of dropout while training, `nil` for none.
  func features(of samples: [Sample<Prompt, Artifact>], dropout: Seed?) throws -> Tensor
}

extension Encoder {
  /// Random weights.
  public var headStart: [Float]? { nil }
}
