import CTorch

extension Tensor {
  /// The value of a tensor of one element.
  ///
  /// Integers beyond 2⁵³ lose digits; `ints()` keeps them.
  public func item() -> Double {
    var value = 0.0
    run("item", [self]) { ct_item(handle, &value, $0) }
    return value
  }

  /// The elements in row-major order, converted to single precision.
  public func floats() -> [Float] { elements(.float32) }

  /// The elements in row-major order, converted to double precision.
  public func doubles() -> [Double] { elements(.float64) }

  /// The elements in row-major order as integers; fractions are cut off.
  public func ints() -> [Int] { elements(.int64) }

  /// The elements in row-major order as truth values: whether they differ from zero.
  public func bools() -> [Bool] { elements(.bool) }

  /// Calls `body` with the bytes of the elements in row-major order, which are valid during the
  /// call only.
  ///
  /// A contiguous tensor on the CPU is read where it is; any other is copied first.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let source = to(.cpu).contiguous()
    return try withExtendedLifetime(source) {
      try body(
        UnsafeRawBufferPointer(start: ct_data(source.handle), count: count * dtype.byteSize))
    }
  }

  private func elements<Element>(_ type: DType) -> [Element] {
    let count = count
    return Array(unsafeUninitializedCapacity: count) { buffer, filled in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      if let start = bytes.baseAddress {
        run("read elements", [self]) { ct_copy_out(handle, type.code, start, bytes.count, $0) }
      }
      filled = count
    }
  }
}
