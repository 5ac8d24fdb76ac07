import Foundation
import Media
import RLHF

/// A shape of one colour on a plain ground: the images that the sample project draws by rule.
struct DrawnScene: Sendable, Hashable {
  /// What is drawn.
  enum Shape: String, Sendable, CaseIterable {
    case circle, square, triangle, cross
  }

  /// The colour of the shape.
  enum Colour: String, Sendable, CaseIterable {
    case red, green, blue, yellow

    var components: [Double] {
      switch self {
      case .red: [0.90, 0.20, 0.20]
      case .green: [0.20, 0.80, 0.30]
      case .blue: [0.25, 0.40, 0.95]
      case .yellow: [0.95, 0.85, 0.20]
      }
    }
  }

  var shape: Shape
  var colour: Colour
  /// The middle of the shape, and half its size, in fractions of the image's width.
  var x = 0.5
  var y = 0.5
  var radius = 0.28
  /// The grey of the ground, 0 to 1.
  var ground = 0.3

  /// The words that ask for such a scene.
  var text: String { "a \(colour.rawValue) \(shape.rawValue)" }

  /// The words of all scenes, in the order of the classes.
  static let texts: [String] = Shape.allCases.flatMap { shape in
    Colour.allCases.map { DrawnScene(shape: shape, colour: $0).text }
  }

  /// The scene that `text` asks for, in the middle; `nil` where it asks for something else.
  init?(text: String?) {
    guard let index = Self.texts.firstIndex(where: { $0 == text }) else { return nil }
    let colours = Colour.allCases
    self.init(
      shape: Shape.allCases[index / colours.count], colour: colours[index % colours.count])
  }

  init(shape: Shape, colour: Colour) {
    self.shape = shape
    self.colour = colour
  }

  /// The places, sizes and grounds that scenes are drawn with.
  static let (places, radii, grounds) = (0.36...0.64, 0.2...0.32, 0.05...0.5)

  /// The same with place, size and ground drawn at random.
  func varied(_ generator: inout SeededGenerator) -> DrawnScene {
    var scene = self
    func draw(_ range: ClosedRange<Double>) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
    }
    (scene.x, scene.y) = (draw(Self.places), draw(Self.places))
    (scene.radius, scene.ground) = (draw(Self.radii), draw(Self.grounds))
    return scene
  }

  /// How much of each of `size` by `size` pixels the shape covers, by 4 × 4 points.
  func shares(_ size: Int) -> [Double] {
    let points = 4
    let places = (0..<size * points).map { (Double($0) + 0.5) / Double(size * points) }
    var counts = [Int](repeating: 0, count: size * size)
    for (row, down) in places.enumerated() {
      for (column, across) in places.enumerated()
      where covers((across - x) / radius, (down - y) / radius) {
        counts[row / points * size + column / points] += 1
      }
    }
    return counts.map { Double($0) / Double(points * points) }
  }

  /// The colours of `size` by `size` pixels, interleaved, 0 to 1.
  func pixels(_ size: Int) -> [Float] {
    shares(size).flatMap { share in
      colour.components.map { Float(share * $0 + (1 - share) * ground) }
    }
  }

  /// The image, `size` by `size`.
  func image(_ size: Int) -> RasterImage { RasterImage(unit: pixels(size), size: size) }

  /// Whether the shape, of half size 1 around the origin, covers a point.
  private func covers(_ x: Double, _ y: Double) -> Bool {
    switch shape {
    case .circle: x * x + y * y <= 1
    case .square: max(abs(x), abs(y)) <= 0.9
    case .triangle: y <= 0.85 && abs(x) <= (y + 1) * 0.55
    case .cross: min(abs(x), abs(y)) <= 0.33 && max(abs(x), abs(y)) <= 1
    }
  }
}

extension RasterImage {
  /// An RGB image of interleaved values 0 to 1.
  init(unit values: [Float], size: Int) {
    self.init(
      width: size, height: size, channels: 3,
      samples: values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) })
  }
}
