"""How far the gold of every question of a run got, and what a better step could give at most.

    .venv/bin/python -m benchmarks.failures SET --run DIR [--index DIR]

DIR is what `rag eval SET --out DIR` wrote. Nothing is answered anew; only the search is repeated, 100 passages deep.
`docs/failures.md` was written with it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rag import open_index
from rag.answering.steps import N_PASSAGES
from rag.api import Rag
from rag.evaluation import open_set_index, read_set
from rag.evaluation.gold import Span, locate
from rag.evaluation.judging import Judged, ReadSentence, judge
from rag.evaluation.outcomes import outcome, stage
from rag.evaluation.predictions import prediction_from_json
from rag.evaluation.squad import has_answer
from rag.settings import load_settings
from rag.types import Hit

DEPTHS = (1, N_PASSAGES, 20, 100)
N_STATED = 3
"""Ranks shown one by one: as many sentences as an answer states beside companions."""


def main() -> None:
    """Read a run and print what became of its questions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--index", type=Path)
    asked = parser.parse_args()
    evalset = read_set(asked.folder)
    rag = open_index(asked.index) if asked.index else open_set_index(evalset, load_settings())
    lines = (asked.run / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    predictions = dict(prediction_from_json(json.loads(line)) for line in lines)
    questions = [question for question in evalset.questions if question.id in predictions]
    judged = judge(questions, locate(evalset, rag.snapshot()), predictions, rag.snapshot())
    tell("outcome", Counter(str(outcome(j)) for j in judged), len(judged))
    found = [[hit.passage.text for hit in hits_of(rag, j)] for j in judged]
    of_choice = [(j, texts) for j, texts in zip(judged, found, strict=True) if j.question.choices]
    if of_choice:
        tell_choices(of_choice)
    open_ones = [(j, texts) for j, texts in zip(judged, found, strict=True) if j.question.answers and j.answerable]
    if open_ones:
        tell_answers(open_ones)
    with_gold = [j for j in judged if j.gold.evidence]
    if with_gold:
        tell("how far the gold got", Counter(str(stage(j)) for j in with_gold), len(with_gold))
        tell_ranks(with_gold, [j for j in judged if not j.answerable])


def hits_of(rag: Rag, judged: Judged) -> Sequence[Hit]:
    """Search as the answer's question was searched, as deep as the deepest of `DEPTHS`."""
    answer = judged.prediction.answer if judged.prediction else None
    question = answer.standalone_question if answer else judged.question.question
    return rag.search(question, DEPTHS[-1], as_of=judged.question.as_of)


def tell_choices(rows: Sequence[tuple[Judged, Sequence[str]]]) -> None:
    """Print where the choices' words stand word for word, and how often the choice is right there."""
    print("\nchoices: the right one stands in the best k passages; accuracy where it does and where not; no other does")
    for k in DEPTHS:
        there, alone = [], []
        for judged, texts in rows:
            text = "\n".join(texts[:k])
            stands = [has_answer(text, (choice,)) for choice in judged.question.choices]
            right = [stands[place] for place in judged.question.right]
            there.append(any(right))
            alone.append(any(right) and sum(stands) == sum(right))
        correct = [outcome(judged) == "right" for judged, _ in rows]
        inside = share(ok for ok, held in zip(correct, there, strict=True) if held)
        outside = share(ok for ok, held in zip(correct, there, strict=True) if not held)
        print(f"  k {k:3}  {share(there)}   {inside}   {outside}   {share(alone)}")


def tell_answers(rows: Sequence[tuple[Judged, Sequence[str]]]) -> None:
    """Print in how many of the best passages, sentences and citations an acceptable answer stands."""
    print("\nan acceptable answer stands in")
    for k in DEPTHS:
        print(f"  the best {k:3} passages  {share(has_answer(' '.join(t[:k]), j.question.answers) for j, t in rows)}")
    for k in (1, N_STATED, 20):
        print(f"  the best {k:3} sentences {share(holds(j, j.considered[:k]) for j, _ in rows)}")
    print(f"  the cited sentences    {share(holds(j, j.cited) for j, _ in rows)}")
    print(f"  abstained              {share(j.abstained for j, _ in rows)}")


def holds(judged: Judged, sentences: Iterable[ReadSentence]) -> bool:
    """Tell whether an acceptable answer stands in one of the sentences."""
    return any(has_answer(sentence.text, judged.question.answers) for sentence in sentences)


def tell_ranks(with_gold: Sequence[Judged], unanswerable: Sequence[Judged]) -> None:
    """Print where the best gold sentence stands, and how many questions perfect steps would get right."""
    print("\nthe best-placed gold sentence")
    read = [any(at.hit_by(s) for at in j.gold.evidence for s in parts(j)) for j in with_gold]
    print(f"  is in the {N_PASSAGES} passages found   {share(read)}")
    ranks = [rank_of(j) for j in with_gold]
    for rank in range(1, N_STATED + 1):
        print(f"  is ranked {rank}              {share(r == rank for r in ranks)}")
    stated = [r is not None and r <= N_STATED for r in ranks]
    withheld = [j.abstained for j in with_gold]
    print(f"  is ranked 1 and withheld  {share(r == 1 and gone for r, gone in zip(ranks, withheld, strict=True))}")
    n, n_open = len(with_gold) + len(unanswerable), len(unanswerable)
    print("\nquestions right at most, of the answerable and unanswerable ones together")
    abstains = sum(j.abstained for j in unanswerable)
    cited = sum(not gone and stage(j) == "cited" for j, gone in zip(with_gold, withheld, strict=True))
    at_most = {
        "as it is": cited + abstains,
        f"with perfect abstaining, the best {N_STATED} sentences stated": sum(stated) + n_open,
        "with perfect ranking of the passages found as well": sum(read) + n_open,
    }
    for what, right in at_most.items():
        print(f"  {what:52} {right / n:.3f}")


def parts(judged: Judged) -> Sequence[Span]:
    """Return the passages read."""
    return judged.prediction.passages[:N_PASSAGES] if judged.prediction else ()


def rank_of(judged: Judged) -> int | None:
    """Return the rank, from 1, of the first gold sentence among those considered; None where none is."""
    for rank, sentence in enumerate(judged.considered, start=1):
        if any(quote.hit_by(sentence.span) for quote in judged.gold.evidence):
            return rank
    return None


def tell(title: str, counts: Counter[str], total: int) -> None:
    """Print counts, most first."""
    print(f"\n{title} (n {total})")
    for name, n in counts.most_common():
        print(f"  {name:22} {n:4}  {n / total:.3f}")


def share(held: Iterable[bool]) -> str:
    """Return a share and of how many it is."""
    values = list(held)
    return f"{sum(values) / len(values):.3f} of {len(values)}" if values else "– of 0"


if __name__ == "__main__":
    sys.exit(main())
