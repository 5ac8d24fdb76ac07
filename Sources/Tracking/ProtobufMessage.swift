/// A protocol buffer message under construction: just the wire types that event files use.
struct ProtobufMessage {
  private(set) var bytes: [UInt8] = []

  /// Adds an `int64`, `enum` or `bool` field.
  mutating func add(_ field: Int, varint value: Int64) {
    appendVarint(UInt64(field) << 3)
    appendVarint(UInt64(bitPattern: value))
  }

  /// Adds a `double` field.
  mutating func add(_ field: Int, double value: Double) {
    appendVarint(UInt64(field) << 3 | 1)
    append(littleEndian: value.bitPattern)
  }

  /// Adds a `float` field.
  mutating func add(_ field: Int, float value: Float) {
    appendVarint(UInt64(field) << 3 | 5)
    append(littleEndian: value.bitPattern)
  }

  /// Adds a `bytes` or `string` field.
  mutating func add(_ field: Int, bytes value: some Collection<UInt8>) {
    appendVarint(UInt64(field) << 3 | 2)
    appendVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// Adds a `string` field.
  mutating func add(_ field: Int, string value: String) {
    add(field, bytes: Array(value.utf8))
  }

  /// Adds a field that is a message of its own.
  mutating func add(_ field: Int, _ build: (inout ProtobufMessage) -> Void) {
    var message = ProtobufMessage()
    build(&message)
    add(field, bytes: message.bytes)
  }

  /// Adds a packed `repeated double` field.
  mutating func add(_ field: Int, packed values: [Double]) {
    var message = ProtobufMessage()
    for value in values { message.append(littleEndian: value.bitPattern) }
    add(field, bytes: message.bytes)
  }

  private mutating func append(littleEndian value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
