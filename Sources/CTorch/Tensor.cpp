#include "bridge.h"

#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include <cstring>

using namespace bridge;

intptr_t ct_dim(ct_tensor tensor) { return tensor->value.dim(); }

void ct_sizes(ct_tensor tensor, intptr_t *sizes) {
  for (auto size : tensor->value.sizes()) *sizes++ = static_cast<intptr_t>(size);
}

intptr_t ct_numel(ct_tensor tensor) { return tensor->value.numel(); }

ct_dtype ct_dtype_of(ct_tensor tensor) { return dtype_code(tensor->value.scalar_type()); }

ct_device ct_device_of(ct_tensor tensor) { return device_code(tensor->value.device()); }

bool ct_is_contiguous(ct_tensor tensor) { return tensor->value.is_contiguous(); }

bool ct_is_leaf(ct_tensor tensor) { return tensor->value.is_leaf(); }

const void *ct_data(ct_tensor tensor) { return tensor->value.const_data_ptr(); }

bool ct_copy_out(ct_tensor tensor, ct_dtype dtype, void *destination, size_t size, ct_error error) {
  return run(error, [&] {
    auto values = tensor->value.detach().to(at::kCPU, scalar_type(dtype)).contiguous();
    TORCH_CHECK(values.nbytes() == size, values.nbytes(), " bytes do not fit in ", size);
    if (size > 0) std::memcpy(destination, values.const_data_ptr(), size);
  });
}

bool ct_item(ct_tensor tensor, double *value, ct_error error) {
  return run(error, [&] { *value = tensor->value.item().toDouble(); });
}

ct_tensor ct_to_dtype(ct_tensor tensor, ct_dtype dtype, ct_error error) {
  return make(error, [&] { return tensor->value.to(scalar_type(dtype)); });
}

ct_tensor ct_to_device(ct_tensor tensor, ct_device target, ct_error error) {
  return make(error, [&] { return tensor->value.to(device(target)); });
}

ct_tensor ct_contiguous(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return tensor->value.contiguous(); });
}

ct_tensor ct_clone(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return tensor->value.clone(at::MemoryFormat::Contiguous); });
}

bool ct_copy_(ct_tensor tensor, ct_tensor source, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    tensor->value.copy_(source->value);
  });
}

bool ct_fill_(ct_tensor tensor, double value, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    tensor->value.fill_(operand(tensor->value, value));
  });
}

bool ct_add_(ct_tensor tensor, ct_tensor other, double alpha, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    tensor->value.add_(other->value, operand(tensor->value, alpha));
  });
}

bool ct_mul_(ct_tensor tensor, double other, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    tensor->value.mul_(operand(tensor->value, other));
  });
}

bool ct_lerp_(ct_tensor tensor, ct_tensor end, double weight, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    tensor->value.lerp_(end->value, weight);
  });
}

bool ct_index_copy_(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error) {
  return run(error, [&] {
    c10::NoGradGuard guard;
    tensor->value.index_copy_(dim, index->value, source->value);
  });
}
