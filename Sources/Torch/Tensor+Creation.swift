import CTorch

extension Tensor {
  /// A tensor of float32 with `values` in row-major order; without a shape, of one dimension.
  public convenience init(_ values: [Float], shape: [Int]? = nil, device: Device = .cpu) {
    self.init(elements: values, shape: shape, dtype: .float32, device: device)
  }

  /// A tensor of float64 with `values` in row-major order; without a shape, of one dimension.
  public convenience init(_ values: [Double], shape: [Int]? = nil, device: Device = .cpu) {
    self.init(elements: values, shape: shape, dtype: .float64, device: device)
  }

  /// A tensor of int64 with `values` in row-major order; without a shape, of one dimension.
  public convenience init(_ values: [Int], shape: [Int]? = nil, device: Device = .cpu) {
    self.init(elements: values, shape: shape, dtype: .int64, device: device)
  }

  /// A tensor of int64 with `values` in row-major order; without a shape, of one dimension.
  public convenience init(_ values: [Int64], shape: [Int]? = nil, device: Device = .cpu) {
    self.init(elements: values, shape: shape, dtype: .int64, device: device)
  }

  /// A tensor of bool with `values` in row-major order; without a shape, of one dimension.
  public convenience init(_ values: [Bool], shape: [Int]? = nil, device: Device = .cpu) {
    self.init(elements: values, shape: shape, dtype: .bool, device: device)
  }

  /// A tensor of uint8 with `values` in row-major order; without a shape, of one dimension.
  public convenience init(_ values: [UInt8], shape: [Int]? = nil, device: Device = .cpu) {
    self.init(elements: values, shape: shape, dtype: .uint8, device: device)
  }

  /// A tensor of no dimension with one value.
  public convenience init(_ scalar: Double, dtype: DType = .float32, device: Device = .cpu) {
    self.init(
      handle: makeHandle("Tensor(\(scalar))", []) {
        ct_full(nil, 0, scalar, dtype.code, device.code, $0)
      })
  }

  /// A tensor with a copy of `bytes`: elements of `dtype` in row-major order and this machine's
  /// byte order.
  public convenience init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
    self.init(
      handle: makeHandle("Tensor(bytes: \(bytes.count), shape: \(shape), dtype: \(dtype))", []) {
        ct_from_bytes(bytes.baseAddress, bytes.count, shape, shape.count, dtype.code, -1, $0)
      })
  }

  /// A tensor of zeros.
  public static func zeros(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    full(shape, 0, dtype: dtype, device: device)
  }

  /// A tensor of ones.
  public static func ones(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    full(shape, 1, dtype: dtype, device: device)
  }

  /// A tensor in which every element is `value`.
  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    make("full(\(shape), \(value))", []) {
      ct_full(shape, shape.count, value, dtype.code, device.code, $0)
    }
  }

  /// A tensor whose elements are not set: assign them before reading.
  public static func empty(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    make("empty(\(shape))", []) { ct_empty(shape, shape.count, dtype.code, device.code, $0) }
  }

  /// The integers `start`, `start + step`, … before `end`, as int64.
  public static func arange(
    _ start: Int, _ end: Int, step: Int = 1, device: Device = .cpu
  ) -> Tensor {
    make("arange(\(start), \(end), step: \(step))", []) {
      ct_arange(start, end, step, device.code, $0)
    }
  }

  /// The unit matrix of `size` rows.
  public static func eye(
    _ size: Int, dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    make("eye(\(size))", []) { ct_eye(size, dtype.code, device.code, $0) }
  }

  /// The tensors one after the other along dimension `dim`, which exists.
  public static func concatenate(_ tensors: [Tensor], dim: Int) -> Tensor {
    make("concatenate(dim: \(dim))", tensors) {
      ct_cat(tensors.map(\.handle), tensors.count, dim, $0)
    }
  }

  /// The tensors, all of one shape, along a new dimension `dim`.
  public static func stack(_ tensors: [Tensor], dim: Int) -> Tensor {
    make("stack(dim: \(dim))", tensors) {
      ct_stack(tensors.map(\.handle), tensors.count, dim, $0)
    }
  }

  private convenience init<Element>(
    elements: [Element], shape: [Int]?, dtype: DType, device: Device
  ) {
    let shape = shape ?? [elements.count]
    self.init(
      handle: elements.withUnsafeBytes { bytes in
        makeHandle("Tensor of \(elements.count) values in shape \(shape)", []) {
          ct_from_bytes(
            bytes.baseAddress, bytes.count, shape, shape.count, dtype.code, device.code, $0)
        }
      })
  }
}
