"""Compares the speed of encoding with that of Python's tokenizers, each on one thread.

Run: python3 -m pip install tokenizers && python3 Tests/Benchmarks/tokenizers_speed.py TEXT TOKENIZER...
TEXT is a file of text, or of JSON Lines (plain or .gz) whose strings are taken; TOKENIZER a folder with a tokenizer.json.
The two take turns, a process each time, so that both meet the same machine; the figure is the median of all rounds
but each process's first. A ratio above 1 means that this package is faster. The exit code is 1 where one is below 1 or
the numbers of tokens differ.
"""

import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

package = pathlib.Path(__file__).parent
separator = "\x01"


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def texts(path, limit):
    name = path.name.removesuffix(".gz")
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="") as file:
        if name.endswith(".jsonl"):
            found = (text for line in file if line.strip() for text in strings(json.loads(line)))
        else:
            content = file.read()
            found = (content[start:start + 2000] for start in range(0, len(content), 2000))
        result, size = [], 0
        for text in found:
            text = text.replace(separator, "")
            result.append(text)
            size += len(text.encode())
            if size > limit:
                break
        return result, size


def reference(folder, path, rounds):
    import time

    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    content = pathlib.Path(path).read_bytes().decode().split(separator)
    for _ in range(rounds):
        times = []
        for encode in (tokenizer.encode_batch, tokenizer.encode_batch_fast):
            start = time.perf_counter()
            encoded = encode(content, add_special_tokens=False)
            times.append(time.perf_counter() - start)
        print(min(times), sum(map(len, encoded)), flush=True)


def measure(command):
    environment = os.environ | {"TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    rounds = [line.split() for line in output.splitlines()]
    return [float(seconds) for seconds, _ in rounds[1:]], int(rounds[0][1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("tokenizers", type=pathlib.Path, nargs="+")
    parser.add_argument("--megabytes", type=float, default=4)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    subprocess.run(["swift", "build", "-c", "release", "--package-path", package], check=True, stdout=sys.stderr)
    program = package / ".build" / "release" / "tokenizer-speed"
    content, size = texts(arguments.text, arguments.megabytes * 1e6)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "texts"
        path.write_bytes(separator.join(content).encode())
        print(f"{len(content)} texts, {size / 1e6:.2f} MB")
        print(f"{'tokenizer':16} {'this, MB/s':>12} {'Python, MB/s':>13} {'ratio':>7}")
        for tokenizer in arguments.tokenizers:
            ours, theirs, counts = [], [], set()
            for _ in range(arguments.turns):
                for times, command in ((ours, [program, tokenizer, path, "4"]),
                                       (theirs, [sys.executable, __file__, "--reference", tokenizer, path, "3"])):
                    found, count = measure([str(part) for part in command])
                    times += found
                    counts.add(count)
            rates = [size / 1e6 / statistics.median(times) for times in (ours, theirs)]
            note = "" if len(counts) == 1 else f"  token counts differ: {sorted(counts)}"
            failed = failed or bool(note) or rates[0] < rates[1]
            print(f"{tokenizer.name:16} {rates[0]:12.1f} {rates[1]:13.1f} {rates[0] / rates[1]:7.1f}{note}", flush=True)
    sys.exit(failed)


if sys.argv[1:2] == ["--reference"]:
    reference(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    main()
