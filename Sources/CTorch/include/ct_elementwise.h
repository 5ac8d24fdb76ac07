#ifndef CT_ELEMENTWISE_H
#define CT_ELEMENTWISE_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

// Arithmetic. A scalar takes the dtype of the tensor: a fraction and a tensor of integers do not
// fit.
ct_tensor _Nullable ct_add(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_sub(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_mul(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_div(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_floor_divide(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_remainder(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_pow(ct_tensor tensor, ct_tensor exponent, ct_error error);
ct_tensor _Nullable ct_atan2(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_minimum(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_maximum(ct_tensor tensor, ct_tensor other, ct_error error);
ct_tensor _Nullable ct_add_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_sub_scalar(ct_tensor tensor, double other, ct_error error);
/// `other - tensor`.
ct_tensor _Nullable ct_rsub_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_mul_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_div_scalar(ct_tensor tensor, double other, ct_error error);
/// `other / tensor`.
ct_tensor _Nullable ct_rdiv_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_floor_divide_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_remainder_scalar(ct_tensor tensor, double other, ct_error error);
ct_tensor _Nullable ct_pow_scalar(ct_tensor tensor, double exponent, ct_error error);
ct_tensor _Nullable ct_lerp(ct_tensor tensor, ct_tensor end, ct_tensor weight, ct_error error);
ct_tensor _Nullable ct_lerp_scalar(ct_tensor tensor, ct_tensor end, double weight, ct_error error);
/// Limits that are NULL do not apply.
ct_tensor _Nullable ct_clamp(
    ct_tensor tensor, const double *_Nullable min, const double *_Nullable max, ct_error error);

// Functions of every element.
ct_tensor _Nullable ct_neg(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_exp(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_expm1(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_log(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_log1p(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_log2(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_log10(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_sqrt(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_rsqrt(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_abs(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_square(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_reciprocal(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_sigmoid(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_log_sigmoid(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_tanh(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_relu(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_silu(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_softplus(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_sin(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_cos(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_tan(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_atan(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_floor(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_ceil(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_round(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_sign(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_erf(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_erfinv(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_lgamma(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_digamma(ct_tensor tensor, ct_error error);
/// `approximate` takes the tanh formula, else the exact one.
ct_tensor _Nullable ct_gelu(ct_tensor tensor, bool approximate, ct_error error);
ct_tensor _Nullable ct_leaky_relu(ct_tensor tensor, double negative_slope, ct_error error);
ct_tensor _Nullable ct_elu(ct_tensor tensor, double alpha, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
