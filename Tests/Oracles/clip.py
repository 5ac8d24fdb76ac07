"""A tiny CLIP with its tokenizer, as transformers computes and saves it: Tests/Fixtures/oracles/vision/clip and
Tests/Fixtures/clip-tokenizer. Run: python Tests/Oracles/clip.py"""

import json
import pathlib

import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPConfig, CLIPModel

fixtures = pathlib.Path(__file__).parents[1] / "Fixtures"
torch.manual_seed(20)

sentences = [
    "a red shoe", "A photo of 12 shoes, two RED dresses.", "it's the dresses we'll wear", "größer ✓ 靴", "",
    "   spaces\tand\nlines  ", "end", "e", "!!!", "the the the shoe-shop 2026", "naïve café",
]


def tokenizer(folder):
    """By the parts of openai/clip-vit-base-patch32, with a vocabulary of its own."""
    result = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    result.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(tokenizers.Regex(r"\s+"), " "), normalizers.Lowercase()])
    pattern = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
    result.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(tokenizers.Regex(pattern), behavior="removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    trainer = trainers.BpeTrainer(
        vocab_size=620, end_of_word_suffix="</w>", show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    result.train_from_iterator(sentences * 3, trainer)
    # The alphabet with the suffix, which CLIP's vocabulary has in full.
    content = json.loads(result.to_str())
    vocabulary = content["model"]["vocab"]
    for letter in sorted(pre_tokenizers.ByteLevel.alphabet()):
        vocabulary.setdefault(letter + "</w>", len(vocabulary))
    for special in ("<|startoftext|>", "<|endoftext|>"):
        vocabulary[special] = len(vocabulary)
    result = Tokenizer.from_str(json.dumps(content))
    result.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    start, end = (("<|%s|>" % name, vocabulary["<|%s|>" % name]) for name in ("startoftext", "endoftext"))
    result.post_processor = processors.RobertaProcessing(end, start, trim_offsets=False, add_prefix_space=False)
    result.decoder = decoders.ByteLevel()
    folder.mkdir(parents=True, exist_ok=True)
    result.save(str(folder / "tokenizer.json"), pretty=False)
    cases = [{"text": text, "ids": result.encode(text).ids} for text in sentences]
    about = {"made_by": f"tokenizers {tokenizers.__version__}, Tests/Oracles/clip.py", "cases": cases}
    (folder / "expected.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n")


def model(folder):
    layers = {"hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = layers | {"vocab_size": 30, "max_position_embeddings": 8, "eos_token_id": 29, "bos_token_id": 28}
    vision = layers | {"image_size": 8, "patch_size": 4}
    clip = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=6)).eval()
    for value in clip.parameters():
        torch.nn.init.normal_(value, std=0.5) if value.ndim != 0 else None
    folder.mkdir(parents=True, exist_ok=True)
    clip.save_pretrained(folder)
    ids = torch.randint(2, 28, (3, 7))
    ids[:, 0], ids[0, 4], ids[1, 6], ids[2, 2] = 28, 29, 29, 29
    mask = (torch.arange(7) <= (ids == 29).int().argmax(-1, keepdim=True)).long()
    pixels = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        out = clip(input_ids=ids, attention_mask=mask, pixel_values=pixels)
    save_file({
        "input_ids": ids, "attention_mask": mask, "pixel_values": pixels,
        "image_embeds": out.image_embeds.contiguous(), "text_embeds": out.text_embeds.contiguous(),
        "logits_per_image": out.logits_per_image.contiguous(),
    }, folder / "expected.safetensors")
    about = {"made_by": f"transformers {transformers.__version__} CLIPModel, Tests/Oracles/clip.py", "tolerance": 1e-4}
    (folder / "expected.json").write_text(json.dumps(about, indent=1) + "\n")


tokenizer(fixtures / "clip-tokenizer")
model(fixtures / "oracles" / "vision" / "clip")
