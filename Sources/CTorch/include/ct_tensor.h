#ifndef CT_TENSOR_H
#define CT_TENSOR_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

/// Frees the message of a failure.
void ct_string_free(char *_Nullable string);

/// Frees a handle.
void ct_tensor_free(ct_tensor tensor);
/// The number of tensor handles that were made and not yet freed.
intptr_t ct_tensor_live_count(void);

intptr_t ct_dim(ct_tensor tensor);
/// Stores the `ct_dim` sizes of a tensor.
void ct_sizes(ct_tensor tensor, intptr_t *sizes);
intptr_t ct_numel(ct_tensor tensor);
ct_dtype ct_dtype_of(ct_tensor tensor);
ct_device ct_device_of(ct_tensor tensor);
bool ct_is_contiguous(ct_tensor tensor);
bool ct_is_leaf(ct_tensor tensor);
/// The address of the first element.
const void *_Nullable ct_data(ct_tensor tensor);

/// Stores the elements, converted to `dtype`, in row-major order.
bool ct_copy_out(ct_tensor tensor, ct_dtype dtype, void *destination, size_t size, ct_error error);
/// Stores the value of a tensor of one element.
bool ct_item(ct_tensor tensor, double *value, ct_error error);

ct_tensor _Nullable ct_to_dtype(ct_tensor tensor, ct_dtype dtype, ct_error error);
ct_tensor _Nullable ct_to_device(ct_tensor tensor, ct_device device, ct_error error);
ct_tensor _Nullable ct_contiguous(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_clone(ct_tensor tensor, ct_error error);

// Changes of a tensor's values in place. Autograd does not record them.
bool ct_copy_(ct_tensor tensor, ct_tensor source, ct_error error);
bool ct_fill_(ct_tensor tensor, double value, ct_error error);
bool ct_add_(ct_tensor tensor, ct_tensor other, double alpha, ct_error error);
bool ct_mul_(ct_tensor tensor, double other, ct_error error);
bool ct_lerp_(ct_tensor tensor, ct_tensor end, double weight, ct_error error);
bool ct_index_copy_(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
