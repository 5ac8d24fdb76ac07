"""Loads models that this package saved with transformers, and compares what both compute.

Run: RLHF_SAVED_MODELS=/tmp/saved swift test --filter SavedModelTests
     python3 -m pip install torch transformers && python3 -P Tests/Oracles/saved_models.py /tmp/saved
(-P, for statistics.py beside it is not the standard one.)
Prints the largest difference of each model and fails where one is above 1e-4, or where weights were missing or unused.
"""

import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def main():
    folder = pathlib.Path(sys.argv[1])
    failures = 0
    for directory in sorted(path.parent for path in folder.glob("*/ours.safetensors")):
        ours = load_file(directory / "ours.safetensors")
        architecture = transformers.AutoConfig.from_pretrained(directory).architectures[0]
        model, info = getattr(transformers, architecture).from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
        with torch.no_grad():
            out = model.eval()(ours["ids"])
        result = out.last_hidden_state if architecture == "BertModel" else out.logits
        difference = (result - ours["result"]).abs().max().item()
        missing = [key for key in info["missing_keys"] if "pooler" not in key]
        strangers = [str(key) for kind in ("unexpected_keys", "mismatched_keys") for key in info[kind]]
        is_fine = difference < 1e-4 and not missing and not strangers
        failures += not is_fine
        print(f"{directory.name:40} {architecture:32} {difference:.2e}", *missing, *strangers,
              "" if is_fine else "FAILED")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
