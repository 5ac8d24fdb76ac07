extension Tensor: CustomStringConvertible {
  /// Shape, type, device unless it is the CPU, and the values: of a large tensor only the first
  /// few.
  public var description: String {
    let place = device == .cpu ? "" : " \(device)"
    return "Tensor(\(shape) \(dtype.rawValue)\(place): \(valueText))"
  }

  private var valueText: String {
    let limit = 12
    let values = count > limit ? flattened().narrow(dim: 0, start: 0, length: limit) : self
    var texts: [String] =
      switch dtype {
      case .bool: values.bools().map(\.description)
      case .int64, .int32, .uint8: values.ints().map(\.description)
      case .float64: values.doubles().map(\.description)
      case .float32, .float16, .bfloat16: values.floats().map(\.description)
      }
    if count > limit { texts.append("…") }
    return texts.joined(separator: ", ")
  }
}
