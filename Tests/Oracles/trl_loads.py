"""Reads an exported preference file as TRL does, and prints what it made of it as JSON.

    python trl_loads.py FILE explicit|implicit|unpaired

The data set is loaded with `datasets`, the prompt is extracted, and the rows are checked and brought into the form of
TRL's trainers with TRL's own functions; nothing is trained and nothing is fetched.
"""

import json
import sys

import datasets
import trl
from trl import extract_prompt, is_conversational, unpair_preference_dataset


def main(path, form):
    rows = datasets.load_dataset("json", data_files=path, split="train", cache_dir=sys.argv[3])
    first = rows[0]
    result = {
        "versions": {"trl": trl.__version__, "datasets": datasets.__version__},
        "rows": len(rows),
        "columns": sorted(rows.column_names),
        "conversational": is_conversational(first),
    }
    if form == "implicit":
        rows = rows.map(extract_prompt)
    if form != "unpaired":
        result["pairs"] = [[r["prompt"], r["chosen"], r["rejected"]] for r in rows]
        if "margin" in rows.column_names:
            result["margin"] = str(rows.features["margin"])
        # KTO's form from pairs: two rows for each.
        result["unpaired"] = len(unpair_preference_dataset(rows.select_columns(["prompt", "chosen", "rejected"])))
    else:
        result["labels"] = [bool(r["label"]) for r in rows]
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
