import Foundation
import Media

/// Figures of the pixels of an image that people would name, each from the values 0 to 1.
struct ImageMeasures: Equatable {
  /// The mean of the luminance.
  var brightness: Double
  /// The standard deviation of the luminance.
  var contrast: Double
  /// The standard deviation of the luminance's Laplacian: high for sharp edges, and for noise.
  var sharpness: Double
  /// The standard deviation of the noise, by the mask of Immerkær (1996), which takes no notice of edges that are straight.
  var noise: Double
  /// The colourfulness of Hasler and Süsstrunk (2003), equation 9.
  var colourfulness: Double

  /// Measures an RGB image.
  init(of image: RasterImage) {
    let (width, height) = (image.width, image.height)
    let count = width * height
    var luminance = [Double](repeating: 0, count: count)
    var (redGreen, yellowBlue) = (luminance, luminance)
    image.samples.withUnsafeBufferPointer { samples in
      for pixel in 0..<count {
        let red = Double(samples[3 * pixel]) / 255
        let green = Double(samples[3 * pixel + 1]) / 255
        let blue = Double(samples[3 * pixel + 2]) / 255
        luminance[pixel] = 0.299 * red + 0.587 * green + 0.114 * blue
        redGreen[pixel] = red - green
        yellowBlue[pixel] = (red + green) / 2 - blue
      }
    }
    let light = Moments(luminance)
    (brightness, contrast) = (light.mean, light.deviation)
    let (one, two) = (Moments(redGreen), Moments(yellowBlue))
    colourfulness =
      hypot(one.deviation, two.deviation) + 0.3 * hypot(one.mean, two.mean)
    var (laplacian, residual): ([Double], Double) = ([], 0)
    for y in 1..<max(height - 1, 1) {
      for x in 1..<max(width - 1, 1) {
        func at(_ dx: Int, _ dy: Int) -> Double { luminance[(y + dy) * width + x + dx] }
        let sides = at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1)
        let corners = at(-1, -1) + at(1, -1) + at(-1, 1) + at(1, 1)
        laplacian.append(sides - 4 * at(0, 0))
        residual += abs(corners - 2 * sides + 4 * at(0, 0))
      }
    }
    sharpness = Moments(laplacian).deviation
    noise = (Double.pi / 2).squareRoot() / 6 * residual / Double(max(laplacian.count, 1))
  }

  /// The figures by name.
  var named: [String: Double] {
    [
      "brightness": brightness, "contrast": contrast, "sharpness": sharpness, "noise": noise,
      "colourfulness": colourfulness,
    ]
  }

  private struct Moments {
    var mean = 0.0
    var deviation = 0.0

    init(_ values: [Double]) {
      guard !values.isEmpty else { return }
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      self.mean = mean
      deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    }
  }
}
