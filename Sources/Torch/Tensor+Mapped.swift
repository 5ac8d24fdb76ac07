import CTorch
import RLHFCore

extension Tensor {
  /// A tensor over the bytes of `file` from `offset` on, which are not copied; the file stays
  /// mapped while the tensor or one that shares its memory lives.
  ///
  /// An `offset` that is no multiple of the size of an element makes a copy.
  ///
  /// - Throws: An `RLHFError` when the file has too few bytes, or a size is negative.
  public convenience init(
    mapped file: MappedFile, offset: Int, shape: [Int], dtype: DType
  ) throws {
    let count = shape.reduce(Int?(1)) { product, size in
      guard let product, size >= 0 else { return nil }
      let (result, overflow) = product.multipliedReportingOverflow(by: size)
      return overflow ? nil : result
    }
    guard offset >= 0, let count, count <= (Int.max - offset) / dtype.byteSize,
      offset + count * dtype.byteSize <= file.count
    else {
      throw RLHFError(
        .invalidData,
        "found '\(file.path)' of \(file.count) bytes, expected a tensor \(shape) \(dtype.rawValue) "
          + "at byte \(offset): the file is truncated or its header is wrong")
    }
    guard count > 0, let base = file.base, offset.isMultiple(of: dtype.byteSize) else {
      let bytes = UnsafeRawBufferPointer(start: file.base, count: file.count)
      self.init(
        bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count * dtype.byteSize]),
        shape: shape, dtype: dtype)
      withExtendedLifetime(file) {}
      return
    }
    let owner = Unmanaged.passRetained(file).toOpaque()
    self.init(
      handle: makeHandle("Tensor(mapped:)", []) {
        ct_from_memory(
          base + offset, shape, shape.count, dtype.code, owner,
          { Unmanaged<MappedFile>.fromOpaque($0).release() }, $0)
      })
  }
}
