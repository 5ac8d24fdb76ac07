#include "bridge.h"

#include <ATen/ops/linalg_vector_norm.h>

using namespace bridge;

namespace {

/// Integers and bools have a mean in float32.
std::optional<at::ScalarType> mean_type(const at::Tensor &tensor) {
  if (at::isIntegralType(tensor.scalar_type(), /*includeBool=*/true)) return at::kFloat;
  return std::nullopt;
}

at::OptionalIntArrayRef some(const intptr_t *dims, intptr_t count) {
  if (count == 0) return std::nullopt;
  return ints(dims, count);
}

}  // namespace

#define CT_REDUCE(name, call)                               \
  ct_tensor ct_##name(ct_tensor tensor, ct_error error) {   \
    return make(error, [&] { return call; });               \
  }
#define CT_REDUCE_DIMS(name, call)                                                          \
  ct_tensor ct_##name##_dims(                                                               \
      ct_tensor tensor, const intptr_t *dims, intptr_t count, bool keepdim, ct_error error) { \
    return make(error, [&] { return call; });                                               \
  }
#define CT_REDUCE_DIM(name, call)                                                      \
  ct_tensor ct_##name##_dim(                                                           \
      ct_tensor tensor, intptr_t dim, bool keepdim, ct_error error) {                  \
    return make(error, [&] { return call; });                                          \
  }
#define CT_PAIR_DIM(name)                                                                    \
  bool ct_##name##_dim(                                                                      \
      ct_tensor tensor, intptr_t dim, bool keepdim, ct_tensor *values, ct_tensor *indices,   \
      ct_error error) {                                                                      \
    return make_pair(values, indices, error, [&] {                                           \
      return tensor->value.name(static_cast<int64_t>(dim), keepdim);                         \
    });                                                                                      \
  }

CT_REDUCE(sum, tensor->value.sum())
CT_REDUCE(mean, tensor->value.mean(mean_type(tensor->value)))
CT_REDUCE(prod, tensor->value.prod())
CT_REDUCE(max, tensor->value.max())
CT_REDUCE(min, tensor->value.min())
CT_REDUCE(any, tensor->value.any())
CT_REDUCE(all, tensor->value.all())
CT_REDUCE(norm, at::linalg_vector_norm(tensor->value))

CT_REDUCE_DIMS(sum, tensor->value.sum(ints(dims, count), keepdim))
CT_REDUCE_DIMS(mean, tensor->value.mean(ints(dims, count), keepdim, mean_type(tensor->value)))
CT_REDUCE_DIMS(logsumexp, tensor->value.logsumexp(ints(dims, count), keepdim))
CT_REDUCE_DIMS(amax, tensor->value.amax(ints(dims, count), keepdim))
CT_REDUCE_DIMS(amin, tensor->value.amin(ints(dims, count), keepdim))

ct_tensor ct_var_dims(
    ct_tensor tensor, const intptr_t *dims, intptr_t count, intptr_t correction, bool keepdim,
    ct_error error) {
  return make(error, [&] {
    return tensor->value.var(
        some(dims, count), at::Scalar(static_cast<int64_t>(correction)), keepdim);
  });
}

ct_tensor ct_std_dims(
    ct_tensor tensor, const intptr_t *dims, intptr_t count, intptr_t correction, bool keepdim,
    ct_error error) {
  return make(error, [&] {
    return tensor->value.std(
        some(dims, count), at::Scalar(static_cast<int64_t>(correction)), keepdim);
  });
}

ct_tensor ct_norm_dims(
    ct_tensor tensor, double ord, const intptr_t *dims, intptr_t count, bool keepdim,
    ct_error error) {
  return make(error, [&] {
    return at::linalg_vector_norm(tensor->value, ord, some(dims, count), keepdim);
  });
}

CT_REDUCE_DIM(prod, tensor->value.prod(static_cast<int64_t>(dim), keepdim))
CT_REDUCE_DIM(any, tensor->value.any(static_cast<int64_t>(dim), keepdim))
CT_REDUCE_DIM(all, tensor->value.all(static_cast<int64_t>(dim), keepdim))
CT_REDUCE_DIM(argmax, tensor->value.argmax(dim, keepdim))
CT_REDUCE_DIM(argmin, tensor->value.argmin(dim, keepdim))

CT_PAIR_DIM(max)
CT_PAIR_DIM(min)
CT_PAIR_DIM(median)

bool ct_topk(
    ct_tensor tensor, intptr_t k, intptr_t dim, bool largest, ct_tensor *values,
    ct_tensor *indices, ct_error error) {
  return make_pair(values, indices, error, [&] {
    return tensor->value.topk(k, dim, largest, /*sorted=*/true);
  });
}

bool ct_sort(
    ct_tensor tensor, intptr_t dim, bool descending, ct_tensor *values, ct_tensor *indices,
    ct_error error) {
  return make_pair(values, indices, error, [&] {
    return tensor->value.sort(/*stable=*/true, static_cast<int64_t>(dim), descending);
  });
}

ct_tensor ct_softmax(ct_tensor tensor, intptr_t dim, ct_error error) {
  return make(error, [&] { return tensor->value.softmax(static_cast<int64_t>(dim)); });
}

ct_tensor ct_log_softmax(ct_tensor tensor, intptr_t dim, ct_error error) {
  return make(error, [&] { return tensor->value.log_softmax(static_cast<int64_t>(dim)); });
}

ct_tensor ct_cumsum(ct_tensor tensor, intptr_t dim, ct_error error) {
  return make(error, [&] { return tensor->value.cumsum(static_cast<int64_t>(dim)); });
}

ct_tensor ct_cumprod(ct_tensor tensor, intptr_t dim, ct_error error) {
  return make(error, [&] { return tensor->value.cumprod(static_cast<int64_t>(dim)); });
}
