#include "bridge.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/nextafter.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/Exception.h>

struct ct_generator_box {
  at::Generator value;
};

using namespace bridge;

namespace {

at::Generator new_generator(uint64_t seed, at::Device device) {
  if (device.is_cpu()) return at::Generator(at::detail::createCPUGenerator(seed));
  at::globalContext().lazyInitDevice(device.type());
  auto generator = at::globalContext()
                       .getAcceleratorHooksInterface(device.type())
                       .getNewGenerator(device.index());
  generator.set_current_seed(seed);
  return generator;
}

at::Tensor empty_for(
    const intptr_t *sizes, intptr_t dim, ct_dtype dtype, ct_generator generator) {
  return at::empty(
      ints(sizes, dim),
      at::TensorOptions().dtype(scalar_type(dtype)).device(generator->value.device()));
}

}  // namespace

ct_generator ct_generator_new(uint64_t seed, ct_device target, ct_error error) {
  try {
    return new ct_generator_box{new_generator(seed, device(target))};
  } catch (...) {
    report(error);
    return nullptr;
  }
}

void ct_generator_free(ct_generator generator) { delete generator; }

ct_tensor ct_generator_state(ct_generator generator, ct_error error) {
  return make(error, [&] { return generator->value.get_state(); });
}

bool ct_generator_set_state(ct_generator generator, ct_tensor state, ct_error error) {
  return run(error, [&] { generator->value.set_state(state->value); });
}

ct_tensor ct_rand(
    const intptr_t *sizes, intptr_t dim, double low, double high, ct_generator generator,
    ct_dtype dtype, ct_error error) {
  return make(error, [&] {
    return empty_for(sizes, dim, dtype, generator).uniform_(low, high, generator->value);
  });
}

ct_tensor ct_randn(
    const intptr_t *sizes, intptr_t dim, double mean, double std, ct_generator generator,
    ct_dtype dtype, ct_error error) {
  return make(error, [&] {
    return empty_for(sizes, dim, dtype, generator).normal_(mean, std, generator->value);
  });
}

ct_tensor ct_randint(
    const intptr_t *sizes, intptr_t dim, intptr_t low, intptr_t high, ct_generator generator,
    ct_error error) {
  return make(error, [&] {
    return empty_for(sizes, dim, ct_dtype_int64, generator)
        .random_(static_cast<int64_t>(low), static_cast<int64_t>(high), generator->value);
  });
}

ct_tensor ct_randperm(intptr_t n, ct_generator generator, ct_error error) {
  return make(error, [&] {
    return at::randperm(
        n, generator->value,
        at::TensorOptions().dtype(at::kLong).device(generator->value.device()));
  });
}

ct_tensor ct_bernoulli(ct_tensor probabilities, ct_generator generator, ct_error error) {
  return make(error, [&] { return probabilities->value.bernoulli(generator->value); });
}

ct_tensor ct_dropout(ct_tensor input, double p, ct_generator generator, ct_error error) {
  return make(error, [&] {
    TORCH_CHECK(p >= 0 && p <= 1, "the probability ", p, " is not between 0 and 1");
    if (p == 0) return input->value;
    if (p == 1) return input->value.mul(at::zeros_like(input->value));
    auto mask = at::empty_like(input->value).bernoulli_(1 - p, generator->value).div_(1 - p);
    return input->value.mul(mask);
  });
}

ct_tensor ct_multinomial(
    ct_tensor probabilities, intptr_t num_samples, bool replacement, ct_generator generator,
    ct_error error) {
  return make(error, [&] {
    return probabilities->value.multinomial(num_samples, replacement, generator->value);
  });
}

ct_tensor ct_categorical(ct_tensor probabilities, ct_tensor uniforms, ct_error error) {
  return make(error, [&] {
    auto sums = probabilities->value.to(at::kDouble).cumsum(-1).contiguous();
    int64_t count = sums.size(-1);
    auto total = sums.narrow(-1, count - 1, 1);
    // The largest number below the total: rounding must not pass the last index of positive
    // probability.
    auto limit = at::nextafter(total, at::zeros_like(total));
    auto share = uniforms->value.to(at::kDouble).unsqueeze(-1).mul(total).minimum(limit);
    auto index = at::searchsorted(sums, share.contiguous(), /*out_int32=*/false, /*right=*/true);
    return index.squeeze(-1).clamp_max(count - 1);
  });
}
