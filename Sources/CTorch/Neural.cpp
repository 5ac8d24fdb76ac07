#include "bridge.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/huber_loss.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/scaled_dot_product_attention.h>

using namespace bridge;

static_assert(ct_reduction_none == static_cast<int>(at::Reduction::None));
static_assert(ct_reduction_mean == static_cast<int>(at::Reduction::Mean));
static_assert(ct_reduction_sum == static_cast<int>(at::Reduction::Sum));

ct_tensor ct_linear(ct_tensor input, ct_tensor weight, ct_tensor bias, ct_error error) {
  return make(error, [&] { return at::linear(input->value, weight->value, optional(bias)); });
}

ct_tensor ct_embedding(ct_tensor weight, ct_tensor indices, ct_error error) {
  return make(error, [&] { return at::embedding(weight->value, indices->value); });
}

ct_tensor ct_layer_norm(
    ct_tensor input, const intptr_t *normalized_shape, intptr_t count, ct_tensor weight,
    ct_tensor bias, double eps, ct_error error) {
  return make(error, [&] {
    return at::layer_norm(
        input->value, ints(normalized_shape, count), optional(weight), optional(bias), eps);
  });
}

ct_tensor ct_rms_norm(
    ct_tensor input, const intptr_t *normalized_shape, intptr_t count, ct_tensor weight,
    double eps, ct_error error) {
  return make(error, [&] {
    return at::rms_norm(input->value, ints(normalized_shape, count), optional(weight), eps);
  });
}

ct_tensor ct_group_norm(
    ct_tensor input, intptr_t num_groups, ct_tensor weight, ct_tensor bias, double eps,
    ct_error error) {
  return make(error, [&] {
    return at::group_norm(input->value, num_groups, optional(weight), optional(bias), eps);
  });
}

ct_tensor ct_scaled_dot_product_attention(
    ct_tensor query, ct_tensor key, ct_tensor value, ct_tensor attn_mask, bool is_causal,
    const double *scale, bool enable_gqa, ct_error error) {
  return make(error, [&] {
    return at::scaled_dot_product_attention(
        query->value, key->value, value->value, optional(attn_mask), /*dropout_p=*/0.0, is_causal,
        optional(scale), enable_gqa);
  });
}

ct_tensor ct_cross_entropy(
    ct_tensor input, ct_tensor target, ct_tensor weight, ct_reduction reduction,
    intptr_t ignore_index, double label_smoothing, ct_error error) {
  return make(error, [&] {
    return at::cross_entropy_loss(
        input->value, target->value, optional(weight), reduction, ignore_index, label_smoothing);
  });
}

ct_tensor ct_binary_cross_entropy_with_logits(
    ct_tensor input, ct_tensor target, ct_tensor weight, ct_reduction reduction, ct_error error) {
  return make(error, [&] {
    return at::binary_cross_entropy_with_logits(
        input->value, target->value, optional(weight), /*pos_weight=*/{}, reduction);
  });
}

ct_tensor ct_mse_loss(ct_tensor input, ct_tensor target, ct_reduction reduction, ct_error error) {
  return make(error, [&] { return at::mse_loss(input->value, target->value, reduction); });
}

ct_tensor ct_huber_loss(
    ct_tensor input, ct_tensor target, ct_reduction reduction, double delta, ct_error error) {
  return make(error, [&] {
    return at::huber_loss(input->value, target->value, reduction, delta);
  });
}
