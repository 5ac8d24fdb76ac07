#ifndef CT_CONVOLUTION_H
#define CT_CONVOLUTION_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

// Convolutions and the sizes of images. Arrays hold one number per spatial dimension.
ct_tensor _Nullable ct_conv1d(
    ct_tensor input, ct_tensor weight, ct_tensor _Nullable bias, const intptr_t *stride,
    const intptr_t *padding, const intptr_t *dilation, intptr_t groups, ct_error error);
ct_tensor _Nullable ct_conv_transpose1d(
    ct_tensor input, ct_tensor weight, ct_tensor _Nullable bias, const intptr_t *stride,
    const intptr_t *padding, const intptr_t *output_padding, intptr_t groups,
    const intptr_t *dilation, ct_error error);
ct_tensor _Nullable ct_conv2d(
    ct_tensor input, ct_tensor weight, ct_tensor _Nullable bias, const intptr_t *stride,
    const intptr_t *padding, const intptr_t *dilation, intptr_t groups, ct_error error);
ct_tensor _Nullable ct_conv_transpose2d(
    ct_tensor input, ct_tensor weight, ct_tensor _Nullable bias, const intptr_t *stride,
    const intptr_t *padding, const intptr_t *output_padding, intptr_t groups,
    const intptr_t *dilation, ct_error error);
ct_tensor _Nullable ct_avg_pool1d(
    ct_tensor input, intptr_t kernel_size, intptr_t stride, intptr_t padding, ct_error error);
ct_tensor _Nullable ct_avg_pool2d(
    ct_tensor input, const intptr_t *kernel_size, const intptr_t *stride, const intptr_t *padding,
    ct_error error);
ct_tensor _Nullable ct_max_pool2d(
    ct_tensor input, const intptr_t *kernel_size, const intptr_t *stride, const intptr_t *padding,
    ct_error error);
ct_tensor _Nullable ct_adaptive_avg_pool2d(
    ct_tensor input, const intptr_t *output_size, ct_error error);
ct_tensor _Nullable ct_upsample_nearest1d(
    ct_tensor input, const intptr_t *output_size, ct_error error);
ct_tensor _Nullable ct_upsample_nearest2d(
    ct_tensor input, const intptr_t *output_size, ct_error error);
ct_tensor _Nullable ct_upsample_linear1d(
    ct_tensor input, const intptr_t *output_size, bool align_corners, ct_error error);
ct_tensor _Nullable ct_upsample_bilinear2d(
    ct_tensor input, const intptr_t *output_size, bool align_corners, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
