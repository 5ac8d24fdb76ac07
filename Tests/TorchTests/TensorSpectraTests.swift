import RLHFCore
import Foundation
import Testing
import Torch

/// Spectra against sums that follow their definition.
struct TensorSpectraTests {
  /// `∑ x[n] · exp(∓2πi · k · n / N)`, real and imaginary parts in turn.
  private func transform(
    _ signal: [(Double, Double)], sign: Double = -1, count: Int? = nil
  ) -> [Double] {
    (0..<(count ?? signal.count)).flatMap { k in
      let sum = signal.enumerated().reduce((0.0, 0.0)) { sum, element in
        let angle = sign * 2 * .pi * Double(k * element.offset) / Double(signal.count)
        let (real, imaginary) = element.element
        return (
          sum.0 + real * cos(angle) - imaginary * sin(angle),
          sum.1 + real * sin(angle) + imaginary * cos(angle)
        )
      }
      return [sum.0, sum.1]
    }
  }

  private func pairs(_ values: [Double]) -> [(Double, Double)] {
    stride(from: 0, to: values.count, by: 2).map { (values[$0], values[$0 + 1]) }
  }

  @Test(arguments: [6, 7])
  func realSignals(_ count: Int) {
    let signal = sample([2, count])
    let spectrum = signal.rfft()
    let expected = (0..<2).flatMap { row in
      transform(signal[row].doubles().map { ($0, 0) }, count: count / 2 + 1)
    }
    expect(spectrum, expected, shape: [2, count / 2 + 1, 2])
    expect(spectrum.irfft(length: count), signal.doubles(), shape: [2, count])
  }

  @Test func lengthsCutAndPad() {
    let signal = Tensor([1.0, 2, 3])
    expect(signal.rfft(length: 2), transform([(1, 0), (2, 0)]))
    expect(
      signal.rfft(length: 4), transform([(1, 0), (2, 0), (3, 0), (0, 0)], count: 3))
  }

  @Test func complexSignals() {
    let signal = sample([5, 2])
    let expected = transform(pairs(signal.doubles()))
    expect(signal.fft(), expected, shape: [5, 2])
    expect(signal.ifft(), transform(pairs(signal.doubles()), sign: 1).map { $0 / 5 })
    expect(signal.fft().ifft(), signal.doubles())
    expect(signal.complexMagnitude(), pairs(signal.doubles()).map { hypot($0.0, $0.1) })
    let other = sample([5, 2], 2)
    expect(
      signal.complexProduct(other),
      zip(pairs(signal.doubles()), pairs(other.doubles())).flatMap { a, b in
        [a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0]
      })
  }

  @Test func hannWindow() {
    let periodic = (0..<6).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / 6) }
    let symmetric = (0..<6).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / 5) }
    expect(.hannWindow(6, dtype: .float64), periodic)
    expect(.hannWindow(6, periodic: false, dtype: .float64), symmetric)
  }

  @Test(arguments: [true, false])
  func windowsOfASignal(_ center: Bool) {
    let (size, hop) = (8, 3)
    let signal = sample([2, 20])
    let window = Tensor.hannWindow(size, dtype: .float64)
    let shape = [2, size / 2 + 1, center ? 7 : 5, 2]
    let w = window.doubles()
    var expected = [[[Double]]](repeating: [], count: 2)
    for row in 0..<2 {
      var values = signal[row].doubles()
      if center { values = values[1...4].reversed() + values + values[15...18].reversed() }
      expected[row] = (0..<shape[2]).map { frame in
        transform((0..<size).map { (values[frame * hop + $0] * w[$0], 0) }, count: shape[1])
      }
    }
    var flat: [Double] = []
    forEachIndex(shape) { flat.append(expected[$0[0]][$0[2]][2 * $0[1] + $0[3]]) }
    expect(
      signal.stft(nFFT: size, hop: hop, window: window, center: center), flat, shape: shape)
  }

  @Test func inverseOfWindows() {
    let signal = sample([2, 40])
    let window = Tensor.hannWindow(16, dtype: .float64)
    let spectra = signal.stft(nFFT: 16, hop: 4, window: window)
    expect(
      spectra.istft(nFFT: 16, hop: 4, window: window, length: 40), signal.doubles(),
      shape: [2, 40])
  }
}
