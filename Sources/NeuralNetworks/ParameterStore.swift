public import RLHFCore
public import Torch

/// The named parameters of a model, in the order in which its layers created them.
///
/// Names are dotted as in Hugging Face's files. A parameter's first values depend on the store's seed and its name
/// alone, not on what else is created. A store is owned by one training session and is not `Sendable`.
public final class ParameterStore {
  /// The element type of new parameters.
  public let dtype: DType
  /// Where new parameters live.
  public let device: Device

  private let seed: Seed
  private let skipsInitialization: Bool
  private var entries: [(name: String, tensor: Tensor)] = []
  private var index: [String: Int] = [:]
  /// The linear layers that were made in the store, in order: where adapters can be put.
  private(set) var adapterSites: [AdapterSite] = []
  private let adapterDropout = AdapterDropout()

  /// Creates an empty store.
  ///
  /// - Parameters:
  ///   - dtype: The element type of the parameters.
  ///   - device: Where the parameters live.
  ///   - seed: Decides the parameters' first values.
  ///   - skipsInitialization: Leaves the first values undefined, for a model whose values will be loaded.
  public init(
    dtype: DType = .float32, device: Device = .cpu, seed: Seed = 0,
    skipsInitialization: Bool = false
  ) {
    self.dtype = dtype
    self.device = device
    self.seed = seed
    self.skipsInitialization = skipsInitialization
  }

  /// Creates a store of the parameters of several, which share their tensors with it; names must differ.
  ///
  /// A tensor that several stores hold by one name is taken once.
  public convenience init(joining stores: [ParameterStore]) {
    self.init(dtype: stores.first?.dtype ?? .float32, device: stores.first?.device ?? .cpu)
    for store in stores {
      for (name, tensor) in store.entries where self[parameter: name] !== tensor {
        adopt(name, tensor)
      }
    }
  }

  /// The place where names start.
  public var root: ParameterScope { ParameterScope(store: self, path: "") }

  /// The place `name`, to hand to a layer.
  public subscript(_ name: String) -> ParameterScope { root[name] }

  /// All parameters in the order of their creation.
  public var parameters: [(name: String, tensor: Tensor)] { entries }

  /// The parameters that training changes.
  public var trainable: [(name: String, tensor: Tensor)] {
    entries.filter { $0.tensor.requiresGradient }
  }

  /// The number of scalars in all parameters.
  public var parameterCount: Int { entries.reduce(0) { $0 + $1.tensor.count } }

  /// The number of scalars that training changes.
  public var trainableCount: Int { trainable.reduce(0) { $0 + $1.tensor.count } }

  /// The parameter with that full name.
  public subscript(parameter name: String) -> Tensor? {
    index[name].map { entries[$0].tensor }
  }

  /// Lets training change, or not, the parameters whose name `isChosen` accepts.
  public func setTrainable(_ flag: Bool, where isChosen: (String) -> Bool = { _ in true }) {
    for (name, tensor) in entries where isChosen(name) { tensor.requiresGradient = flag }
  }

  /// Forgets all gradients.
  public func clearGradients() {
    for (_, tensor) in entries { tensor.gradient = nil }
  }

  /// Takes over the values of another store with the same names and shapes.
  public func copyValues(from other: ParameterStore) throws {
    try assign(other.entries, source: "the other model", isStrict: true)
  }

  /// Runs `body` with dropout in the adapters of the store's layers, drawn from `generator`; without one there is none.
  public func withAdapterDropout<Result>(
    _ generator: RandomGenerator?, _ body: () throws -> Result
  ) rethrows -> Result {
    let previous = adapterDropout.generator
    adapterDropout.generator = generator
    defer { adapterDropout.generator = previous }
    return try body()
  }

  /// Notes a linear layer, where adapters can be put.
  func addAdapterSite(
    _ path: String, weight: Tensor, isTransposed: Bool, role: AdapterSite.Role
  ) -> AdapterSite {
    let site = AdapterSite(
      path: path, weight: weight, isTransposed: isTransposed, role: role, dropout: adapterDropout)
    adapterSites.append(site)
    return site
  }

  /// Takes up a tensor of another store.
  func adopt(_ name: String, _ tensor: Tensor) {
    precondition(index[name] == nil, "the parameter '\(name)' \(tensor.shape) exists already")
    index[name] = entries.count
    entries.append((name, tensor))
  }

  func create(_ name: String, _ shape: [Int], _ initializer: Initializer) -> Tensor {
    precondition(index[name] == nil, "the parameter '\(name)' \(shape) exists already")
    let tensor: Tensor
    if skipsInitialization {
      tensor = Tensor.empty(shape, dtype: dtype, device: device)
    } else {
      let values = withoutGradient {
        initializer.values(shape: shape, seed: seed.derived("parameter \(name)"))
      }
      tensor = values.to(dtype).to(device).detached()
    }
    tensor.requiresGradient = true
    adopt(name, tensor)
    return tensor
  }

  /// Takes over `values`, after all names and shapes were compared; every mismatch is in one message.
  ///
  /// `origins` says in which file a tensor of many files lies; `check` looks at the numbers, before any is taken over.
  func assign(
    _ values: [(name: String, tensor: Tensor)], source: String, origins: [String: String] = [:],
    isStrict: Bool, check: (_ name: String, _ tensor: Tensor) throws -> Void = { _, _ in }
  ) throws {
    var given: Set<String> = []
    var unexpected: [String] = []
    var misshapen: [String] = []
    for (name, tensor) in values {
      given.insert(name)
      guard let own = self[parameter: name] else {
        unexpected.append(name)
        continue
      }
      let place = origins[name].map { " in \($0)" } ?? ""
      if tensor.shape != own.shape {
        misshapen.append("'\(name)'\(place) is \(tensor.shape), expected \(own.shape)")
      } else if !tensor.dtype.isFloatingPoint {
        misshapen.append("'\(name)'\(place) holds \(tensor.dtype), expected floating-point numbers")
      }
    }
    let missing = entries.map(\.name).filter { !given.contains($0) }
    var problems: [String] = []
    if !missing.isEmpty && isStrict {
      problems.append("it lacks \(listing(of: missing, limit: 4))")
    }
    if !unexpected.isEmpty && isStrict {
      problems.append("it has the unexpected \(listing(of: unexpected, limit: 4))")
    }
    if !misshapen.isEmpty {
      let more = misshapen.count > 4 ? " and \(misshapen.count - 4) more" : ""
      problems.append(misshapen.prefix(4).joined(separator: ", ") + more)
    }
    guard problems.isEmpty else {
      throw RLHFError(
        .incompatibleModel,
        "\(source) does not fit the model: \(problems.joined(separator: "; ")). "
          + "Compare its configuration with the weights.")
    }
    for (name, tensor) in values { try check(name, tensor) }
    withoutGradient {
      for (name, tensor) in values { self[parameter: name]?.assign(from: tensor) }
    }
  }
}
