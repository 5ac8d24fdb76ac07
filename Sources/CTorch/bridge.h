// What the files of the bridge share: handles, conversions, and the two ways to call libtorch.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "CTorch.h"

struct ct_tensor_box {
  at::Tensor value;
};

namespace bridge {

/// Stores the message of the exception that is being handled.
void report(char **error) noexcept;

/// Makes a handle, counted as live.
ct_tensor own(at::Tensor tensor);

/// A handle for `tensor`, or NULL for a tensor that is not defined.
inline ct_tensor own_if_defined(at::Tensor tensor) {
  return tensor.defined() ? own(std::move(tensor)) : nullptr;
}

/// Returns the tensor that `body` makes, or NULL with a message.
template <typename Body>
ct_tensor make(char **error, Body body) noexcept {
  try {
    return own(body());
  } catch (...) {
    report(error);
    return nullptr;
  }
}

/// Stores the pair of tensors that `body` makes.
template <typename Body>
bool make_pair(ct_tensor *first, ct_tensor *second, char **error, Body body) noexcept {
  try {
    auto [one, two] = body();
    *first = own(std::move(one));
    *second = own(std::move(two));
    return true;
  } catch (...) {
    report(error);
    return false;
  }
}

/// Runs `body`; false with a message when it throws.
template <typename Body>
bool run(char **error, Body body) noexcept {
  try {
    body();
    return true;
  } catch (...) {
    report(error);
    return false;
  }
}

/// An array of sizes or dimensions.
inline at::IntArrayRef ints(const intptr_t *values, intptr_t count) {
  static_assert(sizeof(intptr_t) == sizeof(int64_t));
  return {reinterpret_cast<const int64_t *>(values), static_cast<size_t>(count)};
}

inline std::optional<at::Tensor> optional(ct_tensor tensor) {
  return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

inline std::optional<double> optional(const double *value) {
  return value ? std::optional<double>(*value) : std::nullopt;
}

inline std::vector<at::Tensor> list(const ct_tensor *tensors, intptr_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (intptr_t i = 0; i < count; i++) result.push_back(tensors[i]->value);
  return result;
}

at::ScalarType scalar_type(ct_dtype dtype);
ct_dtype dtype_code(at::ScalarType type);
at::Device device(ct_device device);
ct_device device_code(at::Device device);

inline at::TensorOptions options(ct_dtype dtype, ct_device device_) {
  return at::TensorOptions().dtype(scalar_type(dtype)).device(device(device_));
}

/// A number for arithmetic with `tensor`, in the tensor's dtype: a fraction and a tensor of
/// integers throw.
at::Scalar operand(const at::Tensor &tensor, double value);

/// A number to compare the elements of `tensor` with, exact for integers.
at::Scalar comparand(const at::Tensor &tensor, double value);

}  // namespace bridge
