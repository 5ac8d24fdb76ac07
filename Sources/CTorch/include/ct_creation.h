#ifndef CT_CREATION_H
#define CT_CREATION_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

/// Copies `size` bytes into a new tensor.
ct_tensor _Nullable ct_from_bytes(
    const void *_Nullable bytes, size_t size, const intptr_t *_Nullable sizes, intptr_t dim,
    ct_dtype dtype, ct_device device, ct_error error);
/// A tensor over memory that the caller owns. `release(context)` is called once: when the last use
/// of the memory ends, or on failure.
ct_tensor _Nullable ct_from_memory(
    void *memory, const intptr_t *_Nullable sizes, intptr_t dim, ct_dtype dtype, void *context,
    void (*release)(void *), ct_error error);
ct_tensor _Nullable ct_empty(
    const intptr_t *_Nullable sizes, intptr_t dim, ct_dtype dtype, ct_device device,
    ct_error error);
ct_tensor _Nullable ct_full(
    const intptr_t *_Nullable sizes, intptr_t dim, double fill_value, ct_dtype dtype,
    ct_device device, ct_error error);
ct_tensor _Nullable ct_arange(
    intptr_t start, intptr_t end, intptr_t step, ct_device device, ct_error error);
ct_tensor _Nullable ct_eye(intptr_t n, ct_dtype dtype, ct_device device, ct_error error);
ct_tensor _Nullable ct_hann_window(
    intptr_t window_length, bool periodic, ct_dtype dtype, ct_device device, ct_error error);
ct_tensor _Nullable ct_cat(
    const ct_tensor _Nonnull *_Nullable tensors, intptr_t count, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_stack(
    const ct_tensor _Nonnull *_Nullable tensors, intptr_t count, intptr_t dim, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
