"""Compares adapters with PEFT in both directions, and prints the largest differences of logits.

Run: python3 -m pip install torch transformers peft && python3 Tests/Oracles/peft_round_trip.py
Adapters that the tests write are loaded by PEFT, merged models by transformers; adapters that PEFT writes are loaded by
the tests. Arguments are handed to `swift test`, such as --skip-build. Fails above 1e-4.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import peft
import torch
import transformers
from safetensors.torch import load_file, save_file

package = pathlib.Path(__file__).parent.parent.parent
small = dict(
    vocab_size=50, hidden_size=16, intermediate_size=36, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64)
bases = {
    "gpt2": transformers.GPT2Config(vocab_size=50, n_positions=64, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=1),
    "llama": transformers.LlamaConfig(**small, attention_bias=True, mlp_bias=True),
    "mistral": transformers.MistralConfig(**small, sliding_window=4),
    "qwen2": transformers.Qwen2Config(**small, tie_word_embeddings=True),
    "qwen3": transformers.Qwen3Config(**small, head_dim=6),
}
options = {
    "all-linear": dict(r=4, lora_alpha=8, target_modules="all-linear"),
    "rslora": dict(r=3, lora_alpha=5, use_rslora=True, target_modules=r".*\.(q_proj|c_attn|down_proj|c_fc)"),
    "bias": dict(r=2, lora_alpha=3, bias="all", target_modules=["v_proj", "c_attn"]),
    "lora-only": dict(r=2, lora_alpha=3, bias="lora_only", target_modules=["v_proj", "c_attn"]),
    "patterns": dict(
        r=4, lora_alpha=8, target_modules="all-linear", rank_pattern={r"1\..*": 2}, alpha_pattern={"(v_proj|c_fc)": 3},
        exclude_modules=["o_proj", "attn.c_proj"]),
    "modules": dict(r=2, lora_alpha=4, target_modules=["q_proj", "c_attn"], modules_to_save=["mlp"]),
    "blocks": dict(r=2, lora_alpha=4, target_modules=["q_proj", "c_attn"], layers_to_transform=[1]),
    "output": dict(r=2, lora_alpha=4, target_modules=["lm_head", "q_proj", "c_attn"]),
}


def logits(model, ids):
    with torch.no_grad():
        return model.eval()(ids).logits


def write_theirs(folder):
    for family, configuration in bases.items():
        for name, option in options.items():
            if name == "output" and configuration.tie_word_embeddings:
                continue
            torch.manual_seed(7)
            target = folder / f"{family}-{name}"
            model = transformers.AutoModelForCausalLM.from_config(configuration, attn_implementation="eager")
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.add_(0.25 * torch.randn_like(parameter))
            model.save_pretrained(target / "base")
            adapted = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", **option))
            with torch.no_grad():
                for parameter in adapted.parameters():
                    if parameter.requires_grad:
                        parameter.add_(0.2 * torch.randn_like(parameter))
            adapted.peft_config["default"].base_model_name_or_path = str(target / "base")
            adapted.save_pretrained(target / "adapter")
            ids = torch.randint(3, 50, (2, 10))
            save_file({"input_ids": ids}, target / "inputs.safetensors")
            save_file({"logits": logits(adapted, ids)}, target / "expected.safetensors")


def difference(first, second):
    return (first - second).abs().max().item()


def compare_theirs(folder):
    for target in sorted(folder.iterdir()):
        expected = load_file(target / "expected.safetensors")["logits"]
        found = load_file(target / "found.safetensors")
        yield f"theirs/{target.name}", difference(found["logits"], expected)
        yield f"theirs/{target.name} merged", difference(found["logits_merged"], expected)


def compare_ours(folder):
    def load(path):
        return transformers.AutoModelForCausalLM.from_pretrained(
            path, attn_implementation="eager", dtype=torch.float32)

    for target in sorted(folder.iterdir()):
        expected = load_file(target / "expected.safetensors")
        ids = expected["input_ids"]
        model = peft.PeftModel.from_pretrained(load(target / "base"), target / "adapter")
        yield f"ours/{target.name}", difference(logits(model, ids), expected["logits"])
        yield f"ours/{target.name} merged", difference(logits(model.merge_and_unload(), ids), expected["logits"])
        automatic = peft.AutoPeftModelForCausalLM.from_pretrained(target / "adapter", attn_implementation="eager")
        yield f"ours/{target.name} with its base", difference(logits(automatic, ids), expected["logits"])
        yield f"ours/{target.name} as a model", difference(
            logits(load(target / "merged"), ids), expected["logits_merged"])


def main():
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_theirs(folder / "theirs")
        run = subprocess.run(
            ["swift", "test", *sys.argv[1:], "--filter", "AdapterRoundTripTests"], cwd=package,
            env=os.environ | {"RLHF_ROUND_TRIP": str(folder)}, capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stdout + run.stderr)
        differences = [*compare_theirs(folder / "theirs"), *compare_ours(folder / "ours")]
    for name, value in differences:
        print(f"{value:.2e}  {name}")
    largest = max(value for _, value in differences)
    print(f"{largest:.2e}  the largest of {len(differences)}")
    sys.exit(largest > 1e-4)


if __name__ == "__main__":
    main()
