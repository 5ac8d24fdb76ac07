#include "bridge.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/util/Exception.h>
#include <torch/headeronly/version.h>

using namespace bridge;

const char *ct_version(void) { return TORCH_VERSION; }

intptr_t ct_num_threads(void) { return at::get_num_threads(); }

bool ct_set_num_threads(intptr_t count, ct_error error) {
  return run(error, [&] {
    TORCH_CHECK(count > 0, "at least one thread is needed, not ", count);
    at::set_num_threads(static_cast<int>(count));
  });
}

intptr_t ct_num_interop_threads(void) { return at::get_num_interop_threads(); }

bool ct_set_num_interop_threads(intptr_t count, ct_error error) {
  return run(error, [&] {
    TORCH_CHECK(count > 0, "at least one thread is needed, not ", count);
    at::set_num_interop_threads(static_cast<int>(count));
  });
}

bool ct_deterministic_algorithms(void) { return at::globalContext().deterministicAlgorithms(); }

bool ct_set_deterministic_algorithms(bool enabled, ct_error error) {
  return run(error, [&] {
    at::globalContext().setDeterministicAlgorithms(enabled, /*warn_only=*/false);
  });
}

bool ct_set_flush_denormal(bool enabled) {
  return at::globalContext().setFlushDenormal(enabled);
}

intptr_t ct_cuda_device_count(void) {
  try {
    if (!at::globalContext().hasCUDA()) return 0;
    return at::detail::getCUDAHooks().deviceCount();
  } catch (...) {
    return 0;
  }
}
