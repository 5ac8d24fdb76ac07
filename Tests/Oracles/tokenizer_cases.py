"""Writes Tests/Fixtures/tokenizers: small tokenizers of every kind, and what the tokenizers package does with them.

Run: python3 -m pip install tokenizers && python3 Tests/Oracles/tokenizer_cases.py
A case is a base with members of its tokenizer.json replaced, strings (half of them random) with their ids, and
random ids with their text.
"""

import copy
import json
import pathlib
import random

import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

random.seed(20260103)
folder = pathlib.Path(__file__).parent.parent / "Fixtures" / "tokenizers"
texts = [
    "The quick brown fox jumps over the lazy dog, and doesn't look back at 12345 others.",
    "A tokenizer turns text into numbers; numbers turn into text again, don't they? They do, they do!",
    "Grüße aus Köln: schöne Straßen, größere Bäume und 1.234,56 Gründe, dort zu bleiben.",
    "日本語のテキスト、中文文本和한국어 문장. Привет, мир! Γειά σου Κόσμε.",
    "def f(x):\n    return x ** 2\n\n# comments    with   spaces\t\tand tabs\r\n",
    "They said they'll be there when the weather is better, where we were then and there.",
]
mark = "\u2581"
modern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")


def byte_level(**options):
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True} | options


def sequence(kind, *parts):
    return {"type": "Sequence", kind: list(parts)}


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def bert(clean=True, chinese=True, accents=None, lower=True):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese,
            "strip_accents": accents, "lowercase": lower}


def added(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": False} | flags


def template(start, start_id, end=None, end_id=None):
    piece = lambda token: {"SpecialToken": {"id": token, "type_id": 0}}
    entry = lambda token, number: {"id": token, "ids": [number], "tokens": [token]}
    single = [piece(start), {"Sequence": {"id": "A", "type_id": 0}}] + ([piece(end)] if end else [])
    return {"type": "TemplateProcessing", "single": single, "pair": single,
            "special_tokens": {start: entry(start, start_id)} | ({end: entry(end, end_id)} if end else {})}


def trained_on_bytes():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=420, special_tokens=["<|end|>", "<|begin|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return json.loads(tokenizer.to_str())


def trained_on_characters():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=True)
    tokenizer.train_from_iterator(texts[:3] + texts[5:], trainers.BpeTrainer(
        vocab_size=460, show_progress=False,
        special_tokens=["<unk>", "<s>", "</s>"] + ["<0x%02X>" % byte for byte in range(256)]))
    tokenizer.normalizer = tokenizers.normalizers.Sequence([
        tokenizers.normalizers.Prepend(mark), tokenizers.normalizers.Replace(" ", mark)])
    tokenizer.pre_tokenizer = None
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace(mark, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    document = json.loads(tokenizer.to_str())
    document["added_tokens"] = document["added_tokens"][:3]
    document["post_processor"] = template("<s>", 1)
    return document


def word_pieces():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=300, special_tokens=special, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.decoder = decoders.WordPiece()
    return json.loads(tokenizer.to_str())


bases = {"bytes": trained_on_bytes(), "characters": trained_on_characters(), "words": word_pieces()}
flags = [
    added("<L>", lstrip=True), added("<R>", rstrip=True), added("<LR>", lstrip=True, rstrip=True, special=True),
    added("fox", single_word=True), added("<N>", normalized=True), added("Fo x", normalized=True),
    added("\u00c9", normalized=True), added("e\u0301a", normalized=True), added("<L><R>"), added("\n\n"),
]
plain = byte_level(use_regex=False)
metaspace = lambda scheme, splits: {
    "type": "Metaspace", "replacement": mark, "prepend_scheme": scheme, "split": splits}
cases = {
    "gpt2": ("bytes", {}),
    "llama3": ("bytes", {
        "pre_tokenizer": sequence("pretokenizers", split({"Regex": modern % "{1,3}"}), plain),
        "post_processor": sequence("processors", byte_level(), template("<|begin|>", 1)),
        "model.ignore_merges": True}),
    "qwen": ("bytes", {
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": sequence("pretokenizers", split({"Regex": modern % ""}), plain)}),
    "spm": ("characters", {}),
    "spm-modern": ("characters", {"normalizer": None, "pre_tokenizer": metaspace("first", False)}),
    "bytes-flags": ("bytes", {"added_tokens": flags}),
    "bytes-lowercase-flags": ("bytes", {"added_tokens": flags, "normalizer": {"type": "Lowercase"}}),
    "spm-flags": ("characters", {"added_tokens": flags}),
    "spm-modern-flags": ("characters", {
        "added_tokens": flags, "normalizer": None, "pre_tokenizer": metaspace("first", False)}),
    "prefix-space": ("bytes", {"pre_tokenizer": byte_level(add_prefix_space=True)}),
    "digits": ("bytes", {"pre_tokenizer": sequence(
        "pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level())}),
    "digit-runs": ("bytes", {"pre_tokenizer": sequence(
        "pretokenizers", {"type": "Digits", "individual_digits": False}, plain)}),
    "punctuation": ("bytes", {"pre_tokenizer": sequence(
        "pretokenizers", {"type": "Punctuation", "behavior": "Contiguous"}, plain)}),
    "whitespace": ("bytes", {"pre_tokenizer": sequence("pretokenizers", {"type": "Whitespace"}, plain)}),
    "metaspace-always": ("characters", {
        "normalizer": None, "pre_tokenizer": metaspace("always", True), "decoder": metaspace("always", True)}),
    "metaspace-never": ("characters", {
        "normalizer": None, "pre_tokenizer": metaspace("never", True), "decoder": metaspace("never", True)}),
    "gemma": ("characters", {
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": mark},
        "pre_tokenizer": split({"String": " "}, "MergedWithPrevious"),
        "decoder": sequence("decoders", {"type": "Replace", "pattern": {"String": mark}, "content": " "},
                            {"type": "ByteFallback"}, {"type": "Fuse"})}),
    "unknown-fused": ("characters", {"model.byte_fallback": False}),
    "unknown-single": ("characters", {"model.byte_fallback": False, "model.fuse_unk": False}),
    "normalizers": ("bytes", {"normalizer": sequence(
        "normalizers", {"type": "NFKD"}, {"type": "StripAccents"},
        {"type": "Replace", "pattern": {"Regex": r"\s{2,}"}, "content": " "},
        {"type": "Strip", "strip_left": True, "strip_right": True})}),
    "no-decoder": ("characters", {"decoder": None}),
    "bert": ("words", {}),
    "bert-cased": ("words", {"normalizer": bert(lower=False)}),
    "bert-unclean": ("words", {
        "normalizer": bert(clean=False, chinese=False), "model.max_input_chars_per_word": 6,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False}}),
}
for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
    cases[f"split-{behavior}"] = ("bytes", {"pre_tokenizer": sequence(
        "pretokenizers", split({"Regex": r"\s+|\p{P}"}, behavior), split({"String": "e"}, behavior, True), plain)})


def document(base, changes):
    result = copy.deepcopy(bases[base])
    for path, value in changes.items():
        if path == "added_tokens":
            next_id = max(result["model"]["vocab"].values()) + 1
            known = result["model"]["vocab"]
            tokens = result["added_tokens"]
            for token in value:
                tokens.append({"id": known.get(token["content"], next_id)} | token)
                next_id += token["content"] not in known
        else:
            *parents, name = path.split(".")
            part = result
            for parent in parents:
                part = part[parent]
            part[name] = value
    return result


parts = [
    " ", "  ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u3000", mark, mark * 2, "'s", "'S", "'ll", "12", "345", "\u0967\u0968",
    "\u00bd", "\u3002", "\u2014", "\u00e9", "e\u0301", "\u00c5", "\ufb01", "\u00c9", "e\u0301a", "\ud55c", "\u1112\u1161\u11ab",
    "\u4f60\u597d", "\U0001f642", "\U0001f44d\U0001f3fd", "\u200d", "\u00ad", "\ufeff", "\ufffd", "\x00", "\x07", "\u0130",
    "\u00df", "\u017f", "fox", "foxes", "FOX", "Fo x", "<L>", "<R>", "<LR>", "<N>", "<n>", "<|end|>", "</s>", "<unk>", "<0x41>",
    "[MASK]", "##ing", "?!", "_", "don't",
]


def scalar():
    limit = random.choice([0x80, 0x800, 0x3000, 0x10000, 0x20000, 0x110000])
    value = random.randrange(limit)
    return "x" if 0xd800 <= value < 0xe000 else chr(value)


def fuzzed():
    pieces = []
    for _ in range(random.randrange(9)):
        kind = random.random()
        if kind < 0.35:
            pieces.append(random.choice(random.choice(texts).split(" ")))
        elif kind < 0.75:
            pieces.append(random.choice(parts))
        else:
            pieces.append(random.choice([" ", "".join(scalar() for _ in range(random.randrange(5)))]))
    return "".join(pieces)


def outcome(base, changes):
    tokenizer = Tokenizer.from_str(json.dumps(document(base, changes)))
    strings = ["", " ", random.choice(texts)] + [fuzzed() for _ in range(40)]
    encoded = []
    for text in strings:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        special = tokenizer.encode(text).ids
        encoded.append({
            "text": text, "ids": ids, "ids_with_special": special,
            "decoded": tokenizer.decode(ids, skip_special_tokens=False),
            "decoded_skip_special": tokenizer.decode(special)})
    size = tokenizer.get_vocab_size()
    lists = [[random.randrange(size) for _ in range(random.randrange(10))] for _ in range(12)]
    return {"encode": encoded, "decode_ids": [
        {"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)} for ids in lists]}


def without_vocabulary(document):
    document["model"]["vocab"] = None
    document["model"].pop("merges", None)
    return document


folder.mkdir(parents=True, exist_ok=True)
made_by = f"tokenizers {tokenizers.__version__}"
for kind, base in bases.items():
    chosen = {name: case for name, case in cases.items() if case[0] == kind}
    entries = [{"name": name, "document": without_vocabulary(document(*case)), **outcome(*case)}
               for name, case in chosen.items()]
    vocabulary = sorted(base["model"]["vocab"], key=base["model"]["vocab"].get)
    content = {"made_by": made_by, "vocab": vocabulary, "merges": base["model"].get("merges"),
               "cases": entries}
    path = folder / f"{kind}.json"
    lines = ",\n".join(
        f"{json.dumps(key)}: " + ("[\n" + ",\n".join(json.dumps(entry) for entry in value) + "\n]"
                                  if key == "cases" else json.dumps(value))
        for key, value in content.items())
    path.write_text("{\n" + lines + "\n}\n")
    print(path.name, path.stat().st_size, len(entries))
