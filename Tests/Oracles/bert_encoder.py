"""Writes Tests/Fixtures/oracles/encoders/bert: a tiny BertModel as a sentence-transformers directory, and what
transformers computes for it.

Run: python3 -m pip install torch transformers && python3 -P Tests/Oracles/bert_encoder.py
(-P, for statistics.py beside it is not the standard one.)
Weights are random and far from their usual first values, so that no bias, norm or scale can be left out unnoticed.
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import save_file

seed = 20260103
target = pathlib.Path(__file__).parent.parent / "Fixtures" / "oracles" / "encoders" / "bert"


def pooled(states, mask):
    weights = mask[..., None].float()
    return {
        "mean": (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9),
        "cls": states[:, 0],
        "max": states.masked_fill(weights == 0, -1e9).max(1).values,
    }


def main():
    torch.manual_seed(seed)
    configuration = transformers.BertConfig(
        vocab_size=80, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
        intermediate_size=40, max_position_embeddings=32, type_vocab_size=2)
    configuration._attn_implementation = "eager"
    model = transformers.BertModel(configuration).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            scale = 0.3 if parameter.dim() > 1 else 0.2
            parameter.copy_(scale * torch.randn_like(parameter) + (parameter.dim() == 1))
    model.save_pretrained(target)
    files = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling",
             "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize",
             "type": "sentence_transformers.models.Normalize"}],
        "sentence_bert_config.json": {"max_seq_length": 20, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": 24, "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False},
    }
    for name, content in files.items():
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text(json.dumps(content, indent=1) + "\n")

    lengths = [12, 7, 1]
    ids, mask, types = (torch.zeros(3, 12, dtype=torch.int64) for _ in range(3))
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.randint(1, 80, (length,))
        mask[row, :length] = 1
        types[row, length // 2:length] = 1
    out = model(ids, attention_mask=mask, token_type_ids=types).last_hidden_state
    plain = model(ids, attention_mask=mask).last_hidden_state
    tensors = {"in.input_ids": ids, "in.attention_mask": mask, "in.token_type_ids": types,
               "out.states": out * mask[..., None], "out.states_without_types": plain * mask[..., None]}
    for name, vectors in pooled(out, mask).items():
        tensors[f"out.{name}"] = vectors
        tensors[f"out.{name}_normalized"] = torch.nn.functional.normalize(vectors, dim=1)
    loss = (tensors["out.mean_normalized"] * torch.linspace(-1, 1, 24)).sum()
    loss.backward()
    norms = {key: value.grad.norm().item() for key, value in model.named_parameters()
             if value.grad is not None}
    save_file({key: value.detach().contiguous() for key, value in tensors.items()},
              target / "expected.safetensors")
    (target / "expected.json").write_text(json.dumps({
        "made_by": f"transformers {transformers.__version__} (eager attention, float32) on PyTorch "
                   f"{torch.__version__}; pooling as in sentence-transformers",
        "seed": seed, "tolerance": 1e-4, "loss": loss.item(),
        "loss_is": "the sum over rows of mean_normalized times linspace(-1, 1)",
        "gradient_norms": norms}, indent=1) + "\n")


if __name__ == "__main__":
    main()
