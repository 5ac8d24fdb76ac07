#ifndef CT_RANDOM_H
#define CT_RANDOM_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

ct_generator _Nullable ct_generator_new(uint64_t seed, ct_device device, ct_error error);
void ct_generator_free(ct_generator generator);
/// The state as a tensor of bytes.
ct_tensor _Nullable ct_generator_state(ct_generator generator, ct_error error);
bool ct_generator_set_state(ct_generator generator, ct_tensor state, ct_error error);

/// Uniform in [low, high).
ct_tensor _Nullable ct_rand(
    const intptr_t *_Nullable sizes, intptr_t dim, double low, double high, ct_generator generator,
    ct_dtype dtype, ct_error error);
ct_tensor _Nullable ct_randn(
    const intptr_t *_Nullable sizes, intptr_t dim, double mean, double std, ct_generator generator,
    ct_dtype dtype, ct_error error);
ct_tensor _Nullable ct_randint(
    const intptr_t *_Nullable sizes, intptr_t dim, intptr_t low, intptr_t high,
    ct_generator generator, ct_error error);
ct_tensor _Nullable ct_randperm(intptr_t n, ct_generator generator, ct_error error);
ct_tensor _Nullable ct_bernoulli(ct_tensor probabilities, ct_generator generator, ct_error error);
ct_tensor _Nullable ct_dropout(
    ct_tensor input, double p, ct_generator generator, ct_error error);
ct_tensor _Nullable ct_multinomial(
    ct_tensor probabilities, intptr_t num_samples, bool replacement, ct_generator generator,
    ct_error error);
/// For each row of `probabilities`, the first index at which their running sum passes the uniform
/// number's share of the total.
ct_tensor _Nullable ct_categorical(ct_tensor probabilities, ct_tensor uniforms, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
