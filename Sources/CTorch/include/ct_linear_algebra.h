#ifndef CT_LINEAR_ALGEBRA_H
#define CT_LINEAR_ALGEBRA_H

#include "ct_types.h"

CT_BEGIN
#pragma clang assume_nonnull begin

ct_tensor _Nullable ct_matmul(ct_tensor tensor, ct_tensor other, ct_error error);
/// `beta * tensor + alpha * (mat1 @ mat2)`.
ct_tensor _Nullable ct_addmm(
    ct_tensor tensor, ct_tensor mat1, ct_tensor mat2, double beta, double alpha, ct_error error);
/// `beta * tensor + alpha * (batch1 @ batch2)`.
ct_tensor _Nullable ct_baddbmm(
    ct_tensor tensor, ct_tensor batch1, ct_tensor batch2, double beta, double alpha,
    ct_error error);
bool ct_linalg_qr(
    ct_tensor tensor, ct_tensor _Nullable *_Nonnull q, ct_tensor _Nullable *_Nonnull r,
    ct_error error);
bool ct_linalg_eigh(
    ct_tensor tensor, ct_tensor _Nullable *_Nonnull eigenvalues,
    ct_tensor _Nullable *_Nonnull eigenvectors, ct_error error);
ct_tensor _Nullable ct_linalg_cholesky(ct_tensor tensor, ct_error error);
ct_tensor _Nullable ct_linalg_solve(ct_tensor tensor, ct_tensor other, ct_error error);

#pragma clang assume_nonnull end
CT_END

#endif
