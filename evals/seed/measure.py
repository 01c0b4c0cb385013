"""Measure the answers to the seed set: citations among the first two, abstentions, by kind and part.

Run: `.venv/bin/python evals/seed/measure.py [--part dev|test|issue] [--wrong]`. Indexes seeds/ in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from rag import Answer, Article, Rag, Turn, open_index

HERE = Path(__file__).parent
SEEDS = HERE.parent.parent / "seeds"


def main() -> None:
    """Print a line a part and kind, and with --wrong every question that went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("issue", "dev", "test"))
    parser.add_argument("--wrong", action="store_true", help="print what went wrong")
    options = parser.parse_args()
    records = [json.loads(line) for line in (HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        rag = open_index(folder)
        rag.add(SEEDS)
        article = rag.articles()[0]
        right: Counter[tuple[str, str]] = Counter()
        total: Counter[tuple[str, str]] = Counter()
        for record in records:
            part = record.get("part", "issue")
            if options.part not in (None, part):
                continue
            answer = ask(rag, record)
            ok = is_right(record, answer, article)
            key = (part, kind_of(record))
            total[key] += 1
            right[key] += ok
            if options.wrong and not ok:
                print_wrong(record, answer)
        for key in sorted(total):
            print(f"{key[0]:6} {key[1]:13} {right[key]:3} of {total[key]:3}  {right[key] / total[key]:.2f}")


def ask(rag: Rag, record: dict[str, Any]) -> Answer:
    """Ask a record's question as the set asks it."""
    history = [Turn(turn["role"], turn["content"]) for turn in record.get("history", [])]
    return rag.ask(record["question"], history=history, as_of=record.get("as_of"))


def kind_of(record: dict[str, Any]) -> str:
    """Part the set in three: answerable, unanswerable, and follow-ups that are answerable."""
    return "unanswerable" if not record["answerable"] else "follow-up" if record.get("history") else "answerable"


def is_right(record: dict[str, Any], answer: Answer, article: Article) -> bool:
    """An answerable question is right if one of its first two citations is gold; another if it abstains."""
    if not record["answerable"]:
        return answer.abstained
    spans = [(at, at + len(e["quote"])) for e in record["evidence"] if (at := article.text.find(e["quote"])) >= 0]
    return any(c.start < end and c.end > start for c in answer.citations[:2] for start, end in spans)


def print_wrong(record: dict[str, Any], answer: Answer) -> None:
    """Print a question that went wrong, with what was wanted."""
    print(f"{record['id']}: {record['question']}  ({answer.standalone_question})  confidence {answer.confidence:.2f}")
    print(f"    said   {answer.text[:300]}")
    for wanted in record.get("evidence", []):
        print(f"    wanted {wanted['quote'][:200]}")


if __name__ == "__main__":
    main()
