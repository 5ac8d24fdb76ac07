"""Writes Tests/Fixtures/oracles/text: tiny models of each family with what transformers computes for them.

Run: python3 -m pip install torch transformers && python3 -P Tests/Oracles/text_models.py
(-P, for statistics.py beside it is not the standard one.)
Weights are random and far from their usual first values, so that no bias, norm or scale can be left out unnoticed.
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import save_file

seed = 20260102
vocabulary, new_tokens = 96, 24
folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "oracles" / "text"
special = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2}
shape = {"vocab_size": vocabulary, "max_position_embeddings": 64, "hidden_size": 16,
         "intermediate_size": 36, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "tie_word_embeddings": False} | special
configurations = {
    "gpt2": transformers.GPT2Config(
        vocab_size=vocabulary, n_positions=64, n_embd=16, n_layer=2, n_head=2, n_inner=40,
        scale_attn_by_inverse_layer_idx=True, **special),
    "llama": transformers.LlamaConfig(**shape, head_dim=6, attention_bias=True, mlp_bias=True),
    # Generation goes beyond the context of the dynamic one.
    "llama-rope-dynamic": transformers.LlamaConfig(
        **shape | {"max_position_embeddings": 20},
        rope_parameters={"rope_type": "dynamic", "factor": 4.0, "rope_theta": 10000.0}),
    "llama-rope-llama3": transformers.LlamaConfig(
        **shape | {"tie_word_embeddings": True}, rope_parameters={
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16, "rope_theta": 500000.0}),
    "mistral": transformers.MistralConfig(**shape, head_dim=6, sliding_window=6),
    "qwen2": transformers.Qwen2Config(
        **shape, use_sliding_window=True, sliding_window=5, max_window_layers=1),
    "qwen3": transformers.Qwen3Config(
        **shape, head_dim=6, use_sliding_window=True, sliding_window=7,
        layer_types=["sliding_attention", "full_attention"]),
    "llama-reward": transformers.LlamaConfig(**shape, num_labels=1),
    "gpt2-reward": transformers.GPT2Config(
        vocab_size=vocabulary, n_positions=64, n_embd=16, n_layer=2, n_head=2, num_labels=1,
        **special),
}


def padded(rows, side):
    length = max(map(len, rows))
    pads = [[2] * (length - len(row)) for row in rows]
    ids = [pad + row if side == "left" else row + pad for row, pad in zip(rows, pads)]
    real = [[0] * len(pad) + [1] * len(row) if side == "left" else [1] * len(row) + [0] * len(pad)
            for row, pad in zip(rows, pads)]
    return torch.tensor(ids), torch.tensor(real)


def log_probabilities(logits, ids):
    return torch.log_softmax(logits[:, :-1], -1).gather(-1, ids[:, 1:, None])[..., 0]


def compute(model, rows):
    tensors = {}
    single = torch.tensor(rows[:1])
    out = model(single, output_hidden_states=True)
    every = torch.log_softmax(out.logits, -1)
    tensors |= {
        "single.input_ids": single, "single.logits": out.logits,
        "single.logprobs": log_probabilities(out.logits, single),
        "single.logprobs_temperature_0.7": log_probabilities(out.logits / 0.7, single),
        "single.entropy": -(every.exp() * every).sum(-1),
        "single.hidden_first": out.hidden_states[0], "single.hidden_last": out.hidden_states[-1],
    }
    for side in ["left", "right"]:
        ids, mask = padded(rows, side)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        logits = model(ids, attention_mask=mask, position_ids=positions).logits * mask[..., None]
        both = mask[:, 1:] * mask[:, :-1]
        tensors |= {
            f"{side}.input_ids": ids, f"{side}.attention_mask": mask,
            f"{side}.position_ids": positions, f"{side}.logits": logits,
            f"{side}.logprobs": log_probabilities(logits, ids) * both,
        }
    return tensors


def long_text(model):
    ids = torch.randint(3, vocabulary, (1, 50))
    return {"long.input_ids": ids, "long.logits_last_8": model(ids).logits[:, -8:]}


def scores(model, rows):
    tensors = {}
    for side in ["left", "right"]:
        ids, mask = padded(rows, side)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        out = model(ids, attention_mask=mask, position_ids=positions)
        tensors |= {f"{side}.input_ids": ids, f"{side}.attention_mask": mask,
                    f"{side}.position_ids": positions, f"{side}.scores": out.logits[:, 0]}
    return tensors


def write(target, tensors, document):
    save_file({key: value.contiguous().float() if value.is_floating_point() else value.contiguous()
               for key, value in tensors.items()}, target / "expected.safetensors")
    document = {"made_by": f"transformers {transformers.__version__} (eager attention, float32) "
                           f"on PyTorch {torch.__version__}", "seed": seed} | document
    (target / "expected.json").write_text(json.dumps(document, indent=1) + "\n")


def generate(model, rows):
    def run(ids, mask, **options):
        options = {"eos_token_id": None, "do_sample": False, "max_new_tokens": new_tokens} | options
        return model.generate(ids, attention_mask=mask, **options)

    single, batch = padded(rows[:1], "left"), padded(rows, "left")
    free = run(*single)
    stop = int(free[0, len(rows[0]) + new_tokens // 2])
    return stop, {
        "generate.single": free, "generate.batch": run(*batch),
        "generate.batch_stopped": run(*batch, eos_token_id=stop),
        "generate.single_repetition_penalty_1.3": run(*single, repetition_penalty=1.3),
    }


def main():
    for name, configuration in configurations.items():
        torch.manual_seed(seed)
        configuration._attn_implementation = "eager"
        is_reward = name.endswith("-reward")
        kind = (transformers.AutoModelForSequenceClassification if is_reward
                else transformers.AutoModelForCausalLM)
        model = kind.from_config(configuration).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                scale = 0.25 if parameter.dim() > 1 else 0.2
                parameter.copy_(scale * torch.randn_like(parameter) + (parameter.dim() == 1))
        target = folder / name
        model.save_pretrained(target)
        rows = [torch.randint(3, vocabulary, (length,)).tolist() for length in (14, 9, 5)]
        if is_reward:
            with torch.no_grad():
                write(target, scores(model, rows), {"tolerance": 1e-4})
            continue
        with torch.no_grad():
            tensors = compute(model, rows)
            if name not in ["gpt2", "llama"]:
                tensors |= long_text(model)
        stop, generated = generate(model, rows)
        tensors |= generated
        single = tensors["single.input_ids"]
        loss = model(single, labels=single).loss
        loss.backward()
        write(target, tensors, {
            "tolerance_logits": 1e-4, "language_model_loss": loss.item(),
            "gradient_norms": {key: value.grad.norm().item()
                               for key, value in model.named_parameters()},
            "stop_token": stop,
        })


if __name__ == "__main__":
    main()
