import CTorch
public import RLHFCore

/// A source of random tensors with a state of its own: libtorch's global generator is never used.
///
/// The same seed gives the same numbers on the same device in every run. A generator is not
/// `Sendable`: it belongs to the session that draws from it.
public final class RandomGenerator {
  let handle: ct_generator

  /// Where the generator draws its numbers.
  public let device: Device

  /// Starts a generator at `seed`.
  public init(seed: Seed, device: Device = .cpu) {
    var message: UnsafeMutablePointer<CChar>?
    guard let handle = ct_generator_new(seed.value, device.code, &message) else {
      fatalError(mistake("RandomGenerator(device: \(device))", [], take(message)))
    }
    self.handle = handle
    self.device = device
  }

  deinit {
    ct_generator_free(handle)
  }

  /// All that the next numbers depend on, to be saved and set again.
  public var state: [UInt8] {
    get {
      let bytes = make("RandomGenerator.state", []) { ct_generator_state(handle, $0) }
      return bytes.withUnsafeBytes(Array.init)
    }
    set {
      let bytes = Tensor(newValue)
      run("RandomGenerator.state =", [bytes]) {
        ct_generator_set_state(handle, bytes.handle, $0)
      }
    }
  }
}
