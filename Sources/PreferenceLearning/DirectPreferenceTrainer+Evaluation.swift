public import RLHFCore
public import RLHFPlugin
import Torch

extension DirectPreferenceTrainer {
  /// The log-probabilities of artifacts, added up over the actions of each, `[N]`, and the numbers of actions.
  func trajectories(
    _ samples: [Sample<P.Prompt, P.Artifact>], of policy: P
  ) throws -> (sums: Tensor, lengths: [Int]) {
    let rollout = try policy.rollout(of: samples)
    let evaluation = try policy.evaluate(rollout, .logProbabilities)
    let present = rollout.mask.to(evaluation.logProbabilities.dtype)
    return ((evaluation.logProbabilities * present).sum(dim: 1), rollout.lengths())
  }

  /// Evaluates examples of `data`, with gradient where it is enabled.
  func outcome(
    of examples: [DirectPreferenceExamples<P.Prompt, P.Artifact>.Example],
    in data: DirectPreferenceExamples<P.Prompt, P.Artifact>, _ references: [Double]?,
    loss: DirectPreferenceLoss, divergence: Double
  ) throws -> DirectPreferenceOutcome {
    var rows: [Int] = []
    var others: [Int] = []
    var labels: [Double] = []
    for example in examples {
      switch example {
      case .pair(let chosen, let rejected, let label, _):
        rows.append(chosen)
        others.append(rejected)
        labels.append(label)
      case .single(let row, let isDesirable, _, _):
        rows.append(row)
        labels.append(isDesirable ? 1 : 0)
      }
    }
    let all = rows + others
    let (sums, lengths) = try trajectories(all.map { data.samples[$0] }, of: policy)
    let divisors = Tensor(loss.kind.isMean ? lengths.map { Float(max($0, 1)) } : all.map { _ in 1 })
    let own = sums / divisors
    let base = references.map { references in
      Tensor(all.map { Float(references[$0]) }) / divisors
    }
    let targets = Tensor(labels.map(Float.init))
    let losses: Tensor
    if others.isEmpty {
      guard let base else {
        preconditionFailure("DirectPreferenceTrainer: the reference is missing")
      }
      losses = loss.unpaired(own, reference: base, desirable: targets, divergence: divergence)
    } else {
      losses = loss(
        .init(halvesOf: own),
        reference: loss.needsReference ? base.map { .init(halvesOf: $0) } : nil,
        labels: labels.allSatisfy { $0 == 1 } ? nil : targets)
    }
    return DirectPreferenceOutcome(
      losses: losses, weights: Tensor(examples.map { Float($0.weight) }), labels: labels,
      rewards: loss.reward(own, reference: base).doubles(),
      logProbabilities: own.detached().doubles())
  }

  /// How well the implied rewards order the held-out pairs; nothing where there are none.
  public func evaluateHeldOut() throws -> [String: Double] {
    guard !heldOut.examples.isEmpty else { return [:] }
    var figures = DirectPreferenceFigures()
    // A loss without pairs has no value for a pair; its rewards have an order all the same.
    var measure = loss
    if measure.kind.isUnpaired { measure.kind = .sigmoid }
    for part in ShuffledBatches.inOrder(heldOut.examples, size: options.microbatchSize) {
      let measured = try withoutGradient {
        try outcome(of: part, in: heldOut, references?.heldOut, loss: measure, divergence: 0)
      }
      figures.add(measured, loss: (measured.losses * measured.weights).sum().item())
    }
    return figures.heldOutMetrics(withLoss: !loss.kind.isUnpaired)
  }

  /// The divergence of the policy from `reference` on fresh samples for `prompts`, in nats per sample.
  public func divergence(
    from reference: P, on prompts: [P.Prompt], seed: Seed
  ) throws -> Double {
    var sum = 0.0
    for (part, rows) in ShuffledBatches.inOrder(prompts, size: options.microbatchSize).enumerated()
    {
      sum += try withoutGradient {
        try divergence(from: reference, onBatch: rows, seed: seed.derived("part", part))
      }
    }
    return sum / Double(max(prompts.count, 1))
  }

  private func divergence(
    from reference: P, onBatch prompts: [P.Prompt], seed: Seed
  ) throws -> Double {
    let rollout = try policy.sample(prompts, seed: seed)
    let own = try policy.evaluate(rollout, .logProbabilities).logProbabilities
    let other = try policy.near(reference) { try $0.evaluate(rollout, .logProbabilities) }
      .logProbabilities
    return ((own - other) * rollout.mask.to(own.dtype)).sum().item()
  }
}
