#include "bridge.h"

#include <ATen/ops/fft_fft.h>
#include <ATen/ops/fft_ifft.h>
#include <ATen/ops/fft_irfft.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/istft.h>
#include <ATen/ops/stft.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>

using namespace bridge;

namespace {

at::Tensor complex(ct_tensor tensor) { return at::view_as_complex(tensor->value.contiguous()); }

std::optional<int64_t> length_of(intptr_t n) {
  return n < 0 ? std::nullopt : std::optional<int64_t>(n);
}

}  // namespace

ct_tensor ct_fft_rfft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error) {
  return make(error, [&] {
    return at::view_as_real(at::fft_rfft(input->value, length_of(n), dim));
  });
}

ct_tensor ct_fft_irfft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error) {
  return make(error, [&] { return at::fft_irfft(complex(input), length_of(n), dim); });
}

ct_tensor ct_fft_fft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error) {
  return make(error, [&] {
    return at::view_as_real(at::fft_fft(complex(input), length_of(n), dim));
  });
}

ct_tensor ct_fft_ifft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error) {
  return make(error, [&] {
    return at::view_as_real(at::fft_ifft(complex(input), length_of(n), dim));
  });
}

ct_tensor ct_stft(
    ct_tensor input, intptr_t n_fft, intptr_t hop_length, ct_tensor window, bool center,
    ct_error error) {
  return make(error, [&] {
    auto spectrum = at::stft(
        input->value, n_fft, hop_length, /*win_length=*/std::nullopt, optional(window), center,
        /*pad_mode=*/"reflect", /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true);
    return at::view_as_real(spectrum);
  });
}

ct_tensor ct_istft(
    ct_tensor input, intptr_t n_fft, intptr_t hop_length, ct_tensor window, bool center,
    intptr_t length, ct_error error) {
  return make(error, [&] {
    return at::istft(
        complex(input), n_fft, hop_length, /*win_length=*/std::nullopt, optional(window), center,
        /*normalized=*/false, /*onesided=*/true, length_of(length));
  });
}

ct_tensor ct_complex_abs(ct_tensor input, ct_error error) {
  return make(error, [&] { return complex(input).abs(); });
}

ct_tensor ct_complex_mul(ct_tensor input, ct_tensor other, ct_error error) {
  return make(error, [&] { return at::view_as_real(complex(input).mul(complex(other))); });
}
