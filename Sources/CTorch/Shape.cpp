#include "bridge.h"

#include <ATen/ops/pad.h>

using namespace bridge;

ct_tensor ct_reshape(ct_tensor tensor, const intptr_t *shape, intptr_t count, ct_error error) {
  return make(error, [&] { return tensor->value.reshape(ints(shape, count)); });
}

ct_tensor ct_transpose(ct_tensor tensor, intptr_t dim0, intptr_t dim1, ct_error error) {
  return make(error, [&] {
    return tensor->value.transpose(static_cast<int64_t>(dim0), static_cast<int64_t>(dim1));
  });
}

ct_tensor ct_permute(ct_tensor tensor, const intptr_t *dims, intptr_t count, ct_error error) {
  return make(error, [&] { return tensor->value.permute(ints(dims, count)); });
}

ct_tensor ct_unsqueeze(ct_tensor tensor, intptr_t dim, ct_error error) {
  return make(error, [&] { return tensor->value.unsqueeze(dim); });
}

ct_tensor ct_squeeze(ct_tensor tensor, intptr_t dim, ct_error error) {
  return make(error, [&] { return tensor->value.squeeze(static_cast<int64_t>(dim)); });
}

ct_tensor ct_squeeze_all(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return tensor->value.squeeze(); });
}

ct_tensor ct_flatten(ct_tensor tensor, intptr_t start_dim, intptr_t end_dim, ct_error error) {
  return make(error, [&] {
    return tensor->value.flatten(
        static_cast<int64_t>(start_dim), static_cast<int64_t>(end_dim));
  });
}

ct_tensor ct_expand(ct_tensor tensor, const intptr_t *size, intptr_t count, ct_error error) {
  return make(error, [&] { return tensor->value.expand(ints(size, count)); });
}

ct_tensor ct_repeat(ct_tensor tensor, const intptr_t *repeats, intptr_t count, ct_error error) {
  return make(error, [&] { return tensor->value.repeat(ints(repeats, count)); });
}

ct_tensor ct_repeat_interleave(
    ct_tensor tensor, intptr_t repeats, intptr_t dim, ct_error error) {
  return make(error, [&] {
    return tensor->value.repeat_interleave(static_cast<int64_t>(repeats), dim);
  });
}

ct_tensor ct_narrow(
    ct_tensor tensor, intptr_t dim, intptr_t start, intptr_t length, ct_error error) {
  return make(error, [&] {
    return tensor->value.narrow(dim, static_cast<int64_t>(start), length);
  });
}

ct_tensor ct_slice(
    ct_tensor tensor, intptr_t dim, intptr_t start, intptr_t end, intptr_t step, ct_error error) {
  return make(error, [&] { return tensor->value.slice(dim, start, end, step); });
}

ct_tensor ct_select(ct_tensor tensor, intptr_t dim, intptr_t index, ct_error error) {
  return make(error, [&] {
    return tensor->value.select(static_cast<int64_t>(dim), static_cast<int64_t>(index));
  });
}

bool ct_split(
    ct_tensor tensor, const intptr_t *split_sizes, intptr_t count, intptr_t dim, ct_tensor *parts,
    ct_error error) {
  return run(error, [&] {
    auto tensors = tensor->value.split_with_sizes(ints(split_sizes, count), dim);
    for (auto &part : tensors) *parts++ = own(std::move(part));
  });
}

ct_tensor ct_flip(ct_tensor tensor, const intptr_t *dims, intptr_t count, ct_error error) {
  return make(error, [&] { return tensor->value.flip(ints(dims, count)); });
}

ct_tensor ct_roll(ct_tensor tensor, intptr_t shifts, intptr_t dim, ct_error error) {
  return make(error, [&] { return tensor->value.roll(ints(&shifts, 1), ints(&dim, 1)); });
}

ct_tensor ct_tril(ct_tensor tensor, intptr_t diagonal, ct_error error) {
  return make(error, [&] { return tensor->value.tril(diagonal); });
}

ct_tensor ct_triu(ct_tensor tensor, intptr_t diagonal, ct_error error) {
  return make(error, [&] { return tensor->value.triu(diagonal); });
}

ct_tensor ct_diagonal(
    ct_tensor tensor, intptr_t offset, intptr_t dim1, intptr_t dim2, ct_error error) {
  return make(error, [&] {
    return tensor->value.diagonal(
        static_cast<int64_t>(offset), static_cast<int64_t>(dim1), static_cast<int64_t>(dim2));
  });
}

ct_tensor ct_unfold(
    ct_tensor tensor, intptr_t dimension, intptr_t size, intptr_t step, ct_error error) {
  return make(error, [&] { return tensor->value.unfold(dimension, size, step); });
}

ct_tensor ct_pad(
    ct_tensor tensor, const intptr_t *pad, intptr_t count, const char *mode, double value,
    ct_error error) {
  return make(error, [&] {
    std::optional<double> filler;
    if (std::string(mode) == "constant") filler = value;
    return at::pad(tensor->value, ints(pad, count), mode, filler);
  });
}
