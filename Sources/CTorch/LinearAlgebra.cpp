#include "bridge.h"

#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_solve.h>

using namespace bridge;

ct_tensor ct_matmul(ct_tensor tensor, ct_tensor other, ct_error error) {
  return make(error, [&] { return tensor->value.matmul(other->value); });
}

ct_tensor ct_addmm(
    ct_tensor tensor, ct_tensor mat1, ct_tensor mat2, double beta, double alpha, ct_error error) {
  return make(error, [&] {
    return tensor->value.addmm(mat1->value, mat2->value, beta, alpha);
  });
}

ct_tensor ct_baddbmm(
    ct_tensor tensor, ct_tensor batch1, ct_tensor batch2, double beta, double alpha,
    ct_error error) {
  return make(error, [&] {
    return tensor->value.baddbmm(batch1->value, batch2->value, beta, alpha);
  });
}

bool ct_linalg_qr(ct_tensor tensor, ct_tensor *q, ct_tensor *r, ct_error error) {
  return make_pair(q, r, error, [&] { return at::linalg_qr(tensor->value); });
}

bool ct_linalg_eigh(
    ct_tensor tensor, ct_tensor *eigenvalues, ct_tensor *eigenvectors, ct_error error) {
  return make_pair(
      eigenvalues, eigenvectors, error, [&] { return at::linalg_eigh(tensor->value); });
}

ct_tensor ct_linalg_cholesky(ct_tensor tensor, ct_error error) {
  return make(error, [&] { return at::linalg_cholesky(tensor->value); });
}

ct_tensor ct_linalg_solve(ct_tensor tensor, ct_tensor other, ct_error error) {
  return make(error, [&] { return at::linalg_solve(tensor->value, other->value); });
}
