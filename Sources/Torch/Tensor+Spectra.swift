import CTorch

// Fourier transforms. A complex tensor is a real one with a last dimension of 2: real part,
// imaginary part; the transforms run along the dimension before it. float32 and float64 have them.
extension Tensor {
  /// The spectrum of real signals: `[…, n]` gives `[…, length / 2 + 1, 2]`.
  ///
  /// The signal is cut or padded with zeros to `length`, which is `n` if nil.
  public func rfft(length: Int? = nil) -> Tensor {
    make("rfft(length: \(text(length)))", [self]) { ct_fft_rfft(handle, length ?? -1, -1, $0) }
  }

  /// The real signals of a spectrum: `[…, n, 2]` gives `[…, length]`.
  ///
  /// The length is `2 · (n - 1)` if nil.
  public func irfft(length: Int? = nil) -> Tensor {
    make("irfft(length: \(text(length)))", [self]) { ct_fft_irfft(handle, length ?? -1, -1, $0) }
  }

  /// The spectrum of complex signals: `[…, n, 2]` gives `[…, length, 2]`.
  public func fft(length: Int? = nil) -> Tensor {
    make("fft(length: \(text(length)))", [self]) { ct_fft_fft(handle, length ?? -1, -1, $0) }
  }

  /// The complex signals of a spectrum: `[…, n, 2]` gives `[…, length, 2]`.
  public func ifft(length: Int? = nil) -> Tensor {
    make("ifft(length: \(text(length)))", [self]) { ct_fft_ifft(handle, length ?? -1, -1, $0) }
  }

  /// The spectra of the windows of signals `[samples]` or `[batch, samples]`.
  ///
  /// - Parameters:
  ///   - nFFT: The length of a window.
  ///   - hop: The distance of two windows.
  ///   - window: `[nFFT]`, multiplied with every window; ones if nil.
  ///   - center: Whether frame `t` is centred at `t · hop`, with the signal mirrored at its ends.
  /// - Returns: `[…, nFFT / 2 + 1, frames, 2]`.
  public func stft(nFFT: Int, hop: Int, window: Tensor? = nil, center: Bool = true) -> Tensor {
    make("stft(nFFT: \(nFFT), hop: \(hop))", [self] + some(window)) {
      ct_stft(handle, nFFT, hop, window?.handle, center, $0)
    }
  }

  /// The signal of which `stft` with the same arguments gives this tensor.
  public func istft(
    nFFT: Int, hop: Int, window: Tensor? = nil, center: Bool = true, length: Int? = nil
  ) -> Tensor {
    make("istft(nFFT: \(nFFT), hop: \(hop))", [self] + some(window)) {
      ct_istft(handle, nFFT, hop, window?.handle, center, length ?? -1, $0)
    }
  }

  /// The absolute values of complex numbers: `[…, 2]` gives `[…]`; its gradient at zero is zero.
  public func complexMagnitude() -> Tensor { unary("complexMagnitude", ct_complex_abs) }

  /// The products of complex numbers, `[…, 2]` each.
  public func complexProduct(_ other: Tensor) -> Tensor {
    binary("complexProduct", other, ct_complex_mul)
  }

  /// Hann's window of `length` elements.
  ///
  /// A `periodic` one is the first part of a window of `length + 1`, as spectra want it.
  public static func hannWindow(
    _ length: Int, periodic: Bool = true, dtype: DType = .float32, device: Device = .cpu
  ) -> Tensor {
    make("hannWindow(\(length))", []) {
      ct_hann_window(length, periodic, dtype.code, device.code, $0)
    }
  }
}

/// A length in a message.
private func text(_ value: Int?) -> String { value.map { "\($0)" } ?? "all" }
