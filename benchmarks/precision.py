"""What the encoder's precision costs in search: `python -m benchmarks.precision`.

Questions of CLAPNQ and SQuADShifts New Wikipedia (RAG_DATA), each answered from all passages of its set: nDCG@10 of
passages by the dense search alone, so that no words hide a difference, in fp32 and in int8. The share of the ten best
that both find says how much changed at all. JSON with `--out`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables import table
from evals.passages import write_set
from rag.api import Rag
from rag.evaluation import data_folder, read_set
from rag.evaluation.gold import Span, locate
from rag.evaluation.measures.retrieval import gold_documents, ir_scores, ranked_quotes
from rag.evaluation.run import made
from rag.evaluation.sets import EvalSet
from rag.settings import Settings, load_settings
from rag.types import Passage

DEPTH = 10
PRECISIONS = ("fp32", "int8")
NEWWIKI = "squadshifts-newwiki-a"

Row = dict[str, Any]
Found = list[list[Span]]


def main() -> None:
    """Search each set in each precision, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    options = parser.parse_args()
    data = data_folder()
    with tempfile.TemporaryDirectory() as folder:
        passages = Path(folder) / NEWWIKI
        write_set(NEWWIKI, passages)
        rows = [row for place in (data / "clapnq", passages) for row in compared(read_set(place))]
    print(table(rows))
    if options.out:
        options.out.write_text(json.dumps([row | made() for row in rows], indent=1) + "\n", encoding="utf-8")


def compared(evalset: EvalSet) -> list[Row]:
    """Return a row for each precision."""
    settings = load_settings()
    rows: list[Row] = []
    reference: Found | None = None
    for precision in PRECISIONS:
        found, scores = searched(evalset, settings.model_copy(update={"precision": precision}))
        reference = reference or found
        rows.append(
            {
                "set": evalset.name,
                "questions": len(scores),
                "precision": precision,
                "nDCG@10 of passages": round(float(np.mean(scores)), 4),
                "of the ten best of fp32": round(shared(found, reference), 3),
            }
        )
    return rows


def searched(evalset: EvalSet, settings: Settings) -> tuple[Found, list[float]]:
    """Return what the dense search finds for each question that has gold sentences, and its nDCG@10.

    The index is a new one, without the vector cache: float vectors of before may be bf16's.
    """
    assert evalset.articles is not None, f"{evalset.name} brings no articles"
    with tempfile.TemporaryDirectory() as folder:
        rag = Rag(settings.model_copy(update={"index": Path(folder) / "index", "vector_cache_mb": 0}))
        rag.add(evalset.articles)
        return found_by(rag, evalset)


def found_by(rag: Rag, evalset: EvalSet) -> tuple[Found, list[float]]:
    """Return what the dense search of an index finds, and its nDCG@10."""
    snapshot = rag.snapshot()
    gold = locate(evalset, snapshot)
    questions = [question for question in evalset.questions if gold[question.id].evidence]
    vectors = rag.encoder.encode([question.question for question in questions])
    hits = [snapshot.search_dense(vector, DEPTH) for vector in vectors]
    found = [[span(one.passage) for one in snapshot.contexts([key for key, _ in ten])] for ten in hits]
    relevant = [gold_documents(gold[question.id], "passages") for question in questions]
    ranked = [ranked_quotes(spans, gold[question.id]) for question, spans in zip(questions, found, strict=True)]
    return found, ir_scores("nDCG@10", relevant, ranked)


def span(passage: Passage) -> Span:
    """Return where a passage stands."""
    return Span(passage.article_id, passage.start, passage.end)


def shared(found: Found, reference: Found) -> float:
    """Return the share of the reference's passages that were found."""
    return float(np.mean([len({*a} & {*b}) / len(b) for a, b in zip(found, reference, strict=True)]))


if __name__ == "__main__":
    main()
