import CTorch

/// An array of numbers with a shape, on a device, through which gradients can flow.
///
/// A tensor owns a handle on libtorch's tensor and frees it with its last reference. Operations
/// return new tensors; those that change one in place are named as verbs (`assign(from:)`,
/// `fill(_:)`, `add(_:scaled:)`). Operations named like views (`reshaped`, `narrow`, `transposed`,
/// …) share memory with their tensor where they can. A negative dimension counts from the end.
/// Shapes follow NumPy's rules of broadcasting.
///
/// A tensor is not `Sendable`: it belongs to the one training session that made it, and only values
/// leave that. Shapes or types that do not fit are mistakes in the program and end the process with
/// a message that names the operation and the shapes.
public final class Tensor {
  let handle: ct_tensor

  /// Takes over `handle`.
  init(handle: ct_tensor) {
    self.handle = handle
  }

  deinit {
    ct_tensor_free(handle)
  }

  /// The number of tensors that are alive in the process.
  public static var liveCount: Int { ct_tensor_live_count() }

  /// The sizes of the dimensions.
  public var shape: [Int] {
    let rank = rank
    return Array(unsafeUninitializedCapacity: rank) { buffer, count in
      if let start = buffer.baseAddress { ct_sizes(handle, start) }
      count = rank
    }
  }

  /// The number of dimensions.
  public var rank: Int { ct_dim(handle) }

  /// The number of elements.
  public var count: Int { ct_numel(handle) }

  /// The type of the elements.
  public var dtype: DType { DType(code: ct_dtype_of(handle)) }

  /// Where the elements are.
  public var device: Device { Device(code: ct_device_of(handle)) }

  /// Whether the elements lie in memory in row-major order without gaps.
  public var isContiguous: Bool { ct_is_contiguous(handle) }

  /// The size of dimension `dim`.
  public func size(_ dim: Int) -> Int {
    let shape = shape
    let index = dim < 0 ? dim + shape.count : dim
    check(shape.indices.contains(index), "size(\(dim))", [self], "there is no such dimension")
    return shape[index]
  }
}
