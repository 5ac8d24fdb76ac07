import CTorch

extension Tensor {
  /// `self · weightᵀ + bias`: `[…, in]` with a weight `[out, in]` gives `[…, out]`.
  public func linear(weight: Tensor, bias: Tensor? = nil) -> Tensor {
    make("linear", [self, weight] + some(bias)) {
      ct_linear(handle, weight.handle, bias?.handle, $0)
    }
  }

  /// The rows of `weight` `[entries, size]` that `indices` `[…]` name: `[…, size]`.
  public static func embedding(weight: Tensor, indices: Tensor) -> Tensor {
    make("embedding", [weight, indices]) { ct_embedding(weight.handle, indices.handle, $0) }
  }

  /// The last dimension with mean 0 and variance 1, times `weight`, plus `bias`.
  ///
  /// Ba, Kiros and Hinton, 2016.
  public func layerNorm(
    weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
  ) -> Tensor {
    var size = size(-1)
    return make("layerNorm", [self] + some(weight) + some(bias)) {
      ct_layer_norm(handle, &size, 1, weight?.handle, bias?.handle, epsilon, $0)
    }
  }

  /// The last dimension divided by its root mean square, times `weight`.
  ///
  /// Zhang and Sennrich, 2019.
  public func rmsNorm(weight: Tensor? = nil, epsilon: Double = 1e-6) -> Tensor {
    var size = size(-1)
    return make("rmsNorm", [self] + some(weight)) {
      ct_rms_norm(handle, &size, 1, weight?.handle, epsilon, $0)
    }
  }

  /// The channels of `[batch, channels, …]` in groups, each of mean 0 and variance 1.
  ///
  /// Wu and He, 2018.
  public func groupNorm(
    groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5
  ) -> Tensor {
    make("groupNorm(groups: \(groups))", [self] + some(weight) + some(bias)) {
      ct_group_norm(handle, groups, weight?.handle, bias?.handle, epsilon, $0)
    }
  }

  /// `softmax(query · keyᵀ · scale + mask) · value`.
  ///
  /// Vaswani et al., 2017.
  ///
  /// - Parameters:
  ///   - query: `[batch, heads, queries, size]`.
  ///   - key: `[batch, heads, keys, size]`.
  ///   - value: `[batch, heads, keys, size]`.
  ///   - mask: `[…, queries, keys]`, bool: true where a query sees a key; or numbers to add.
  ///   - isCausal: Whether query `i` sees keys `0 … i` only; then there is no mask.
  ///   - scale: One over the root of `size` if nil.
  ///   - enableGQA: Whether keys and values have fewer heads, each for a group of queries' heads.
  /// - Returns: `[batch, heads, queries, size]`.
  public static func scaledDotProductAttention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, isCausal: Bool = false,
    scale: Double? = nil, enableGQA: Bool = false
  ) -> Tensor {
    withOptional(scale) { scale in
      make("scaledDotProductAttention", [query, key, value] + some(mask)) {
        ct_scaled_dot_product_attention(
          query.handle, key.handle, value.handle, mask?.handle, isCausal, scale, enableGQA, $0)
      }
    }
  }

  /// Zero with probability `probability`, else divided by one less it, so that the mean stays.
  public func dropout(_ probability: Double, generator: RandomGenerator) -> Tensor {
    make("dropout(\(probability))", [self]) {
      ct_dropout(handle, probability, generator.handle, $0)
    }
  }
}

/// The operand, if there is one.
func some(_ tensor: Tensor?) -> [Tensor] { tensor.map { [$0] } ?? [] }
