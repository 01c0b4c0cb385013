"""How many answers lead on to a question, and which: to be read by a person.

`python -m benchmarks.next_questions SET INDEX [--answered N] [--out FILE]`. Asks the questions of a set, in an order of
its own, until N are answered, and what the page would offer below each. FILE gets a line for each question offered,
with the sentence that its answer begins with.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np

from rag import open_index
from rag.types import Turn

SEED = 7


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("index")
    parser.add_argument("--answered", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("next_questions.jsonl"))
    arguments = parser.parse_args()
    rag = open_index(arguments.index)
    text = (arguments.set / "questions.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    random.Random(SEED).shuffle(records)
    offered, elapsed, kinds = [], [], Counter[str]()
    with arguments.out.open("w", encoding="utf-8") as out:
        for record in records:
            answer = rag.ask(record["question"], as_of=record.get("as_of"))
            if answer.abstained:
                continue
            history = (Turn("user", answer.question), answer.turn)
            began = time.perf_counter()
            found = list(rag.next_questions(answer, history=history, as_of=record.get("as_of")))
            elapsed.append(time.perf_counter() - began)
            offered.append(len(found))
            for question in found:
                kinds[" ".join(question.split()[:2])] += 1
                reply = rag.ask(question, history=history, as_of=record.get("as_of"))
                line = {"after": answer.question, "question": question, "cites": reply.citations[0].quote}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
            if len(offered) == arguments.answered:
                break
    print(f"answered {len(offered)}: {np.mean(np.array(offered) > 0):.2f} lead on, {sum(offered)} questions offered")
    print(f"seconds for one answer: median {np.median(elapsed):.2f}, p95 {np.quantile(elapsed, 0.95):.2f}")
    print(", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))


if __name__ == "__main__":
    main()
