#include "bridge.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>

using namespace bridge;

bool ct_fused_adamw_(
    const ct_tensor *params, const ct_tensor *grads, const ct_tensor *exp_avgs,
    const ct_tensor *exp_avg_sqs, const ct_tensor *max_exp_avg_sqs, const ct_tensor *state_steps,
    intptr_t count, double lr, double beta1, double beta2, double weight_decay, double eps,
    bool amsgrad, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    auto steps = list(state_steps, count);
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(
        list(params, count), list(grads, count), list(exp_avgs, count), list(exp_avg_sqs, count),
        list(max_exp_avg_sqs, amsgrad ? count : 0), steps, lr, beta1, beta2, weight_decay, eps,
        amsgrad, /*maximize=*/false);
  });
}

ct_tensor ct_total_norm(const ct_tensor *tensors, intptr_t count, ct_error error) {
  return make(error, [&] {
    auto all = list(tensors, count);
    auto type = at::kFloat;
    for (auto &tensor : all) {
      if (tensor.scalar_type() == at::kDouble) type = at::kDouble;
    }
    if (all.empty()) return at::zeros({}, at::TensorOptions().dtype(type));
    auto norms = at::_foreach_norm(all, 2, type);
    return at::linalg_vector_norm(at::stack(norms));
  });
}

bool ct_foreach_mul_(const ct_tensor *tensors, intptr_t count, double scalar, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    if (count > 0) at::_foreach_mul_(list(tensors, count), scalar);
  });
}
