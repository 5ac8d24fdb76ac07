public import RLHFCore
import Torch

/// Low-rank adapters on the linear layers of a model (Hu et al., 2021), trained while the model's own weights rest.
///
/// A model can carry several sets, each switched on and off as a whole: a set to train and a frozen one, say. Sets that
/// are on add up.
public final class AdapterSet {
  /// The shape of the adapters.
  public let configuration: LoRAConfiguration
  /// The adapters' parameters, by the name of the layer with ".lora_A.weight" and ".lora_B.weight" behind it, and those
  /// of the model's own that are trained beside them.
  public let parameters: ParameterStore
  /// Whether the adapters are switched on.
  public var isEnabled: Bool { state.isEnabled }
  /// Whether the model's own matrices hold what the adapters add.
  public var isMerged: Bool { state.isMerged }

  let base: ParameterStore
  let layers: [LowRankAdapter]
  let replacements: [ReplacedParameter]
  private let state = AdapterState()
  private var originals: [Tensor] = []

  /// Puts adapters on the layers of the model in `base`, whose own parameters rest from now on.
  ///
  /// - Parameters:
  ///   - configuration: Which layers get an adapter, and of which shape.
  ///   - base: The model's parameters.
  ///   - seed: Decides the first values of the matrices A; those of B are 0.
  ///   - isEnabled: Whether the adapters are switched on.
  ///   - isTrainable: Whether training changes them.
  ///   - skipsInitialization: Leaves the first values undefined, for adapters whose values will be loaded.
  /// - Throws: An error that names what the model has, where the configuration is impossible or chooses no layer.
  public init(
    _ configuration: LoRAConfiguration, on base: ParameterStore, seed: Seed = 0,
    isEnabled: Bool = true, isTrainable: Bool = true, skipsInitialization: Bool = false
  ) throws {
    var check = SettingsCheck(section: "")
    configuration.validate(&check)
    try check.finish(source: "adapters")
    let sites = try base.adapterSites.filter(configuration.chooses)
    guard !sites.isEmpty else {
      throw RLHFError(
        .incompatibleModel,
        "The adapters' targets \(configuration.targets.summary) choose no linear layer of the model, whose layers are "
          + "\(listing(of: base.adapterSites.map(\.path), limit: 8)). Is it the right base?")
    }
    let replaced = try Self.namesOfReplaced(configuration, sites: sites, in: base)
    self.configuration = configuration
    self.base = base
    // Half precision loses small updates, so adapters are at least float32.
    parameters = ParameterStore(
      dtype: base.dtype == .float64 ? .float64 : .float32, device: base.device, seed: seed,
      skipsInitialization: skipsInitialization)
    layers = try sites.map { [parameters, state] site in
      LowRankAdapter(
        on: site, configuration, rank: try configuration.rank(of: site.path),
        scale: try configuration.scale(of: site.path), state: state, in: parameters[site.path])
    }
    if isTrainable { base.setTrainable(false) }
    parameters.setTrainable(isTrainable)
    replacements = replaced.map { name, tensor in
      ReplacedParameter(name: name, tensor: tensor, other: withoutGradient { tensor.copied() })
    }
    if isTrainable {
      for replacement in replacements {
        replacement.tensor.requiresGradient = true
        parameters.adopt(replacement.name, replacement.tensor)
      }
    }
    state.isEnabled = isEnabled
    for layer in layers { layer.site.adapters.append(layer) }
  }

  /// The names of the layers that have an adapter.
  public var targets: [String] { layers.map(\.site.path) }

  /// Runs `body` with the adapters switched off: by the model's own weights.
  ///
  /// Parameters of the model's own that are trained too change their values for the time, so that nothing that was
  /// computed before `body` should wait for its `backward()`.
  public func withDisabled<Result>(_ body: () throws -> Result) rethrows -> Result {
    try with(isEnabled: false, body)
  }

  /// Runs `body` with the adapters switched on.
  public func withEnabled<Result>(_ body: () throws -> Result) rethrows -> Result {
    try with(isEnabled: true, body)
  }

  private func with<Result>(isEnabled: Bool, _ body: () throws -> Result) rethrows -> Result {
    let previous = state.isEnabled
    setEnabled(isEnabled)
    defer { setEnabled(previous) }
    return try body()
  }

  /// Switches the adapters on or off.
  public func setEnabled(_ isEnabled: Bool) {
    guard isEnabled != state.isEnabled else { return }
    let wasMerged = isMerged
    if !isEnabled && wasMerged { restoreOriginals() }
    if isEnabled && wasMerged { addToWeights() }
    for replacement in replacements { replacement.swap() }
    state.isEnabled = isEnabled
  }

  /// Adds the adapters to the model's own matrices, which saves their work; ``unmerge()`` takes it back exactly.
  ///
  /// The matrices that change are kept beside until then.
  public func merge() throws {
    guard !isMerged else { return }
    try refuseTiedLayers()
    if isEnabled { addToWeights() }
    state.isMerged = true
  }

  /// Gives the model's own matrices back what they were before ``merge()``.
  public func unmerge() {
    guard isMerged else { return }
    restoreOriginals()
    state.isMerged = false
  }

  /// Adds the adapters to the model's own matrices for good and takes them off: the model is an ordinary one again,
  /// trainable as a whole.
  public func mergeForGood() throws {
    setEnabled(true)
    try merge()
    originals = []
    takeOff()
    base.setTrainable(true)
  }

  /// Takes the adapters off; the model's own weights are what they were.
  public func remove() {
    setEnabled(false)
    takeOff()
  }

  private func takeOff() {
    for layer in layers { layer.site.adapters.removeAll { $0 === layer } }
  }

  private func addToWeights() {
    withoutGradient {
      originals = layers.map { $0.site.weight.detached().copied() }
      for layer in layers {
        let weight = layer.site.weight
        // The sum is rounded once, in the wider of the two element types.
        weight.assign(from: weight.detached().to(layer.up.dtype) + layer.weightIncrement)
      }
    }
  }

  private func restoreOriginals() {
    withoutGradient {
      for (layer, original) in zip(layers, originals) { layer.site.weight.assign(from: original) }
    }
    originals = []
  }

  private func refuseTiedLayers() throws {
    guard let tied = layers.first(where: { $0.site.role == .tiedOutput }) else { return }
    throw RLHFError(
      .unsupported,
      "The adapter on '\(tied.site.path)' cannot be merged: the layer shares its matrix with the embedding, which would change too. Leave it out of the targets, or keep the adapter apart."
    )
  }
}

extension LoRAConfiguration.Targets {
  /// The targets in a message.
  var summary: String {
    switch self {
    case .allLinear: "'\(LoRAConfiguration.allLinearName)'"
    case .names(let names): listing(of: names, limit: 6)
    case .pattern(let pattern): "/\(pattern)/"
    }
  }
}
