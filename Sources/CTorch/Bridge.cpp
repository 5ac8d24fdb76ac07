#include "bridge.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<intptr_t> live_count{0};

char *first_line(const char *text) noexcept {
  size_t length = std::strcspn(text, "\n");
  auto *line = static_cast<char *>(std::malloc(length + 1));
  if (!line) return nullptr;
  std::memcpy(line, text, length);
  line[length] = 0;
  return line;
}

bool is_whole(double value) {
  return std::floor(value) == value && std::abs(value) < 9.2e18;
}

}  // namespace

namespace bridge {

void report(char **error) noexcept {
  try {
    throw;
  } catch (const c10::Error &caught) {
    *error = first_line(caught.what_without_backtrace());
  } catch (const std::exception &caught) {
    *error = first_line(caught.what());
  } catch (...) {
    *error = first_line("an unknown C++ exception");
  }
}

ct_tensor own(at::Tensor tensor) {
  auto *box = new ct_tensor_box{std::move(tensor)};
  live_count.fetch_add(1, std::memory_order_relaxed);
  return box;
}

at::ScalarType scalar_type(ct_dtype dtype) {
  switch (dtype) {
    case ct_dtype_float32: return at::kFloat;
    case ct_dtype_float64: return at::kDouble;
    case ct_dtype_float16: return at::kHalf;
    case ct_dtype_bfloat16: return at::kBFloat16;
    case ct_dtype_int64: return at::kLong;
    case ct_dtype_int32: return at::kInt;
    case ct_dtype_uint8: return at::kByte;
    case ct_dtype_bool: return at::kBool;
    default: TORCH_CHECK(false, "no dtype has the code ", dtype);
  }
}

ct_dtype dtype_code(at::ScalarType type) {
  switch (type) {
    case at::kFloat: return ct_dtype_float32;
    case at::kDouble: return ct_dtype_float64;
    case at::kHalf: return ct_dtype_float16;
    case at::kBFloat16: return ct_dtype_bfloat16;
    case at::kLong: return ct_dtype_int64;
    case at::kInt: return ct_dtype_int32;
    case at::kByte: return ct_dtype_uint8;
    case at::kBool: return ct_dtype_bool;
    default: return ct_dtype_other;
  }
}

at::Device device(ct_device device) {
  if (device < 0) return at::Device(at::kCPU);
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device));
}

ct_device device_code(at::Device device) {
  return device.is_cuda() ? static_cast<ct_device>(device.index()) : -1;
}

at::Scalar operand(const at::Tensor &tensor, double value) {
  if (!at::isIntegralType(tensor.scalar_type(), /*includeBool=*/false)) return value;
  TORCH_CHECK(
      is_whole(value), "a tensor of integers cannot be combined with the number ", value,
      ": convert it to floating point first");
  return static_cast<int64_t>(value);
}

at::Scalar comparand(const at::Tensor &tensor, double value) {
  bool integral = at::isIntegralType(tensor.scalar_type(), /*includeBool=*/false);
  if (integral && is_whole(value)) return static_cast<int64_t>(value);
  return value;
}

}  // namespace bridge

void ct_string_free(char *string) { std::free(string); }

void ct_tensor_free(ct_tensor tensor) {
  delete tensor;
  live_count.fetch_sub(1, std::memory_order_relaxed);
}

intptr_t ct_tensor_live_count(void) { return live_count.load(std::memory_order_relaxed); }
