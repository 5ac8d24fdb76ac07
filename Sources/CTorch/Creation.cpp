#include "bridge.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/hann_window.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <cstring>
#include <memory>

using namespace bridge;

ct_tensor ct_from_bytes(
    const void *bytes, size_t size, const intptr_t *sizes, intptr_t dim, ct_dtype dtype,
    ct_device target, ct_error error) {
  return make(error, [&] {
    auto tensor = at::empty(ints(sizes, dim), options(dtype, -1));
    TORCH_CHECK(tensor.nbytes() == size, size, " bytes do not fill ", tensor.nbytes());
    if (size > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, size);
    return tensor.to(device(target));
  });
}

ct_tensor ct_from_memory(
    void *memory, const intptr_t *sizes, intptr_t dim, ct_dtype dtype, void *context,
    void (*release)(void *), ct_error error) {
  return make(error, [&] {
    std::shared_ptr<void> owner(context, release);
    return at::from_blob(memory, ints(sizes, dim), [owner](void *) {}, options(dtype, -1));
  });
}

ct_tensor ct_empty(
    const intptr_t *sizes, intptr_t dim, ct_dtype dtype, ct_device device, ct_error error) {
  return make(error, [&] { return at::empty(ints(sizes, dim), options(dtype, device)); });
}

ct_tensor ct_full(
    const intptr_t *sizes, intptr_t dim, double fill_value, ct_dtype dtype, ct_device device,
    ct_error error) {
  return make(error, [&] {
    if (fill_value == 0) return at::zeros(ints(sizes, dim), options(dtype, device));
    return at::full(ints(sizes, dim), fill_value, options(dtype, device));
  });
}

ct_tensor ct_arange(
    intptr_t start, intptr_t end, intptr_t step, ct_device device, ct_error error) {
  return make(error, [&] {
    return at::arange(
        static_cast<int64_t>(start), static_cast<int64_t>(end), static_cast<int64_t>(step),
        options(ct_dtype_int64, device));
  });
}

ct_tensor ct_eye(intptr_t n, ct_dtype dtype, ct_device device, ct_error error) {
  return make(error, [&] { return at::eye(n, options(dtype, device)); });
}

ct_tensor ct_hann_window(
    intptr_t window_length, bool periodic, ct_dtype dtype, ct_device device, ct_error error) {
  return make(error, [&] {
    return at::hann_window(window_length, periodic, options(dtype, device));
  });
}

ct_tensor ct_cat(const ct_tensor *tensors, intptr_t count, intptr_t dim, ct_error error) {
  return make(error, [&] { return at::cat(list(tensors, count), dim); });
}

ct_tensor ct_stack(const ct_tensor *tensors, intptr_t count, intptr_t dim, ct_error error) {
  return make(error, [&] { return at::stack(list(tensors, count), dim); });
}
