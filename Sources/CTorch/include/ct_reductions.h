#ifndef CT_REDUCTIONS_H
#define CT_REDUCTIONS_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

// Reductions of all elements.
ct_tensor _Nullable ct_sum(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_mean(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_prod(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_max(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_min(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_any(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_all(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_norm(ct_tensor tensor, ct_error error);

// Reductions of dimensions. For var, std and norm, no dimension means all of them.
ct_tensor _Nullable ct_sum_dims(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, bool keepdim,
    ct_error error);
ct_tensor _Nullable ct_mean_dims(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, bool keepdim,
    ct_error error);
ct_tensor _Nullable ct_logsumexp_dims(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, bool keepdim,
    ct_error error);
ct_tensor _Nullable ct_amax_dims(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, bool keepdim,
    ct_error error);
ct_tensor _Nullable ct_amin_dims(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, bool keepdim,
    ct_error error);
ct_tensor _Nullable ct_var_dims(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, intptr_t correction,
    bool keepdim, ct_error error);
ct_tensor _Nullable ct_std_dims(
    ct_tensor tensor, const intptr_t *_Nullable dims, intptr_t count, intptr_t correction,
    bool keepdim, ct_error error);
ct_tensor _Nullable ct_norm_dims(
    ct_tensor tensor, double ord, const intptr_t *_Nullable dims, intptr_t count, bool keepdim,
    ct_error error);
ct_tensor _Nullable ct_prod_dim(ct_tensor tensor, intptr_t dim, bool keepdim, ct_error error);
ct_tensor _Nullable ct_any_dim(ct_tensor tensor, intptr_t dim, bool keepdim, ct_error error);
ct_tensor _Nullable ct_all_dim(ct_tensor tensor, intptr_t dim, bool keepdim, ct_error error);
ct_tensor _Nullable ct_argmax_dim(ct_tensor tensor, intptr_t dim, bool keepdim, ct_error error);
ct_tensor _Nullable ct_argmin_dim(ct_tensor tensor, intptr_t dim, bool keepdim, ct_error error);

// Values and their indices.
bool ct_max_dim(
    ct_tensor tensor, intptr_t dim, bool keepdim, ct_tensor _Nullable *_Nonnull values,
    ct_tensor _Nullable *_Nonnull indices, ct_error error);
bool ct_min_dim(
    ct_tensor tensor, intptr_t dim, bool keepdim, ct_tensor _Nullable *_Nonnull values,
    ct_tensor _Nullable *_Nonnull indices, ct_error error);
bool ct_median_dim(
    ct_tensor tensor, intptr_t dim, bool keepdim, ct_tensor _Nullable *_Nonnull values,
    ct_tensor _Nullable *_Nonnull indices, ct_error error);
bool ct_topk(
    ct_tensor tensor, intptr_t k, intptr_t dim, bool largest,
    ct_tensor _Nullable *_Nonnull values, ct_tensor _Nullable *_Nonnull indices, ct_error error);
/// A stable sort.
bool ct_sort(
    ct_tensor tensor, intptr_t dim, bool descending, ct_tensor _Nullable *_Nonnull values,
    ct_tensor _Nullable *_Nonnull indices, ct_error error);

// Functions along a dimension.
ct_tensor _Nullable ct_softmax(ct_tensor tensor, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_log_softmax(ct_tensor tensor, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_cumsum(ct_tensor tensor, intptr_t dim, ct_error error);
ct_tensor _Nullable ct_cumprod(ct_tensor tensor, intptr_t dim, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
