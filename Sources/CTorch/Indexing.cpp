#include "bridge.h"

#include <ATen/ops/one_hot.h>
#include <ATen/ops/searchsorted.h>

using namespace bridge;

ct_tensor ct_index_select(ct_tensor tensor, intptr_t dim, ct_tensor index, ct_error error) {
  return make(error, [&] { return tensor->value.index_select(dim, index->value); });
}

ct_tensor ct_index_add(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error) {
  return make(error, [&] { return tensor->value.index_add(dim, index->value, source->value); });
}

ct_tensor ct_index_copy(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error) {
  return make(error, [&] { return tensor->value.index_copy(dim, index->value, source->value); });
}

ct_tensor ct_gather(ct_tensor tensor, intptr_t dim, ct_tensor index, ct_error error) {
  return make(error, [&] { return tensor->value.gather(dim, index->value); });
}

ct_tensor ct_scatter(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error) {
  return make(error, [&] { return tensor->value.scatter(dim, index->value, source->value); });
}

ct_tensor ct_scatter_scalar(
    ct_tensor tensor, intptr_t dim, ct_tensor index, double value, ct_error error) {
  return make(error, [&] {
    return tensor->value.scatter(dim, index->value, operand(tensor->value, value));
  });
}

ct_tensor ct_scatter_add(
    ct_tensor tensor, intptr_t dim, ct_tensor index, ct_tensor source, ct_error error) {
  return make(error, [&] { return tensor->value.scatter_add(dim, index->value, source->value); });
}

ct_tensor ct_masked_fill(ct_tensor tensor, ct_tensor mask, double value, ct_error error) {
  return make(error, [&] {
    return tensor->value.masked_fill(mask->value, operand(tensor->value, value));
  });
}

ct_tensor ct_masked_select(ct_tensor tensor, ct_tensor mask, ct_error error) {
  return make(error, [&] { return tensor->value.masked_select(mask->value); });
}

ct_tensor ct_nonzero(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return tensor->value.nonzero(); });
}

ct_tensor ct_one_hot(ct_tensor tensor, intptr_t num_classes, ct_error error) {
  return make(error, [&] { return at::one_hot(tensor->value, num_classes); });
}

ct_tensor ct_searchsorted(
    ct_tensor sorted_sequence, ct_tensor values, bool right, ct_error error) {
  return make(error, [&] {
    return at::searchsorted(
        sorted_sequence->value.contiguous(), values->value.contiguous(), /*out_int32=*/false,
        right);
  });
}
