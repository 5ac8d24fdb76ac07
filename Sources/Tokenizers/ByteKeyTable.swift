/// A flat hash table that numbers byte strings in the order in which they were added.
struct ByteKeyTable: Sendable {
  /// How many keys there are.
  private(set) var count = 0
  private var bytes: [UInt8] = []
  private var starts: [Int32] = [0]
  /// Open addressing: the upper half of the hash, and the key's number plus one; 0 is empty.
  private var slots: [UInt64]

  init(minimumCapacity: Int = 0) {
    var capacity = 64
    while capacity < 2 * minimumCapacity { capacity *= 2 }
    slots = [UInt64](repeating: 0, count: capacity)
  }

  /// How many bytes all keys have together.
  var byteCount: Int { bytes.count }

  /// The key with a number.
  subscript(_ index: Int) -> ArraySlice<UInt8> {
    bytes[Int(starts[index])..<Int(starts[index + 1])]
  }

  /// The number of `key`, if it is there.
  func index(of key: UnsafeBufferPointer<UInt8>) -> Int? {
    find(key, hash: Self.hash(key)).index
  }

  /// The number of `key`, if it is there.
  func index(of key: String) -> Int? {
    var key = key
    return key.withUTF8 { index(of: $0) }
  }

  /// The number of `key`, which is added when it is new.
  mutating func insert(_ key: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    let hash = Self.hash(key)
    let place = find(key, hash: hash)
    if let index = place.index { return (index, false) }
    let index = count
    count += 1
    bytes += key
    starts.append(Int32(bytes.count))
    slots[place.slot] = (hash & 0xffff_ffff_0000_0000) | UInt64(index + 1)
    if 2 * count > slots.count { grow() }
    return (index, true)
  }

  /// The number of `key`, which is added when it is new.
  mutating func insert(_ key: String) -> (index: Int, isNew: Bool) {
    var key = key
    return key.withUTF8 { insert($0) }
  }

  /// Forgets all keys, and keeps the memory.
  mutating func removeAll() {
    count = 0
    bytes.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    for index in slots.indices { slots[index] = 0 }
  }

  @inline(__always)
  private func find(
    _ key: UnsafeBufferPointer<UInt8>, hash: UInt64
  ) -> (index: Int?, slot: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let entry = slots[slot]
      if entry == 0 { return (nil, slot) }
      if (entry ^ hash) >> 32 == 0 {
        let index = Int(entry & 0xffff_ffff) - 1
        if equals(key, index) { return (index, slot) }
      }
      slot = (slot + 1) & mask
    }
  }

  @inline(__always)
  private func equals(_ key: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    let start = Int(starts[index])
    guard Int(starts[index + 1]) - start == key.count else { return false }
    for position in 0..<key.count where bytes[start + position] != key[position] { return false }
    return true
  }

  private mutating func grow() {
    slots = [UInt64](repeating: 0, count: 2 * slots.count)
    let mask = slots.count - 1
    bytes.withUnsafeBufferPointer { bytes in
      for index in 0..<count {
        let range = Int(starts[index])..<Int(starts[index + 1])
        let hash = Self.hash(UnsafeBufferPointer(rebasing: bytes[range]))
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = (hash & 0xffff_ffff_0000_0000) | UInt64(index + 1)
      }
    }
  }

  /// Eight bytes at a time through a multiply and a fold: the same in every process.
  @inline(__always)
  static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: key.count) &* 0x9e37_79b9_7f4a_7c15
    let raw = UnsafeRawBufferPointer(key)
    var position = 0
    while position + 8 <= raw.count {
      hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      position += 8
    }
    var rest: UInt64 = 0
    while position < raw.count {
      rest = rest << 8 | UInt64(raw[position])
      position += 1
    }
    return mix(hash ^ rest)
  }

  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
    return product.high ^ product.low
  }
}
