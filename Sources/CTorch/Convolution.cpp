#include "bridge.h"

#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose1d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_linear1d.h>
#include <ATen/ops/upsample_nearest1d.h>
#include <ATen/ops/upsample_nearest2d.h>

using namespace bridge;

#define CT_CONVOLUTION(n)                                                                      \
  ct_tensor ct_conv##n##d(                                                                     \
      ct_tensor input, ct_tensor weight, ct_tensor bias, const intptr_t *stride,               \
      const intptr_t *padding, const intptr_t *dilation, intptr_t groups, ct_error error) {    \
    return make(error, [&] {                                                                   \
      return at::conv##n##d(                                                                   \
          input->value, weight->value, optional(bias), ints(stride, n), ints(padding, n),      \
          ints(dilation, n), groups);                                                          \
    });                                                                                        \
  }                                                                                            \
  ct_tensor ct_conv_transpose##n##d(                                                           \
      ct_tensor input, ct_tensor weight, ct_tensor bias, const intptr_t *stride,               \
      const intptr_t *padding, const intptr_t *output_padding, intptr_t groups,                \
      const intptr_t *dilation, ct_error error) {                                              \
    return make(error, [&] {                                                                   \
      return at::conv_transpose##n##d(                                                         \
          input->value, weight->value, optional(bias), ints(stride, n), ints(padding, n),      \
          ints(output_padding, n), groups, ints(dilation, n));                                 \
    });                                                                                        \
  }

CT_CONVOLUTION(1)
CT_CONVOLUTION(2)

ct_tensor ct_avg_pool1d(
    ct_tensor input, intptr_t kernel_size, intptr_t stride, intptr_t padding, ct_error error) {
  return make(error, [&] {
    return at::avg_pool1d(input->value, ints(&kernel_size, 1), ints(&stride, 1), ints(&padding, 1));
  });
}

ct_tensor ct_avg_pool2d(
    ct_tensor input, const intptr_t *kernel_size, const intptr_t *stride, const intptr_t *padding,
    ct_error error) {
  return make(error, [&] {
    return at::avg_pool2d(input->value, ints(kernel_size, 2), ints(stride, 2), ints(padding, 2));
  });
}

ct_tensor ct_max_pool2d(
    ct_tensor input, const intptr_t *kernel_size, const intptr_t *stride, const intptr_t *padding,
    ct_error error) {
  return make(error, [&] {
    return at::max_pool2d(input->value, ints(kernel_size, 2), ints(stride, 2), ints(padding, 2));
  });
}

ct_tensor ct_adaptive_avg_pool2d(ct_tensor input, const intptr_t *output_size, ct_error error) {
  return make(error, [&] {
    return at::adaptive_avg_pool2d(input->value, ints(output_size, 2));
  });
}

ct_tensor ct_upsample_nearest1d(ct_tensor input, const intptr_t *output_size, ct_error error) {
  return make(error, [&] { return at::upsample_nearest1d(input->value, ints(output_size, 1)); });
}

ct_tensor ct_upsample_nearest2d(ct_tensor input, const intptr_t *output_size, ct_error error) {
  return make(error, [&] { return at::upsample_nearest2d(input->value, ints(output_size, 2)); });
}

ct_tensor ct_upsample_linear1d(
    ct_tensor input, const intptr_t *output_size, bool align_corners, ct_error error) {
  return make(error, [&] {
    return at::upsample_linear1d(input->value, ints(output_size, 1), align_corners);
  });
}

ct_tensor ct_upsample_bilinear2d(
    ct_tensor input, const intptr_t *output_size, bool align_corners, ct_error error) {
  return make(error, [&] {
    return at::upsample_bilinear2d(input->value, ints(output_size, 2), align_corners);
  });
}
