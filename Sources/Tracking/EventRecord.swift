/// The records of a TensorBoard event file (`tensorboard/compat/proto/event.proto`, `summary.proto`).
enum EventRecord {
  /// What every event file begins with.
  static func fileVersion(time: Double) -> [UInt8] {
    event(time: time, step: 0) { $0.add(3, string: "brain.Event:2") }
  }

  /// Says that a session starts at `step`: TensorBoard forgets what it knew of this and later steps.
  static func sessionStart(time: Double, step: Int) -> [UInt8] {
    event(time: time, step: step) { $0.add(7) { $0.add(1, varint: 1) } }
  }

  /// The figures of one step, in the order of their names.
  static func scalars(_ values: [String: Double], time: Double, step: Int) -> [UInt8] {
    event(time: time, step: step) { event in
      event.add(5) { summary in
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
          summary.add(1) {
            $0.add(1, string: name)
            $0.add(2, float: Float(value))
          }
        }
      }
    }
  }

  /// A text, which TensorBoard shows as Markdown.
  static func text(_ name: String, _ text: String, time: Double, step: Int) -> [UInt8] {
    event(time: time, step: step) { event in
      event.add(5) { summary in
        summary.add(1) { value in
          value.add(1, string: name)
          value.add(8) { tensor in
            tensor.add(1, varint: 7)  // DT_STRING
            tensor.add(2) { shape in shape.add(2) { $0.add(1, varint: 1) } }
            tensor.add(8, string: text)
          }
          value.add(9) { metadata in metadata.add(1) { $0.add(1, string: "text") } }
        }
      }
    }
  }

  /// The distribution of finite `values`, in at most `count` buckets of equal width.
  static func histogram(
    _ name: String, _ values: [Double], count: Int = 30, time: Double, step: Int
  ) -> [UInt8]? {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), count > 0 else { return nil }
    let width = (high - low) / Double(count)
    var buckets = [Double](repeating: 0, count: width > 0 && width.isFinite ? count : 1)
    for value in finite {
      let index = buckets.count == 1 ? 0 : Int((value - low) / width)
      buckets[min(max(index, 0), buckets.count - 1)] += 1
    }
    let limits = buckets.indices.map {
      $0 == buckets.count - 1 ? high : low + Double($0 + 1) * width
    }
    return event(time: time, step: step) { event in
      event.add(5) { summary in
        summary.add(1) { value in
          value.add(1, string: name)
          value.add(5) {
            $0.add(1, double: low)
            $0.add(2, double: high)
            $0.add(3, double: Double(finite.count))
            $0.add(4, double: finite.reduce(0, +))
            $0.add(5, double: finite.reduce(0) { $0 + $1 * $1 })
            $0.add(6, packed: limits)
            $0.add(7, packed: buckets)
          }
        }
      }
    }
  }

  /// A message framed as a TFRecord: length, checksum of the length, message, checksum of the message.
  static func framed(_ message: [UInt8]) -> [UInt8] {
    func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian, Array.init)
    }
    let length = littleEndian(UInt64(message.count))
    return length + littleEndian(CRC32C.masked(length)) + message
      + littleEndian(CRC32C.masked(message))
  }

  private static func event(
    time: Double, step: Int, _ build: (inout ProtobufMessage) -> Void
  ) -> [UInt8] {
    var message = ProtobufMessage()
    message.add(1, double: time)
    // As in any protocol buffer, what has its default value is left out.
    if step != 0 { message.add(2, varint: Int64(step)) }
    build(&message)
    return framed(message.bytes)
  }
}
