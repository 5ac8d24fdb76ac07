import NeuralNetworks
import Torch

/// What each model family implements.
protocol TransformerDecoder {
  /// Makes the parameters in `scope`, by Hugging Face's names.
  init(_ configuration: LanguageModelConfiguration, in scope: ParameterScope)

  /// The vectors of the tokens, `[V, H]`.
  var tokenWeight: Tensor { get }

  /// What the first block reads: `[B, T]` to `[B, T, H]`.
  func embed(_ ids: Tensor, _ pass: ForwardPass) -> Tensor

  /// The hidden states after the final normalisation: `[B, T, H]` to `[B, T, H]`.
  func transform(_ embedded: Tensor, _ pass: ForwardPass) -> Tensor

  /// The parameter's name for the name of a tensor in a file; `nil` for what is not a parameter.
  static func parameterName(for name: String, tiesEmbeddings: Bool) -> String?
}

extension TransformerDecoder {
  /// The hidden states after the final normalisation; see ``CausalLanguageModel/hiddenStates(_:attentionMask:cache:dropout:)``.
  func states(
    _ ids: Tensor, attentionMask: Tensor?, cache: KeyValueCache?, dropout: RandomGenerator?,
    window: Int?
  ) -> Tensor {
    precondition(ids.rank == 2, "hiddenStates wants tokens [B, T], not \(ids.shape)")
    precondition(
      attentionMask.map { $0.shape == ids.shape && $0.dtype == .bool } ?? true,
      "hiddenStates wants a Boolean mask \(ids.shape)")
    let pass = ForwardPass(
      ids: ids, attentionMask: attentionMask, cache: cache, dropout: dropout, window: window)
    let states = transform(embed(ids, pass), pass)
    cache?.advance(ids.shape[1])
    return states
  }
}

/// What the blocks of one forward pass share.
struct ForwardPass {
  /// The positions of the tokens, `[B, T]`; `nil` when every row has `firstPosition`, `firstPosition` + 1, ….
  var positions: Tensor?
  /// The position of the first token, where `positions` is `nil`.
  var firstPosition = 0
  /// What may be attended to, Boolean `[B, 1, T, S]`; `nil` when `isCausal` says all.
  var mask: Tensor?
  /// Whether each position attends to itself and all before it.
  var isCausal = true
  /// The same for the layers that see a window, where it is shorter than the text.
  private(set) var windowed: (mask: Tensor?, firstKey: Int)?
  /// Keys and values of earlier positions.
  var cache: KeyValueCache?
  /// The source of dropout while training.
  var dropout: RandomGenerator?

  /// Prepares the pass of `ids` `[B, T]`, of which `attentionMask` `[B, T]` says which are real; `window` is how many
  /// positions the layers with a window see.
  init(
    ids: Tensor, attentionMask: Tensor?, cache: KeyValueCache?, dropout: RandomGenerator?,
    window: Int? = nil
  ) {
    self.cache = cache
    self.dropout = dropout
    prepare(ids, attentionMask)
    if let window { limit(to: window, count: ids.shape[1], device: ids.device) }
  }

  private mutating func prepare(_ ids: Tensor, _ attentionMask: Tensor?) {
    let count = ids.shape[1]
    let start = cache?.length ?? 0
    firstPosition = start
    if start == 0 {
      guard let attentionMask, Self.needsMask(attentionMask, isCached: cache != nil) else { return }
      cache?.begin(mask: attentionMask)
      let running = attentionMask.to(.int64).cumulativeSum(dim: 1)
      positions = (running - 1).clamped(min: 0, max: nil)
      mask = Self.causalMask(count, device: ids.device).logicalAnd(
        attentionMask.unsqueezed(1).unsqueezed(1)
      ).logicalOr(Tensor.eye(count, dtype: .bool, device: ids.device))
      isCausal = false
    } else {
      isCausal = false
      let total = start + count
      let known = cache?.mask?.narrow(dim: 1, start: 0, length: total).unsqueezed(1).unsqueezed(1)
      if count == 1 {
        mask = known
      } else {
        let causal = Self.causalMask(total, device: ids.device)
          .narrow(dim: 0, start: start, length: count)
        mask = known.map { $0.logicalAnd(causal) } ?? causal.unsqueezed(0).unsqueezed(0)
      }
      if let offsets = cache?.positionOffsets {
        positions = Tensor.arange(start, total, device: ids.device) + offsets
      }
    }
  }

  /// Lets position i see the positions i - `window` + 1 to i alone, in the layers with a window.
  private mutating func limit(to window: Int, count: Int, device: Device) {
    let total = firstPosition + count
    guard total > window else { return }
    // Keys that no new token sees any more are left out.
    let firstKey = max(0, total - count - window + 1)
    let known = mask?.narrow(dim: 3, start: firstKey, length: total - firstKey)
    guard count > 1 else {
      windowed = (known, firstKey)
      return
    }
    let band = Tensor.ones([total, total], dtype: .bool, device: device).tril()
      .triu(diagonal: 1 - window).narrow(dim: 0, start: firstPosition, length: count)
      .narrow(dim: 1, start: firstKey, length: total - firstKey)
    windowed = (known.map { $0.logicalAnd(band) } ?? band.unsqueezed(0).unsqueezed(0), firstKey)
  }

  /// Whether padding precedes a real token somewhere.
  ///
  /// Padding behind all real tokens is never attended to by them, so a plain causal pass serves; a cache must know of it
  /// all the same, for later tokens come behind it.
  private static func needsMask(_ mask: Tensor, isCached: Bool) -> Bool {
    let rows = mask.to(.uint8)
    if isCached { return rows.min().item() == 0 }
    let count = mask.shape[1]
    guard count > 1 else { return false }
    let before = rows.narrow(dim: 1, start: 0, length: count - 1)
    let after = rows.narrow(dim: 1, start: 1, length: count - 1)
    return (before .< after).any().item() != 0
  }

  private static func causalMask(_ count: Int, device: Device) -> Tensor {
    Tensor.ones([count, count], dtype: .bool, device: device).tril()
  }
}

/// Scaled dot-product attention of `query` `[B, heads, T, size]` over `keys` and `values` `[B, groups, S, size]`.
///
/// Each group of keys and values serves heads / groups heads. With `isWindowed` the pass's window counts.
func attention(
  query: Tensor, keys: Tensor, values: Tensor, scale: Double, dropout: Dropout,
  isWindowed: Bool = false, _ pass: ForwardPass
) -> Tensor {
  let shape = query.shape
  let (heads, count, groups) = (shape[1], shape[2], keys.shape[1])
  var (keys, values, mask, isCausal) = (keys, values, pass.mask, pass.isCausal && count > 1)
  if isWindowed, let windowed = pass.windowed {
    let length = keys.shape[2] - windowed.firstKey
    keys = keys.narrow(dim: 2, start: windowed.firstKey, length: length)
    values = values.narrow(dim: 2, start: windowed.firstKey, length: length)
    (mask, isCausal) = (windowed.mask, false)
  }
  if heads != groups && count == 1 && pass.dropout == nil {
    let grouped = query.reshaped([shape[0], groups, heads / groups, shape[3]])
    return Tensor.scaledDotProductAttention(
      query: grouped, key: keys, value: values, mask: mask, isCausal: false, scale: scale
    ).reshaped(shape)
  }
  if heads != groups {
    keys = keys.repeatInterleaved(heads / groups, dim: 1)
    values = values.repeatInterleaved(heads / groups, dim: 1)
  }
  guard pass.dropout != nil && dropout.probability > 0 else {
    return Tensor.scaledDotProductAttention(
      query: query, key: keys, value: values, mask: mask, isCausal: isCausal, scale: scale)
  }
  var scores = query.matmul(keys.transposed(2, 3)) * scale
  if let mask {
    scores = scores.maskedFill(mask.logicalNot(), -.infinity)
  } else if isCausal {
    let causal = Tensor.ones([count, count], dtype: .bool, device: query.device).tril()
    scores = scores.maskedFill(causal.logicalNot(), -.infinity)
  }
  return dropout(scores.softmax(dim: -1), generator: pass.dropout).matmul(values)
}
