#ifndef CT_NEURAL_H
#define CT_NEURAL_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

ct_tensor _Nullable ct_linear(
    ct_tensor input, ct_tensor weight, ct_tensor _Nullable bias, ct_error error);
ct_tensor _Nullable ct_embedding(ct_tensor weight, ct_tensor indices, ct_error error);
/// The normalised dimensions are the last `count`, of sizes `normalized_shape`.
ct_tensor _Nullable ct_layer_norm(
    ct_tensor input, const intptr_t *_Nullable normalized_shape, intptr_t count,
    ct_tensor _Nullable weight, ct_tensor _Nullable bias, double eps, ct_error error);
ct_tensor _Nullable ct_rms_norm(
    ct_tensor input, const intptr_t *_Nullable normalized_shape, intptr_t count,
    ct_tensor _Nullable weight, double eps, ct_error error);
ct_tensor _Nullable ct_group_norm(
    ct_tensor input, intptr_t num_groups, ct_tensor _Nullable weight, ct_tensor _Nullable bias,
    double eps, ct_error error);
/// A scale that is NULL is one over the square root of the head size.
ct_tensor _Nullable ct_scaled_dot_product_attention(
    ct_tensor query, ct_tensor key, ct_tensor value, ct_tensor _Nullable attn_mask, bool is_causal,
    const double *_Nullable scale, bool enable_gqa, ct_error error);
ct_tensor _Nullable ct_cross_entropy(
    ct_tensor input, ct_tensor target, ct_tensor _Nullable weight, ct_reduction reduction,
    intptr_t ignore_index, double label_smoothing, ct_error error);
ct_tensor _Nullable ct_binary_cross_entropy_with_logits(
    ct_tensor input, ct_tensor target, ct_tensor _Nullable weight, ct_reduction reduction,
    ct_error error);
ct_tensor _Nullable ct_mse_loss(
    ct_tensor input, ct_tensor target, ct_reduction reduction, ct_error error);
ct_tensor _Nullable ct_huber_loss(
    ct_tensor input, ct_tensor target, ct_reduction reduction, double delta, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
