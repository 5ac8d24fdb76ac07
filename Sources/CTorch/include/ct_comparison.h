#ifndef CT_COMPARISON_H
#define CT_COMPARISON_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

// Comparisons give tensors of bool.
ct_tensor _Nullable ct_eq(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_ne(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_lt(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_le(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_gt(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_ge(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_eq_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_ne_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_lt_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_le_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_gt_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_ge_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_logical_and(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_logical_or(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_logical_xor(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_logical_not(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_isfinite(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_isnan(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_isinf(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_where(
    ct_tensor condition, ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_where_scalar(
    ct_tensor condition, ct_tensor tensor, double other, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
