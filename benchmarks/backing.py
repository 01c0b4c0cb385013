"""How well the check of a language model's sentences tells right citations from wrong.

`python -m benchmarks.backing INDEX`, an index of evals/mini. Each of its questions that has one gold sentence is worded
with its answer as a claim, and checked against the gold sentence, against another sentence of the same article, and
with another question's answer.
"""

from __future__ import annotations

import json
import random
import sys
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


def main(index: str) -> None:
    """Measure and print."""
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
    for name, values in found.items():
        passes = np.mean(np.array(values) >= BACKED)
        print(f"{name:15} n {len(values):4}  passes {passes:.2f}  median {np.median(values):.2f}")
    for name in ("wrong citation", "wrong answer"):
        labels = [1] * len(found["right"]) + [0] * len(found[name])
        print(f"AUROC against {name}: {roc_auc_score(labels, found['right'] + found[name]):.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
