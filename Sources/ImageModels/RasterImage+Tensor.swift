public import Media
public import Torch

extension Tensor {
  /// Images of one size and number of channels as `[B, C, H, W]`, samples scaled from 0...255 to -1...1.
  public convenience init(images: [RasterImage]) {
    self.init(images: images, scale: 2.0 / 255, shift: -1)
  }

  /// Images as `[B, C, H, W]`, samples times `scale` plus `shift`.
  convenience init(images: [RasterImage], scale: Double, shift: Double) {
    precondition(!images.isEmpty, "a batch of images needs at least one")
    let (width, height, channels) = (images[0].width, images[0].height, images[0].channels)
    var values: [UInt8] = []
    values.reserveCapacity(images.count * images[0].samples.count)
    for image in images {
      precondition(
        (image.width, image.height, image.channels) == (width, height, channels),
        "images of one batch: \(image.width) by \(image.height) with \(image.channels) channels beside \(width) by \(height) with \(channels)"
      )
      values += image.samples
    }
    let bytes = Tensor(values, shape: [images.count, height, width, channels])
    let scaled = bytes.to(.float32) * scale + shift
    // The result keeps its own memory: rows, columns and channels are stored in another order.
    self.init(
      scaled.permuted([0, 3, 1, 2]).floats(), shape: [images.count, channels, height, width])
  }
}

extension RasterImage {
  /// The images of `[B, C, H, W]` with samples from -1 to 1: rounded, cut off beyond; numbers that are not finite are black.
  public static func images(from tensor: Tensor) -> [RasterImage] {
    precondition(
      tensor.rank == 4 && [1, 3, 4].contains(tensor.shape[1]),
      "images are [B, C, H, W] with 1, 3 or 4 channels, not \(tensor.shape)")
    let shape = tensor.shape
    let values = tensor.detached().permuted([0, 2, 3, 1]).floats()
    let samples = values.map { value -> UInt8 in
      value.isFinite ? UInt8(min(max((value + 1) * 127.5, 0), 255).rounded()) : 0
    }
    let count = shape[1] * shape[2] * shape[3]
    return (0..<shape[0]).map { index in
      RasterImage(
        width: shape[3], height: shape[2], channels: shape[1],
        samples: Array(samples[index * count..<(index + 1) * count]))
    }
  }
}
