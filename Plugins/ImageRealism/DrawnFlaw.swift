import RLHF

/// What may be wrong with a drawn scene.
enum DrawnFlaw: String, Sendable, CaseIterable {
  /// Every pixel is off at random.
  case noise
  /// A block of one colour hides a part.
  case occlusion
  /// The image is made of 4 × 4 blocks.
  case mosaic

  /// `pixels` of `size` by `size` RGB pixels, 0 to 1, with the flaw.
  func applied(
    to pixels: [Float], size: Int, _ generator: inout SeededGenerator
  ) -> [Float] {
    var flawed = pixels
    switch self {
    case .noise:
      for index in flawed.indices {
        // The sum of three uniforms is nearly normal; its deviation is ½.
        let draw = (0..<3).reduce(-1.5) { sum, _ in sum + generator.uniform() }
        flawed[index] = min(max(flawed[index] + Float(draw) * 0.3, 0), 1)
      }
    case .occlusion:
      let side = max(size * 5 / 16, 1)
      let (left, top) = (
        Int.random(in: 0...size - side, using: &generator),
        Int.random(in: 0...size - side, using: &generator)
      )
      let colour = (0..<3).map { _ in Float(generator.uniform()) }
      for place in 0..<side * side {
        let (x, y) = (left + place % side, top + place / side)
        for channel in 0..<3 { flawed[(y * size + x) * 3 + channel] = colour[channel] }
      }
    case .mosaic:
      let block = max(size / 4, 2)
      for y in 0..<size {
        for x in 0..<size {
          let (left, top) = (x / block * block, y / block * block)
          let (right, bottom) = (min(left + block, size), min(top + block, size))
          for channel in 0..<3 {
            var sum: Float = 0
            for row in top..<bottom {
              for column in left..<right { sum += pixels[(row * size + column) * 3 + channel] }
            }
            flawed[(y * size + x) * 3 + channel] =
              sum / Float((right - left) * (bottom - top))
          }
        }
      }
    }
    return flawed
  }
}
