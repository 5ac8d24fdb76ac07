/// A reproducible source of randomness, from which any number of independent seeds are derived by name.
///
/// Nothing in the framework keeps the state of a random generator across steps: a step derives its seed from the
/// run's seed, its purpose and its index, so that a resumed run draws the same numbers as an unbroken one.
public struct Seed: Sendable, Hashable, Codable {
  /// The 64 bits of the seed.
  public let value: UInt64

  /// Creates a seed from its 64 bits.
  public init(_ value: UInt64) {
    self.value = value
  }

  /// The seed for `purpose` number `index`: a stable hash (FNV-1a, finished by SplitMix64) of all three.
  public func derived(_ purpose: String, _ index: Int = 0) -> Seed {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: value >> shift)) }
    for byte in purpose.utf8 { mix(byte) }
    let position = UInt64(bitPattern: Int64(index))
    for shift in stride(from: 0, to: 64, by: 8) {
      mix(UInt8(truncatingIfNeeded: position >> shift))
    }
    var generator = SeededGenerator(state: hash)
    return Seed(generator.next())
  }

  /// A generator of random numbers that starts at this seed.
  public var generator: SeededGenerator { SeededGenerator(state: value) }

  /// Decodes the value.
  public init(from decoder: any Decoder) throws {
    value = try decoder.singleValueContainer().decode(UInt64.self)
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

extension Seed: ExpressibleByIntegerLiteral {
  /// Creates the value from a literal.
  public init(integerLiteral value: UInt64) { self.init(value) }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine and in every process.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Starts the generator at `state`.
  public init(state: UInt64) {
    self.state = state
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number drawn uniformly from `[0, 1)`.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}
