#ifndef CT_INDEXING_H
#define CT_INDEXING_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

ct_tensor _Nullable ct_index_select(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_error error);
ct_tensor _Nullable ct_index_add(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error);
ct_tensor _Nullable ct_index_copy(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error);
ct_tensor _Nullable ct_gather(ct_tensor tensor, intptr_t dim, ct_tensor index, ct_error error);
ct_tensor _Nullable ct_scatter(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error);
ct_tensor _Nullable ct_scatter_scalar(
    ct_tensor tensor, intptr_t dim, ct_tensor index, double value, ct_error error);
ct_tensor _Nullable ct_scatter_add(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error);
ct_tensor _Nullable ct_masked_fill(
    ct_tensor tensor, ct_tensor mask, double value, ct_error error);
ct_tensor _Nullable ct_masked_select(ct_tensor tensor, ct_tensor mask, ct_error error);
ct_tensor _Nullable ct_nonzero(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_one_hot(ct_tensor tensor, intptr_t num_classes, ct_error error);
ct_tensor _Nullable ct_searchsorted(
    ct_tensor sorted_sequence, ct_tensor values, bool right, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
