"""Make an evaluation set of questions on single passages: their passages in one index, the answer to be found in it.

    .venv/bin/python -m evals.passages squadshifts-newwiki-a OUT [--limit N]

Reads evidence/NAME of the folder that RAG_DATA names and writes OUT/articles.jsonl (every passage, also those of
questions beyond the limit) and OUT/questions.jsonl (N questions, spread evenly over the set), for `rag eval OUT`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Any

from rag.evaluation import data_folder
from rag.reading.sentences import split_sentences

DATA = data_folder()


def main() -> None:
    """Write the set."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("name")
    options.add_argument("out", type=Path)
    options.add_argument("--limit", type=int)
    asked = options.parse_args()
    n_passages, n_questions = write_set(asked.name, asked.out, asked.limit)
    print(f"{n_passages} passages, {n_questions} questions in {asked.out}", file=sys.stderr)


def write_set(name: str, out: Path, limit: int | None = None) -> tuple[int, int]:
    """Write the set `name` to the folder `out`; return how many passages and questions it has."""
    with gzip.open(DATA / "evidence" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        articles, questions = converted([json.loads(line) for line in lines], limit)
    out.mkdir(parents=True, exist_ok=True)
    for kind, records in (("articles", articles), ("questions", questions)):
        lines_out = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (out / f"{kind}.jsonl").write_text(lines_out, encoding="utf-8")
    return len(articles), len(questions)


def converted(
    records: list[dict[str, Any]], limit: int | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return articles and questions in the forms of `rag add` and `rag eval`.

    A question's gold sentences are those that hold one of its answers where it was marked; any of them answers.
    """
    ids: dict[str, str] = {}
    articles, questions = [], []
    for record in records:
        text = record["text"]
        if text not in ids:
            ids[text] = f"p{len(ids)}"
            articles.append({"id": ids[text], "title": record["title"].replace("_", " "), "text": text})
        spans = [(a["start"], a["start"] + len(a["text"])) for a in record["answers"]]
        gold = [text[s:e] for s, e in split_sentences(text) if any(a < e and b > s for a, b in spans)]
        questions.append(
            {
                "id": record["id"],
                "question": record["question"],
                "answerable": True,
                "answers": sorted({a["text"] for a in record["answers"]}),
                "evidence": [{"article_id": ids[text], "quote": quote} for quote in gold],
                "any": True,
            }
        )
    step = max(1, len(questions) // limit) if limit else 1
    return articles, questions[::step][:limit]


if __name__ == "__main__":
    main()
