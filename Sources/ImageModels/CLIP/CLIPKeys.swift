/// The names of CLIP's tensors in files of different ages.
enum CLIPKeys {
  /// What a tensor is for.
  enum Use: Equatable {
    /// A parameter, by its name here.
    case parameter(String)
    /// A buffer that can be computed.
    case computed
    /// Nothing that is known.
    case unknown
  }

  private static let towers = ["vision_model.", "text_model."]
  private static let heads = ["visual_projection.weight", "text_projection.weight", "logit_scale"]

  /// What the tensor `name` is for; files of one tower may lack the tower's name, which is `tower` then.
  ///
  /// Old files call a norm's weight "gamma" and its bias "beta".
  static func use(of name: String, tower: String?) -> Use {
    var name = name
    for (old, new) in [(".gamma", ".weight"), (".beta", ".bias")] where name.hasSuffix(old) {
      name = name.dropLast(old.count) + new
    }
    if heads.contains(name) { return .parameter(name) }
    if !towers.contains(where: name.hasPrefix) {
      let parts = [
        "embeddings.", "encoder.", "pre_layrnorm.", "post_layernorm.", "final_layer_norm.",
      ]
      guard let tower, parts.contains(where: name.hasPrefix) else { return .unknown }
      name = tower + name
    }
    return name.hasSuffix(".embeddings.position_ids") ? .computed : .parameter(name)
  }
}
