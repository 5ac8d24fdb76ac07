import NeuralNetworks
public import Torch

/// The log-probabilities of `tokens` `[…]` under `logits` `[…, V]` divided by `temperature`.
public func tokenLogProbabilities(
  logits: Tensor, tokens: Tensor, temperature: Double = 1
) -> Tensor {
  let scaled = temperature == 1 ? logits : logits / temperature
  return scaled.logSoftmax(dim: -1).gather(dim: -1, indices: tokens.unsqueezed(-1)).squeezed(-1)
}

/// The entropies, in nats, of the distributions that `logits` `[…, V]` divided by `temperature` describe.
public func entropies(logits: Tensor, temperature: Double = 1) -> Tensor {
  let logProbabilities = (temperature == 1 ? logits : logits / temperature).logSoftmax(dim: -1)
  return -(logProbabilities.exp() * logProbabilities).sum(dim: -1)
}

/// What a model says of given tokens.
public struct TokenStatistics {
  /// The tokens' log-probabilities, `[B, T]`; 0 where not asked for.
  public var logProbabilities: Tensor
  /// The entropies of the distributions that the tokens were drawn from, `[B, T]`; 0 where not asked for.
  public var entropies: Tensor?
}

extension CausalLanguageModel {
  /// The log-probabilities, and entropies if wanted, of tokens given the hidden states that predict them.
  ///
  /// Logits over the whole vocabulary are computed for the positions in `mask` alone, so that prompts cost nothing;
  /// without gradients, for at most 1024 positions at a time.
  ///
  /// - Parameters:
  ///   - states: The hidden states before each token, `[B, T, H]`: for the tokens `ids[1...]`, the states of `ids[..<T]`.
  ///   - tokens: The tokens that follow the states, int64 `[B, T]`.
  ///   - mask: Which tokens are asked for, Boolean `[B, T]`.
  ///   - temperature: What the logits are divided by.
  ///   - wantsEntropies: Whether entropies are computed.
  /// - Returns: Tensors `[B, T]` with gradient where it is enabled; 0 outside the mask.
  public func tokenStatistics(
    states: Tensor, tokens: Tensor, mask: Tensor, temperature: Double = 1,
    wantsEntropies: Bool = false
  ) -> TokenStatistics {
    let shape = tokens.shape
    precondition(
      states.shape == shape + [hiddenSize] && mask.shape == shape,
      "tokenStatistics of states \(states.shape), tokens \(shape), mask \(mask.shape)")
    let chosen = mask.flattened().bools().enumerated().filter(\.element).map(\.offset)
    let zeros = Tensor.zeros([tokens.count], dtype: states.dtype, device: states.device)
    guard !chosen.isEmpty else {
      let empty = zeros.reshaped(shape)
      return TokenStatistics(logProbabilities: empty, entropies: wantsEntropies ? empty : nil)
    }
    let indices = Tensor(chosen).to(states.device)
    let chosenStates = states.reshaped([-1, hiddenSize]).indexSelect(dim: 0, indices: indices)
    let followers = tokens.reshaped([-1]).indexSelect(dim: 0, indices: indices)
    let size = Torch.isGradientEnabled ? chosen.count : min(1024, chosen.count)
    var parts: [Tensor] = []
    var entropyParts: [Tensor] = []
    for start in stride(from: 0, to: chosen.count, by: size) {
      let length = min(size, chosen.count - start)
      let raw = logits(chosenStates.narrow(dim: 0, start: start, length: length))
      let all = (temperature == 1 ? raw : raw / temperature).logSoftmax(dim: 1)
      let taken = followers.narrow(dim: 0, start: start, length: length).unsqueezed(1)
      parts.append(all.gather(dim: 1, indices: taken).squeezed(1))
      if wantsEntropies { entropyParts.append(-(all.exp() * all).sum(dim: 1)) }
    }
    func spread(_ parts: [Tensor]) -> Tensor {
      let values = parts.count == 1 ? parts[0] : Tensor.concatenate(parts, dim: 0)
      return zeros.scatter(dim: 0, indices: indices, source: values).reshaped(shape)
    }
    return TokenStatistics(
      logProbabilities: spread(parts), entropies: wantsEntropies ? spread(entropyParts) : nil)
  }

  /// The sum of the negative log-likelihoods of the tokens of `ids` `[B, T]` that `mask` chooses, and their number.
  ///
  /// The first column predicts nothing before it and is never counted.
  ///
  /// - Parameters:
  ///   - ids: The tokens, padded on the right or the left.
  ///   - attentionMask: Which tokens are real, Boolean `[B, T]`; all when `nil`.
  ///   - mask: Which tokens count, Boolean `[B, T]`; all real ones when `nil`.
  ///   - dropout: The source of dropout while training; `nil` evaluates.
  /// - Returns: The sum, a scalar with gradient where it is enabled, and how many tokens it is over.
  public func languageModelLoss(
    _ ids: Tensor, attentionMask: Tensor? = nil, mask: Tensor? = nil,
    dropout: RandomGenerator? = nil
  ) -> (sum: Tensor, count: Int) {
    let length = ids.shape[1] - 1
    let hidden = hiddenStates(ids, attentionMask: attentionMask, dropout: dropout)
    var counted = (mask ?? attentionMask)?.narrow(dim: 1, start: 1, length: length)
    if let attentionMask, let some = counted {
      // A real token behind padding has nothing that predicts it.
      counted = some.logicalAnd(attentionMask.narrow(dim: 1, start: 0, length: length))
    }
    let chosen = counted ?? Tensor.ones([ids.shape[0], length], dtype: .bool, device: ids.device)
    let statistics = tokenStatistics(
      states: hidden.narrow(dim: 1, start: 0, length: length),
      tokens: ids.narrow(dim: 1, start: 1, length: length), mask: chosen)
    return (-statistics.logProbabilities.sum(), Int(chosen.to(.int64).sum().item()))
  }
}
