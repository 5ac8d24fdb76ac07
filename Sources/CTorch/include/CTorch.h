/// A thin C API over libtorch: opaque handles, plain C types, no exception ever leaves it.
///
/// - Every function that can fail takes `error` as its last argument, and on failure stores there a
///   message of one line that the caller frees with `ct_string_free`. A function that gives a handle
///   then returns NULL, any other returns false. Before the call `*error` must be NULL.
/// - A handle that is returned belongs to the caller, who frees it with `ct_tensor_free`.
/// - Sizes and indices are `intptr_t`: Swift's `Int`. A negative dimension counts from the end.
/// - Parameter names are PyTorch's.
#ifndef CTORCH_H
#define CTORCH_H

#include "ct_types.h"
#include "ct_tensor.h"
#include "ct_creation.h"
#include "ct_elementwise.h"
#include "ct_comparison.h"
#include "ct_shape.h"
#include "ct_indexing.h"
#include "ct_reductions.h"
#include "ct_linear_algebra.h"
#include "ct_neural.h"
#include "ct_convolution.h"
#include "ct_spectra.h"
#include "ct_autograd.h"
#include "ct_random.h"
#include "ct_optimizers.h"
#include "ct_runtime.h"

#endif
