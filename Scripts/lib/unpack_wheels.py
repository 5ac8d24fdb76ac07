"""Unpacks libtorch (lib/ and include/) from torch's wheel and the CUDA wheels it may need.

usage: unpack_wheels.py --into FOLDER WHEEL...
       unpack_wheels.py --has LIBRARY WHEEL...   (exit code 0 when a wheel has that library)
"""

import os
import shutil
import sys
import zipfile

# A wheel's CUDA part needs 2 GB of other wheels. The set-up makes a libtorch for the CPU;
# whoever has the CUDA libraries names that installation with LIBTORCH.
CPU_ONLY_LEAVES_OUT = (
    "libtorch.so",
    "libtorch_cuda",
    "libtorch_nvshmem",
    "libc10_cuda",
    "libcaffe2_nvrtc",
)
NEVER_NEEDED = (
    "libtorch_python.so",
    "libtorchbind_test.so",
    "libjitbackend_test.so",
    "libbackend_with_compiler.so",
    "libaoti_custom_ops.so",
)
FROM_CUDA_WHEELS = ("libcudart.so", "libcupti.so")


def destination(name, has_cuda):
    """Where a wheel's member belongs under the folder, or None."""
    base = os.path.basename(name)
    if name.startswith("torch/include/"):
        return name.removeprefix("torch/")
    if name.startswith("torch/lib/"):
        left_out = NEVER_NEEDED + (CPU_ONLY_LEAVES_OUT if has_cuda else ())
        return None if base.startswith(left_out) else name.removeprefix("torch/")
    if name.startswith("nvidia/") and base.startswith(FROM_CUDA_WHEELS):
        return "lib/" + base
    # Libraries that a wheel bundles for its own (aarch64).
    if name.startswith("torch.libs/"):
        return name
    return None


def main(arguments):
    option, value, *wheels = arguments
    archives = [zipfile.ZipFile(wheel) for wheel in wheels]
    names = {name for archive in archives for name in archive.namelist()}
    if option == "--has":
        return 0 if any(os.path.basename(name) == value for name in names) else 1
    has_cuda = "torch/lib/libtorch_cuda.so" in names
    for archive in archives:
        for member in archive.infolist():
            place = destination(member.filename, has_cuda)
            if place is None or member.is_dir():
                continue
            path = os.path.join(value, place)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with archive.open(member) as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            os.chmod(path, 0o755 if place.startswith("lib/") else 0o644)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
