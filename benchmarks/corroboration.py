"""How often what is shown as a report of the same is one, by labels that a person gives.

`python -m benchmarks.corroboration SET INDEX [--limit N] [--out FILE]` asks the questions of a set and writes, for the
first sentence that each answer cites, the best sentence of every other article read: one a line, with its features.
Give each line that matters `"same": true` or `false` by hand; then

`python -m benchmarks.corroboration --labels FILE` fits the weights on every other cited sentence and prints, at each
threshold, the precision of what would be shown of either half.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from rag import open_index
from rag.support import corroboration
from rag.support.corroboration import corroborate

SEED = 7
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)


def write_pairs(folder: Path, index: str, limit: int, out: Path) -> None:
    """Write the pairs of sentences to be labelled."""
    rag = open_index(index)
    records = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    random.Random(SEED).shuffle(records)
    rows: list[dict[str, Any]] = []
    features = corroboration.features

    def noted(quote: str, article: Any, other: Any, cosine: float, rarity: Any) -> tuple[float, ...]:
        row = features(quote, article, other, cosine, rarity)
        rows.append({"cited": quote, "other": other.text, "article": other.article.id, "features": row, "same": None})
        return row

    corroboration.features = noted
    with out.open("w", encoding="utf-8") as file:
        for number, record in enumerate(records[:limit]):
            answer = rag.ask(record["question"], as_of=record.get("as_of"))
            if answer.citations:
                rows.clear()
                first = answer.citations[0]
                corroborate(first.article_id, first.sentences[0], rag.snapshot(), rag.encoder, rag.model)
                file.writelines(json.dumps({"number": number} | row, ensure_ascii=False) + "\n" for row in rows)


def measure(path: Path) -> None:
    """Fit on the even numbers and print the precision at each threshold; an unlabelled pair counts as not the same."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    numbers = {number: at for at, number in enumerate(sorted({row["number"] for row in rows}))}
    half = np.array([numbers[row["number"]] % 2 for row in rows])
    values, same = np.array([row["features"] for row in rows]), np.array([row["same"] is True for row in rows])
    labelled = np.array([row["same"] is not None for row in rows])
    model = LogisticRegression(C=1).fit(values[labelled & (half == 0)], same[labelled & (half == 0)])
    print("weights", model.coef_.round(2)[0], "constant", model.intercept_.round(2)[0])
    sure = model.predict_proba(values)[:, 1]
    best: dict[tuple[int, str], int] = {}
    for at, row in enumerate(rows):
        key = (row["number"], row["article"])
        best[key] = max(best.get(key, at), at, key=lambda one: sure[one])
    chosen = np.array(sorted(best.values()))
    for threshold in THRESHOLDS:
        for part, name in ((0, "fitted on"), (1, "held out")):
            shown = chosen[(sure[chosen] >= threshold) & (half[chosen] == part)]
            print(f"{threshold:.2f} {name}: {same[shown].sum()} of {len(shown)} shown are the same")


def main() -> None:
    """Write pairs, or measure by their labels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path, nargs="?")
    parser.add_argument("index", nargs="?")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("pairs.jsonl"))
    parser.add_argument("--labels", type=Path)
    arguments = parser.parse_args()
    if arguments.labels:
        measure(arguments.labels)
    elif arguments.set and arguments.index:
        write_pairs(arguments.set, arguments.index, arguments.limit, arguments.out)
    else:
        parser.error("name a set and an index, or --labels FILE")


if __name__ == "__main__":
    main()
