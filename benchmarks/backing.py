"""How well the check of a language model's sentences tells right citations from wrong.

`python -m benchmarks.backing INDEX`, an index of evals/mini. Each of its questions that has one gold sentence is worded
with its answer as a claim, and checked against the gold sentence, against another sentence of the same article, and
with another question's answer.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from rag import open_index
from rag.answering.signals import Rarity
from rag.llm.backing import BACKED, backing
from rag.llm.sources import numbered
from rag.support import claim_of
from rag.types import Reading

SET = Path("evals/mini/questions.jsonl")
SEED = 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", metavar="INDEX", help="of evals/mini")
    parser.add_argument("--out", type=Path, help="write the figures as JSON here")
    asked = parser.parse_args()
    found = measured(asked.index)
    figures = {name: figures_of(values) for name, values in found.items()}
    for name in ("wrong citation", "wrong answer"):
        labels = [1] * len(found["right"]) + [0] * len(found[name])
        figures[name]["auroc"] = round(float(roc_auc_score(labels, found["right"] + found[name])), 3)
    for name, of in figures.items():
        print(f"{name:15} {'  '.join(f'{figure} {value}' for figure, value in of.items())}")
    if asked.out:
        asked.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def figures_of(values: list[float]) -> dict[str, float]:
    """Say how many there are, the share that passes, and the median support."""
    passes = float(np.mean(np.array(values) >= BACKED))
    return {"n": len(values), "passes": round(passes, 2), "median": round(float(np.median(values)), 2)}


def measured(index: str) -> dict[str, list[float]]:
    """Return the support of each kind of claim and citation."""
    rng = random.Random(SEED)
    rag = open_index(index)
    records = [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]
    single = [r for r in records if r.get("answers") and len(r.get("evidence", [])) == 1 and not r.get("history")]
    rng.shuffle(single)
    found: dict[str, list[float]] = {"right": [], "its own words": [], "wrong citation": [], "wrong answer": []}
    for record in single[:150]:
        gold_id, quote = record["evidence"][0]["article_id"], record["evidence"][0]["quote"]
        contexts = rag.snapshot().contexts([hit.passage.id for hit in rag.search(record["question"], 8)])
        sources = [s for s in numbered([Reading(c, 0.5, (0.5,) * len(c.sentences)) for c in contexts])]
        own = [s for s in sources if s.article.id == gold_id]
        gold = [s for s in own if s.text in quote or quote in s.text]
        if not gold:
            continue
        rarity = Rarity.among(contexts)
        far = [s for s in own if abs(s.sentence.ordinal - gold[0].sentence.ordinal) > 1]
        others = [r for r in single if r["evidence"][0]["article_id"] == gold_id and r is not record]
        claim = claim_of(record["question"], record["answers"][0])
        found["right"].append(backing(claim, gold, rag.model, rarity))
        found["its own words"].append(backing(gold[0].text, gold[:1], rag.model, rarity))
        if far:
            found["wrong citation"].append(backing(claim, [rng.choice(far)], rag.model, rarity))
        if others:
            wrong = claim_of(record["question"], rng.choice(others)["answers"][0])
            found["wrong answer"].append(backing(wrong, gold, rag.model, rarity))
    return found


if __name__ == "__main__":
    main()
