#ifndef CT_SHAPE_H
#define CT_SHAPE_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

ct_tensor _Nullable ct_reshape(
    ct_tensor tensor, const intptr_t *_Nullable shape, intptr_t count, ct_error error);
ct_tensor _Nullable ct_transpose(ct_tensor tensor, intptr_t dim0, intptr_t dim1, ct_error error);
ct_tensor _Nullable ct_permute(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, ct_error error);
ct_tensor _Nullable ct_unsqueeze(ct_tensor tensor, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_squeeze(ct_tensor tensor, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_squeeze_all(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_flatten(
    ct_tensor tensor, intptr_t start_dim, intptr_t end_dim, ct_error error);
ct_tensor _Nullable ct_expand(
    ct_tensor tensor, const intptr_t *_Nullable size, intptr_t count, ct_error error);
ct_tensor _Nullable ct_repeat(
    ct_tensor tensor, const intptr_t *_Nullable repeats, intptr_t count, ct_error error);
ct_tensor _Nullable ct_repeat_interleave(
    ct_tensor tensor, intptr_t repeats, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_narrow(
    ct_tensor tensor, intptr_t dim, intptr_t start, intptr_t length, ct_error error);
/// Elements `start`, `start + step`, … before `end` of a dimension.
ct_tensor _Nullable ct_slice(
    ct_tensor tensor, intptr_t dim, intptr_t start, intptr_t end, intptr_t step, ct_error error);
ct_tensor _Nullable ct_select(ct_tensor tensor, intptr_t dim, intptr_t index, ct_error error);
/// Stores the `count` parts of a dimension in `parts`.
bool ct_split(
    ct_tensor tensor, const intptr_t *_Nullable split_sizes, intptr_t count, intptr_t dim,
    ct_tensor _Nullable *_Nullable parts, ct_error error);
ct_tensor _Nullable ct_flip(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, ct_error error);
ct_tensor _Nullable ct_roll(
    ct_tensor tensor, intptr_t shifts, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_tril(ct_tensor tensor, intptr_t diagonal, ct_error error);
ct_tensor _Nullable ct_triu(ct_tensor tensor, intptr_t diagonal, ct_error error);
ct_tensor _Nullable ct_diagonal(
    ct_tensor tensor, intptr_t offset, intptr_t dim1, intptr_t dim2, ct_error error);
ct_tensor _Nullable ct_unfold(
    ct_tensor tensor, intptr_t dimension, intptr_t size, intptr_t step, ct_error error);
/// `mode` is constant, reflect, replicate or circular; `pad` starts at the last dimension.
ct_tensor _Nullable ct_pad(
    ct_tensor tensor, const intptr_t *_Nullable pad, intptr_t count, const char *mode,
    double value, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
