#ifndef CT_TYPES_H
#define CT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CT_BEGIN extern "C" {
#define CT_END }
#else
#define CT_BEGIN
#define CT_END
#endif

CT_BEGIN
#pragma clang assume_nonnull begin

/// A handle on a tensor.
typedef struct ct_tensor_box *ct_tensor;

/// A handle on a random generator.
typedef struct ct_generator_box *ct_generator;

/// Where a function stores the message of its failure.
typedef char *_Nullable *_Nonnull ct_error;

/// An element type.
typedef int32_t ct_dtype;
enum {
  ct_dtype_float32 = 0,
  ct_dtype_float64 = 1,
  ct_dtype_float16 = 2,
  ct_dtype_bfloat16 = 3,
  ct_dtype_int64 = 4,
  ct_dtype_int32 = 5,
  ct_dtype_uint8 = 6,
  ct_dtype_bool = 7,
  ct_dtype_other = -1
};

/// A device: -1 is the CPU, any other number the CUDA device of that index.
typedef int32_t ct_device;

/// How a loss is reduced.
typedef int32_t ct_reduction;
enum { ct_reduction_none = 0, ct_reduction_mean = 1, ct_reduction_sum = 2 };

#pragma clang assume_nonnull end
CT_END

#endif
