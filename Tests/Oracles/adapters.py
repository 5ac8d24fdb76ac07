"""Writes Tests/Fixtures/oracles/text/{gpt2,llama}-lora: adapters for the models beside them, with what PEFT computes.

Run: python3 -m pip install torch transformers peft && python3 Tests/Oracles/adapters.py
The adapters use the options that change what is computed: rsLoRA, patterns of ranks and alphas, trained biases and
whole modules. "logits_adapter_off" are the base's own: PEFT leaves trained biases in force where adapters are off.
"""

import json
import pathlib

import peft
import torch
import transformers
from safetensors.torch import save_file

seed = 20260203
folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "oracles" / "text"
options = {
    "gpt2": dict(
        r=3, lora_alpha=5, target_modules=["c_attn", "mlp.c_proj"], use_rslora=True, bias="lora_only",
        rank_pattern={r"h\.1\.attn\.c_attn": 2}, fan_in_fan_out=True),
    "llama": dict(
        r=2, lora_alpha=6, target_modules=r".*layers\.\d+\.(self_attn\.[qkv]_proj|mlp\.down_proj)", bias="all",
        alpha_pattern={"v_proj": 3}, modules_to_save=["lm_head", "post_attention_layernorm"]),
}


def main():
    for name, option in options.items():
        torch.manual_seed(seed)
        base = transformers.AutoModelForCausalLM.from_pretrained(
            folder / name, attn_implementation="eager", dtype=torch.float32)
        ids = torch.randint(3, base.config.vocab_size, (1, 12))
        with torch.no_grad():
            off = base(ids).logits
            model = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.1, **option))
            for parameter in model.parameters():
                if parameter.requires_grad:
                    parameter.add_(0.3 * torch.randn_like(parameter))
            on = model.eval()(ids).logits
            target = folder / f"{name}-lora"
            model.peft_config["default"].base_model_name_or_path = f"../{name}"
            model.save_pretrained(target)
            merged = model.merge_and_unload()
            logits = merged(ids).logits
        (target / "README.md").unlink(missing_ok=True)
        save_file({"input_ids": ids, "logits": on, "logits_adapter_off": off, "logits_merged": logits},
                  target / "expected.safetensors")
        document = {
            "made_by": f"PEFT {peft.__version__}, transformers {transformers.__version__}", "seed": seed,
            "base": f"../{name}", "tolerance_logits": 1e-4,
            "merged_weight_norms": {key: value.norm().item() for key, value in merged.state_dict().items()},
        }
        (target / "expected.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
