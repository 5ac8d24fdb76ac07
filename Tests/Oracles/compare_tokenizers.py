"""Compares `rlhf tokenize` with the tokenizers package on many random strings.

Run: python3 -m pip install tokenizers && swift build -c release --product rlhf
     python3 Tests/Oracles/compare_tokenizers.py TOKENIZER... [--count 10000] [--seed 1] [--program .build/release/rlhf]
TOKENIZER is a folder with a tokenizer.json. Compared are the ids with and without special tokens, the tokens, the decoded
text, and the text of random ids. Prints a line per tokenizer, and the first differences; the exit code is 1 where there
are any.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys

from tokenizers import Tokenizer

words = (
    "The quick brown fox doesn't jump over 12345 lazy dogs. Größere Straßen und schöne Bäume sind überall, naïve café "
    "日本語のテキスト 中文文本 한국어 문장 Привет мир γειά σου שלום مرحبا नमस्ते สวัสดี hello world def f(x): return x ** 2"
).split(" ")
parts = [
    " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2028", "\u2581", "\u2581\u2581", "'s", "'S", "'ll", "12",
    "345", "\u0967\u0968", "\u00bd", "\u2167", "\u3002", "\u2014", "e\u0301", "\u00c5", "\u212b", "\ufb01", "\uac00", "\u1100\u1161\u11a8",
    "\U0001f642", "\U0001f44d\U0001f3fd", "\U0001f469\u200d\U0001f469", "\u200b", "\u00ad", "\ufeff", "\ufffd", "\x00", "\x07", "\x7f",
    "\u0130", "\u00df", "\u017f", "\u03a3", "CamelCase", "snake_case", "a.b", "<0x41>", "##ing", "?!", "...",
]


def scalar():
    value = random.randrange(random.choice([0x80, 0x800, 0x3000, 0x10000, 0x20000, 0x110000]))
    return "x" if 0xd800 <= value < 0xe000 else chr(value)


def fuzzed(special):
    pieces = []
    for _ in range(random.randrange(12)):
        kind = random.random()
        if kind < 0.35:
            pieces.append(random.choice(words))
        elif kind < 0.6:
            pieces.append(random.choice(parts))
        elif kind < 0.7 and special:
            pieces.append(random.choice(special))
        elif kind < 0.8:
            pieces.append(" ")
        else:
            pieces.append("".join(scalar() for _ in range(random.randrange(1, 7))))
    return "".join(pieces)


def tokenize(program, folder, lines, *options):
    given = "".join(json.dumps(line) + "\n" for line in lines)
    result = subprocess.run([program, "tokenize", "--model", folder, *options], input=given, check=True,
                            stdout=subprocess.PIPE, text=True, encoding="utf-8")
    return [json.loads(line) for line in result.stdout.split("\n") if line]


def compare(program, folder, count):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    texts = [fuzzed(special) for _ in range(count)]
    size = tokenizer.get_vocab_size()
    lists = [[random.randrange(size) for _ in range(random.randrange(12))] for _ in range(count)]
    differences = []

    def check(what, source, found, wanted):
        if found != wanted:
            differences.append(f"{what} of {source!r}: {found!r}, expected {wanted!r}")

    encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
    plain = tokenize(program, folder, texts)
    for text, found, wanted in zip(texts, plain, encoded, strict=True):
        check("ids", text, found["ids"], wanted.ids)
        check("tokens", text, found["tokens"], wanted.tokens)
        check("text", text, found["decoded"], tokenizer.decode(wanted.ids, skip_special_tokens=False))
    surrounded = tokenize(program, folder, texts, "--special-tokens", "--skip-special-tokens")
    for text, found, wanted in zip(texts, surrounded, tokenizer.encode_batch(texts), strict=True):
        check("ids with special tokens", text, found["ids"], wanted.ids)
        check("text without special tokens", text, found["decoded"], tokenizer.decode(wanted.ids))
    for ids, found in zip(lists, tokenize(program, folder, [{"ids": ids} for ids in lists]), strict=True):
        check("text", ids, found["decoded"], tokenizer.decode(ids, skip_special_tokens=False))
    print(f"{folder.name}: {len(texts)} strings, {len(lists)} lists of ids, {len(differences)} differences", flush=True)
    for line in differences[:5]:
        print("  " + line)
    return not differences


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("tokenizers", type=pathlib.Path, nargs="+")
parser.add_argument("--count", type=int, default=10_000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--program", default=".build/release/rlhf")
arguments = parser.parse_args()
random.seed(arguments.seed)
sys.exit(not all([compare(arguments.program, folder, arguments.count) for folder in arguments.tokenizers]))
