#ifndef CT_RUNTIME_H
#define CT_RUNTIME_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

/// libtorch's version that the bridge was compiled with.
const char *ct_version(void);
intptr_t ct_num_threads(void);
bool ct_set_num_threads(intptr_t count, ct_error error);
intptr_t ct_num_interop_threads(void);
/// Can be set once, before any parallel work between operators.
bool ct_set_num_interop_threads(intptr_t count, ct_error error);
bool ct_deterministic_algorithms(void);
bool ct_set_deterministic_algorithms(bool enabled, ct_error error);
bool ct_set_flush_denormal(bool enabled);
intptr_t ct_cuda_device_count(void);

#pragma clang assume_nonnull end
CT_END

#endif
