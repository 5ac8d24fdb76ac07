#ifndef CT_SPECTRA_H
#define CT_SPECTRA_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

// A complex tensor is a real one with a last dimension of 2: real part, imaginary part.
// A length `n` of -1 is the length of the input; `dim` counts the dimensions of the complex tensor.
ct_tensor _Nullable ct_fft_rfft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_fft_irfft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_fft_fft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_fft_ifft(ct_tensor input, intptr_t n, intptr_t dim, ct_error error);
/// `[…, samples]` to `[…, n_fft / 2 + 1, frames, 2]`; the edges are reflected when `center` is set.
ct_tensor _Nullable ct_stft(
    ct_tensor input, intptr_t n_fft, intptr_t hop_length, ct_tensor _Nullable window, bool center,
    ct_error error);
/// A `length` of -1 is the length that the frames cover.
ct_tensor _Nullable ct_istft(
    ct_tensor input, intptr_t n_fft, intptr_t hop_length, ct_tensor _Nullable window, bool center,
    intptr_t length, ct_error error);
/// The absolute values of a complex tensor.
ct_tensor _Nullable ct_complex_abs(ct_tensor input, ct_error error);
/// The product of two complex tensors.
ct_tensor _Nullable ct_complex_mul(ct_tensor input, ct_tensor other, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
