#include "bridge.h"

#include <ATen/ops/elu.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softplus.h>

using namespace bridge;

#define CT_UNARY(name, call)                                              \
  ct_tensor ct_##name(ct_tensor tensor, ct_error error) {                 \
    return make(error, [&] { return call; });                             \
  }
#define CT_BINARY(name, call)                                             \
  ct_tensor ct_##name(ct_tensor tensor, ct_tensor other, ct_error error) { \
    return make(error, [&] { return call; });                             \
  }
#define CT_SCALAR(name, call)                                             \
  ct_tensor ct_##name(ct_tensor tensor, double number, ct_error error) {  \
    return make(error, [&] {                                              \
      auto other = operand(tensor->value, number);                        \
      return call;                                                        \
    });                                                                   \
  }

CT_BINARY(add, tensor->value.add(other->value))
CT_BINARY(sub, tensor->value.sub(other->value))
CT_BINARY(mul, tensor->value.mul(other->value))
CT_BINARY(div, tensor->value.div(other->value))
CT_BINARY(floor_divide, tensor->value.floor_divide(other->value))
CT_BINARY(remainder, tensor->value.remainder(other->value))
CT_BINARY(pow, tensor->value.pow(other->value))
CT_BINARY(atan2, tensor->value.atan2(other->value))
CT_BINARY(minimum, tensor->value.minimum(other->value))
CT_BINARY(maximum, tensor->value.maximum(other->value))

CT_SCALAR(add_scalar, tensor->value.add(other))
CT_SCALAR(sub_scalar, tensor->value.sub(other))
CT_SCALAR(rsub_scalar, at::rsub(tensor->value, other))
CT_SCALAR(mul_scalar, tensor->value.mul(other))
CT_SCALAR(floor_divide_scalar, tensor->value.floor_divide(other))
CT_SCALAR(remainder_scalar, tensor->value.remainder(other))
CT_SCALAR(pow_scalar, tensor->value.pow(other))

ct_tensor ct_div_scalar(ct_tensor tensor, double other, ct_error error) {
  return make(error, [&] { return tensor->value.div(other); });
}

ct_tensor ct_rdiv_scalar(ct_tensor tensor, double other, ct_error error) {
  return make(error, [&] { return tensor->value.reciprocal().mul(other); });
}

ct_tensor ct_lerp(ct_tensor tensor, ct_tensor end, ct_tensor weight, ct_error error) {
  return make(error, [&] { return tensor->value.lerp(end->value, weight->value); });
}

ct_tensor ct_lerp_scalar(ct_tensor tensor, ct_tensor end, double weight, ct_error error) {
  return make(error, [&] { return tensor->value.lerp(end->value, weight); });
}

ct_tensor ct_clamp(ct_tensor tensor, const double *min, const double *max, ct_error error) {
  return make(error, [&] {
    std::optional<at::Scalar> low, high;
    if (min) low = operand(tensor->value, *min);
    if (max) high = operand(tensor->value, *max);
    return tensor->value.clamp(low, high);
  });
}

CT_UNARY(neg, tensor->value.neg())
CT_UNARY(exp, tensor->value.exp())
CT_UNARY(expm1, tensor->value.expm1())
CT_UNARY(log, tensor->value.log())
CT_UNARY(log1p, tensor->value.log1p())
CT_UNARY(log2, tensor->value.log2())
CT_UNARY(log10, tensor->value.log10())
CT_UNARY(sqrt, tensor->value.sqrt())
CT_UNARY(rsqrt, tensor->value.rsqrt())
CT_UNARY(abs, tensor->value.abs())
CT_UNARY(square, tensor->value.square())
CT_UNARY(reciprocal, tensor->value.reciprocal())
CT_UNARY(sigmoid, tensor->value.sigmoid())
CT_UNARY(log_sigmoid, at::log_sigmoid(tensor->value))
CT_UNARY(tanh, tensor->value.tanh())
CT_UNARY(relu, tensor->value.relu())
CT_UNARY(silu, at::silu(tensor->value))
CT_UNARY(softplus, at::softplus(tensor->value))
CT_UNARY(sin, tensor->value.sin())
CT_UNARY(cos, tensor->value.cos())
CT_UNARY(tan, tensor->value.tan())
CT_UNARY(atan, tensor->value.atan())
CT_UNARY(floor, tensor->value.floor())
CT_UNARY(ceil, tensor->value.ceil())
CT_UNARY(round, tensor->value.round())
CT_UNARY(sign, tensor->value.sign())
CT_UNARY(erf, tensor->value.erf())
CT_UNARY(erfinv, tensor->value.erfinv())
CT_UNARY(lgamma, tensor->value.lgamma())
CT_UNARY(digamma, tensor->value.digamma())

ct_tensor ct_gelu(ct_tensor tensor, bool approximate, ct_error error) {
  return make(error, [&] { return at::gelu(tensor->value, approximate ? "tanh" : "none"); });
}

ct_tensor ct_leaky_relu(ct_tensor tensor, double negative_slope, ct_error error) {
  return make(error, [&] { return at::leaky_relu(tensor->value, negative_slope); });
}

ct_tensor ct_elu(ct_tensor tensor, double alpha, ct_error error) {
  return make(error, [&] { return at::elu(tensor->value, alpha); });
}
