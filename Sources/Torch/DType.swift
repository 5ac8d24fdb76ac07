import CTorch

/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable, Codable {
  case float32, float64, float16, bfloat16, int64, int32, uint8, bool

  /// The size of one element in memory.
  public var byteSize: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8, .bool: 1
    }
  }

  /// Whether the elements have fractions, and so can have gradients.
  public var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    case .int64, .int32, .uint8, .bool: false
    }
  }

  /// The number that stands for the type in the C interface.
  var code: ct_dtype {
    switch self {
    case .float32: ct_dtype(ct_dtype_float32)
    case .float64: ct_dtype(ct_dtype_float64)
    case .float16: ct_dtype(ct_dtype_float16)
    case .bfloat16: ct_dtype(ct_dtype_bfloat16)
    case .int64: ct_dtype(ct_dtype_int64)
    case .int32: ct_dtype(ct_dtype_int32)
    case .uint8: ct_dtype(ct_dtype_uint8)
    case .bool: ct_dtype(ct_dtype_bool)
    }
  }

  /// The type that `code` stands for.
  init(code: ct_dtype) {
    guard let type = DType.allCases.first(where: { $0.code == code }) else {
      fatalError("a tensor has an element type that Torch does not know (code \(code))")
    }
    self = type
  }
}
