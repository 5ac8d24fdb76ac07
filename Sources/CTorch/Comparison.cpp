#include "bridge.h"

#include <ATen/ops/isfinite.h>
#include <ATen/ops/isinf.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/where.h>

using namespace bridge;

#define CT_COMPARE(name)                                                            \
  ct_tensor ct_##name(ct_tensor tensor, ct_tensor other, ct_error error) {          \
    return make(error, [&] { return tensor->value.name(other->value); });           \
  }                                                                                 \
  ct_tensor ct_##name##_scalar(ct_tensor tensor, double other, ct_error error) {    \
    return make(error, [&] {                                                        \
      return tensor->value.name(comparand(tensor->value, other));                   \
    });                                                                             \
  }

CT_COMPARE(eq)
CT_COMPARE(ne)
CT_COMPARE(lt)
CT_COMPARE(le)
CT_COMPARE(gt)
CT_COMPARE(ge)

ct_tensor ct_logical_and(ct_tensor tensor, ct_tensor other, ct_error error) {
  return make(error, [&] { return tensor->value.logical_and(other->value); });
}

ct_tensor ct_logical_or(ct_tensor tensor, ct_tensor other, ct_error error) {
  return make(error, [&] { return tensor->value.logical_or(other->value); });
}

ct_tensor ct_logical_xor(ct_tensor tensor, ct_tensor other, ct_error error) {
  return make(error, [&] { return tensor->value.logical_xor(other->value); });
}

ct_tensor ct_logical_not(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return tensor->value.logical_not(); });
}

ct_tensor ct_isfinite(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return at::isfinite(tensor->value); });
}

ct_tensor ct_isnan(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return at::isnan(tensor->value); });
}

ct_tensor ct_isinf(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return at::isinf(tensor->value); });
}

ct_tensor ct_where(ct_tensor condition, ct_tensor tensor, ct_tensor other, ct_error error) {
  return make(error, [&] { return at::where(condition->value, tensor->value, other->value); });
}

ct_tensor ct_where_scalar(ct_tensor condition, ct_tensor tensor, double other, ct_error error) {
  return make(error, [&] {
    auto value = at::scalar_tensor(operand(tensor->value, other), tensor->value.options());
    return at::where(condition->value, tensor->value, value);
  });
}
