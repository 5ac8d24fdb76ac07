#ifndef CT_AUTOGRAD_H
#define CT_AUTOGRAD_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

/// Whether operations of this thread are recorded.
bool ct_grad_mode(void);
/// Sets whether operations of this thread are recorded, and returns what held before.
bool ct_grad_mode_set(bool enabled);
bool ct_requires_grad(ct_tensor tensor);
bool ct_set_requires_grad(ct_tensor tensor, bool requires_grad, ct_error error);
ct_tensor _Nullable ct_detach(ct_tensor tensor, ct_error error);
/// The accumulated gradient, NULL without an error when there is none.
ct_tensor _Nullable ct_grad(ct_tensor tensor, ct_error error);
bool ct_set_grad(ct_tensor tensor, ct_tensor _Nullable grad, ct_error error);
/// Adds the gradients of `tensor` to the leaves that it was computed from.
bool ct_backward(
    ct_tensor tensor, ct_tensor _Nullable gradient, bool retain_graph, ct_error error);
/// Stores the gradients of `output` in `grads`, one for each of the `count` inputs; NULL where it
/// does not depend on the input. An output of more than one element needs a `grad_output`.
bool ct_autograd_grad(
    ct_tensor output, const ct_tensor _Nonnull *_Nullable inputs, intptr_t count,
    ct_tensor _Nullable grad_output, bool retain_graph, bool create_graph,
    ct_tensor _Nullable *_Nullable grads, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
