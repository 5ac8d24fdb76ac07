import CTorch

extension Tensor {
  /// The cross-correlation of `[batch, in, length]` with a weight `[out, in / groups, size]`.
  public func conv1d(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) -> Tensor {
    make("conv1d", [self, weight] + some(bias)) {
      ct_conv1d(
        handle, weight.handle, bias?.handle, [stride], [padding], [dilation], groups, $0)
    }
  }

  /// The cross-correlation of `[batch, in, height, width]` with a weight `[out, in / groups, rows,
  /// columns]`.
  public func conv2d(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) -> Tensor {
    make("conv2d", [self, weight] + some(bias)) {
      ct_conv2d(
        handle, weight.handle, bias?.handle, [stride, stride], [padding, padding],
        [dilation, dilation], groups, $0)
    }
  }

  /// The transpose of `conv1d` as a linear map, with a weight `[in, out / groups, size]`.
  public func convTranspose1d(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0,
    outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    make("convTranspose1d", [self, weight] + some(bias)) {
      ct_conv_transpose1d(
        handle, weight.handle, bias?.handle, [stride], [padding], [outputPadding], groups,
        [dilation], $0)
    }
  }

  /// The transpose of `conv2d` as a linear map, with a weight `[in, out / groups, rows, columns]`.
  public func convTranspose2d(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0,
    outputPadding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    make("convTranspose2d", [self, weight] + some(bias)) {
      ct_conv_transpose2d(
        handle, weight.handle, bias?.handle, [stride, stride], [padding, padding],
        [outputPadding, outputPadding], groups, [dilation, dilation], $0)
    }
  }

  /// The means of windows of `size` elements of the last dimension; without a stride, side by side.
  public func avgPool1d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    make("avgPool1d(\(size))", [self]) {
      ct_avg_pool1d(handle, size, stride ?? size, padding, $0)
    }
  }

  /// The means of square windows of the last two dimensions; without a stride, side by side.
  public func avgPool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    let stride = stride ?? size
    return make("avgPool2d(\(size))", [self]) {
      ct_avg_pool2d(handle, [size, size], [stride, stride], [padding, padding], $0)
    }
  }

  /// The largest elements of square windows of the last two dimensions; without a stride, side by
  /// side.
  public func maxPool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    let stride = stride ?? size
    return make("maxPool2d(\(size))", [self]) {
      ct_max_pool2d(handle, [size, size], [stride, stride], [padding, padding], $0)
    }
  }

  /// The means of as many windows of the last two dimensions as make `height` and `width`.
  public func adaptiveAvgPool2d(height: Int, width: Int) -> Tensor {
    make("adaptiveAvgPool2d(height: \(height), width: \(width))", [self]) {
      ct_adaptive_avg_pool2d(handle, [height, width], $0)
    }
  }

  /// How `interpolated` finds values between elements.
  public enum Interpolation: Sendable {
    /// The nearest element.
    case nearest
    /// A line, or a bilinear surface, through the neighbours.
    case linear
  }

  /// The tensor at another resolution: `[batch, channels, length]` for one size, `[batch, channels,
  /// height, width]` for two.
  public func interpolated(
    to sizes: [Int], mode: Interpolation = .nearest, alignCorners: Bool = false
  ) -> Tensor {
    check(
      sizes.count == 1 || sizes.count == 2, "interpolated(to: \(sizes))", [self],
      "one size or two are expected")
    return make("interpolated(to: \(sizes))", [self]) {
      switch (mode, sizes.count) {
      case (.nearest, 1): ct_upsample_nearest1d(handle, sizes, $0)
      case (.nearest, _): ct_upsample_nearest2d(handle, sizes, $0)
      case (.linear, 1): ct_upsample_linear1d(handle, sizes, alignCorners, $0)
      case (.linear, _): ct_upsample_bilinear2d(handle, sizes, alignCorners, $0)
      }
    }
  }
}
