#include "bridge.h"

#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>
#include <torch/csrc/autograd/autograd.h>

using namespace bridge;

bool ct_grad_mode(void) { return c10::GradMode::is_enabled(); }

bool ct_grad_mode_set(bool enabled) {
  bool previous = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled);
  return previous;
}

bool ct_requires_grad(ct_tensor tensor) { return tensor->value.requires_grad(); }

bool ct_set_requires_grad(ct_tensor tensor, bool requires_grad, ct_error error) {
  return run(error, [&] { tensor->value.requires_grad_(requires_grad); });
}

ct_tensor ct_detach(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return tensor->value.detach(); });
}

ct_tensor ct_grad(ct_tensor tensor, ct_error error) {
  // Asking a tensor that keeps no gradient would print a warning.
  if (!tensor->value.is_leaf()) return nullptr;
  try {
    return own_if_defined(tensor->value.grad());
  } catch (...) {
    report(error);
    return nullptr;
  }
}

bool ct_set_grad(ct_tensor tensor, ct_tensor grad, ct_error error) {
  return run(error, [&] {
    if (!grad) {
      tensor->value.mutable_grad() = at::Tensor();
      return;
    }
    TORCH_CHECK(
        tensor->value.sizes() == grad->value.sizes() &&
            tensor->value.scalar_type() == grad->value.scalar_type() &&
            tensor->value.device() == grad->value.device(),
        "a gradient has the shape, dtype and device of its tensor");
    tensor->value.mutable_grad() = grad->value;
  });
}

bool ct_backward(ct_tensor tensor, ct_tensor gradient, bool retain_graph, ct_error error) {
  return run(error, [&] {
    tensor->value.backward(gradient ? gradient->value : at::Tensor(), retain_graph);
  });
}

bool ct_autograd_grad(
    ct_tensor output, const ct_tensor *inputs, intptr_t count, ct_tensor grad_output,
    bool retain_graph, bool create_graph, ct_tensor *grads, ct_error error) {
  return run(error, [&] {
    std::vector<at::Tensor> outer;
    if (grad_output) outer.push_back(grad_output->value);
    auto results = torch::autograd::grad(
        {output->value}, list(inputs, count), outer, retain_graph, create_graph,
        /*allow_unused=*/true);
    for (auto &result : results) *grads++ = own_if_defined(std::move(result));
  });
}
