#ifndef CT_OPTIMIZERS_H
#define CT_OPTIMIZERS_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

/// One step of AdamW on all tensors at once. `max_exp_avg_sqs` is read with `amsgrad` only.
/// `state_steps` hold the number of the step, which this call first raises by one.
bool ct_fused_adamw_(
    const ct_tensor _Nonnull *_Nullable params, const ct_tensor _Nonnull *_Nullable grads,
    const ct_tensor _Nonnull *_Nullable exp_avgs, const ct_tensor _Nonnull *_Nullable exp_avg_sqs,
    const ct_tensor _Nonnull *_Nullable max_exp_avg_sqs,
    const ct_tensor _Nonnull *_Nullable state_steps, intptr_t count, double lr, double beta1,
    double beta2, double weight_decay, double eps, bool amsgrad, ct_error error);
/// The Euclidean norm of all elements of all tensors, in float32 or wider.
ct_tensor _Nullable ct_total_norm(
    const ct_tensor _Nonnull *_Nullable tensors, intptr_t count, ct_error error);
/// Multiplies every tensor by a number.
bool ct_foreach_mul_(
    const ct_tensor _Nonnull *_Nullable tensors, intptr_t count, double scalar, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
