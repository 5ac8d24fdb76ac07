import RLHFCore
import Testing
import Torch

/// Convolutions against loops that follow their definition.
struct TensorConvolutionTests {
  struct Setting: Sendable {
    var stride = 1
    var padding = 0
    var dilation = 1
    var groups = 1
  }

  static let settings = [
    Setting(), Setting(stride: 2, padding: 1), Setting(padding: 2, dilation: 2),
    Setting(stride: 2, padding: 1, dilation: 2, groups: 2),
  ]

  private func reference(
    _ input: Tensor, _ weight: Tensor, _ bias: Tensor, _ setting: Setting
  ) -> (values: [Double], shape: [Int]) {
    let (x, w, b) = (Elements(input), Elements(weight), Elements(bias))
    let (height, width) = (x.shape[2], x.shape[3])
    let (outputs, inputs, rows, columns) = (w.shape[0], w.shape[1], w.shape[2], w.shape[3])
    func size(_ size: Int, _ kernel: Int) -> Int {
      (size + 2 * setting.padding - setting.dilation * (kernel - 1) - 1) / setting.stride + 1
    }
    let shape = [x.shape[0], outputs, size(height, rows), size(width, columns)]
    var values: [Double] = []
    forEachIndex(shape) { index in
      var sum = b[index[1]]
      let first = index[1] / (outputs / setting.groups) * inputs
      forEachIndex([inputs, rows, columns]) { k in
        let row = index[2] * setting.stride - setting.padding + k[1] * setting.dilation
        let column = index[3] * setting.stride - setting.padding + k[2] * setting.dilation
        guard (0..<height).contains(row), (0..<width).contains(column) else { return }
        sum += x[index[0], first + k[0], row, column] * w[index[1], k[0], k[1], k[2]]
      }
      values.append(sum)
    }
    return (values, shape)
  }

  @Test(arguments: settings)
  func twoDimensions(_ setting: Setting) {
    let input = sample([2, 4, 7, 6], 1)
    let (weight, bias) = (sample([6, 4 / setting.groups, 3, 2], 2), sample([6], 3))
    let expected = reference(input, weight, bias, setting)
    let found = input.conv2d(
      weight: weight, bias: bias, stride: setting.stride, padding: setting.padding,
      dilation: setting.dilation, groups: setting.groups)
    expect(found, expected.values, shape: expected.shape)
  }

  @Test(arguments: settings)
  func oneDimension(_ setting: Setting) {
    let input = sample([2, 4, 9], 1)
    let (weight, bias) = (sample([6, 4 / setting.groups, 3], 2), sample([6], 3))
    // An image of as many equal rows as a kernel column of zeros, ones, zeros would read.
    let image = input.unsqueezed(2).padded([0, 0, setting.dilation, setting.dilation])
    let kernel = weight.unsqueezed(2).padded([0, 0, 1, 1])
    let found = input.conv1d(
      weight: weight, bias: bias, stride: setting.stride, padding: setting.padding,
      dilation: setting.dilation, groups: setting.groups)
    let rows = image.conv2d(
      weight: kernel, bias: bias, padding: setting.padding, dilation: setting.dilation,
      groups: setting.groups)
    let row = rows.select(dim: 2, index: setting.padding)
    expect(
      found, row.slice(dim: 2, from: 0, to: row.size(2), step: setting.stride).doubles())
  }

  /// `⟨conv(x), y⟩ = ⟨x, convTranspose(y)⟩`.
  @Test func transposes() {
    let (image, weight) = (sample([2, 4, 7, 7], 1), sample([6, 4, 3, 3], 2))
    let output = image.conv2d(weight: weight, stride: 2, padding: 1)
    let other = sample(output.shape, 3)
    let back = other.convTranspose2d(weight: weight, stride: 2, padding: 1)
    #expect(back.shape == image.shape)
    expect((output * other).sum(), [(image * back).sum().item()], within: 1e-11)

    let (signal, filter) = (sample([2, 4, 8], 1), sample([6, 4, 3], 2))
    let response = signal.conv1d(weight: filter, stride: 2, padding: 1)
    let probe = sample(response.shape, 3)
    let echo = probe.convTranspose1d(weight: filter, stride: 2, padding: 1, outputPadding: 1)
    expect((response * probe).sum(), [(signal * echo).sum().item()], within: 1e-11)
  }

  @Test func pooling() {
    let image = Tensor((0..<16).map(Double.init), shape: [1, 1, 4, 4])
    expect(image.avgPool2d(2), [2.5, 4.5, 10.5, 12.5], shape: [1, 1, 2, 2])
    expect(image.maxPool2d(2), [5, 7, 13, 15])
    expect(image.maxPool2d(3, stride: 1), [10, 11, 14, 15])
    expect(image.adaptiveAvgPool2d(height: 1, width: 2), [6.5, 8.5])
    expect(image.reshaped([1, 1, 16]).avgPool1d(8), [3.5, 11.5])
  }

  @Test func interpolation() {
    let image = Tensor([1.0, 2, 3, 4], shape: [1, 1, 2, 2])
    expect(
      image.interpolated(to: [4, 4]), [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
    expect(
      image.interpolated(to: [3, 3], mode: .linear, alignCorners: true),
      [1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4])
    let signal = Tensor([1.0, 3], shape: [1, 1, 2])
    expect(signal.interpolated(to: [4]), [1, 1, 3, 3])
    expect(signal.interpolated(to: [4], mode: .linear), [1, 1.5, 2.5, 3])
  }
}
