import CTorch

extension Tensor {
  /// The tensor with elements of another type; itself if they are of it.
  public func to(_ dtype: DType) -> Tensor {
    dtype == self.dtype
      ? self : make("to(\(dtype))", [self]) { ct_to_dtype(handle, dtype.code, $0) }
  }

  /// The tensor on another device; itself if it is there.
  public func to(_ device: Device) -> Tensor {
    device == self.device
      ? self : make("to(\(device))", [self]) { ct_to_device(handle, device.code, $0) }
  }

  /// A contiguous copy, through which gradients flow.
  public func copied() -> Tensor { unary("copied", ct_clone) }
}
