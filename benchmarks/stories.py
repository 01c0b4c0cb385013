"""How well copies of one story are recognised, on labelled pairs of real articles, and what that costs an addition.

    .venv/bin/python -m benchmarks.stories [--set NAME ...] [--out FILE]

The pairs are `evals/stories/pairs.jsonl`, the articles those of RAG_DATA. All articles of a set go into an index as an
addition puts them there, with their text but without passages, so that nothing is encoded; a pair is found where the
index tells both in one story. Each pair counts as often as its stratum was thinned out. The rows above the last show
what each part of the rule is worth: there a pair is found where the two texts alone pass.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from rag.evaluation import data_folder
from rag.evaluation.figures import Rows, figure
from rag.evaluation.run import made
from rag.index import Draft, Index, copies, stories
from rag.index.copies import Wording, are_copies, tells_a_story, wording
from rag.reading import read
from rag.types import Article, EncoderIdentity

HERE = Path(__file__).parents[1]
PAIRS = HERE / "evals" / "stories" / "pairs.jsonl"
DATA = data_folder()
NO_ENCODER = EncoderIdentity("none", "", "", "float", 1, 1)
BATCH = 50
"""Articles a commit: some 512 passages, as `rag add` has them."""

Pair = dict[str, object]
Row = dict[str, Any]
WHOLE = "the index tells both in one story"
Rule = Callable[[Article, Article], bool]


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs="+", default=["realtimeqa-2024", "realtimeqa-2023h1"])
    parser.add_argument("--out", type=Path, help="write the figures as JSON here")
    options = parser.parse_args()
    written = []
    for name in options.set:
        pairs = [pair for line in PAIRS.read_text("utf-8").splitlines() if (pair := json.loads(line))["set"] == name]
        articles = {a.id: a for a in read(DATA / name / "articles.jsonl.gz") if isinstance(a, Article)}
        with tempfile.TemporaryDirectory() as folder:
            written.append(report(name, pairs, articles, Path(folder)) | made())
    if options.out:
        options.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def report(name: str, pairs: list[Pair], articles: dict[str, Article], folder: Path) -> Row:
    """Print and return precision and recall of each rule on one set, the stories that there are, what they cost."""
    rows: list[Row] = []
    print(f"\n{name}: {len(articles):,} articles, {len(pairs)} pairs, {sum(bool(p['same']) for p in pairs)} one story")
    print(f"{'found where':44} {'precision':22} recall")
    for words, rule in RULES.items():
        found = [rule(articles[str(p["a"])], articles[str(p["b"])]) for p in pairs]
        rows.append(figures_of(words, pairs, found))
        print(line(rows[-1]))
    with mock.patch.object(stories, "record", return_value=None):
        plain_s = added(Index.open_or_create(folder / "plain", NO_ENCODER), articles.values())
    index = Index.open_or_create(folder / "index", NO_ENCODER)
    cost_s = added(index, articles.values()) - plain_s
    snapshot = index.snapshot()
    story = {article_id: snapshot.story(article_id)[0].id for article_id in articles}
    rows.append(figures_of(WHOLE, pairs, [story[str(p["a"])] == story[str(p["b"])] for p in pairs]))
    print(line(rows[-1]))
    sizes = Counter(n for n in Counter(story.values()).values() if n > 1)
    print("stories of n articles:", ", ".join(f"{n}: {sizes[n]}" for n in sorted(sizes)))
    print(f"{cost_s / len(articles) * 1000:.1f} ms of processor time an article ({plain_s / len(articles) * 1000:.1f} "
          "without, and without encoding)")  # fmt: skip
    index.close()
    return {"set": name, "articles": len(articles), "found": rows, "cost_ms": round(cost_s / len(articles) * 1000, 2)}


def added(index: Index, articles: Iterable[Article]) -> float:
    """Commit the articles in batches and return the seconds of processor time that took."""
    began = time.process_time()
    drafts = [Draft(article, [], [], [], np.zeros((0, 1), np.float16)) for article in articles]
    with index.writer() as writer:
        for at in range(0, len(drafts), BATCH):
            writer.commit(drafts[at : at + BATCH])
    return time.process_time() - began


def figures_of(words: str, pairs: list[Pair], found: list[bool]) -> Row:
    """Return precision and recall, weighted, each with its bootstrap interval; None where there is nothing of it."""
    rows = [np.array([[p["weight"], p["same"], f]], np.float64) for p, f in zip(pairs, found, strict=True)]
    measured = {"precision": figure(rows, precision), "recall": figure(rows, recall)}
    return {"where": words} | {name: asdict(one) if one else None for name, one in measured.items()}


def line(row: Row) -> str:
    """Return a row of the table."""
    return f"{row['where']:44} {shown(row['precision']):22} {shown(row['recall'])}"


def precision(rows: Rows) -> float:
    """Return the share of what was found that is one story, of rows of weight, label and finding; nan of nothing."""
    weight, same, found = rows.T
    return float((weight * same * found).sum() / (weight * found).sum()) if found.any() else float("nan")


def recall(rows: Rows) -> float:
    """Return the share of what is one story that was found, of rows as for `precision`."""
    weight, same, found = rows.T
    return float((weight * same * found).sum() / (weight * same).sum()) if same.any() else float("nan")


def shown(measured: dict[str, float] | None) -> str:
    """Return a figure with its interval."""
    return f"{measured['value']:.3f} [{measured['low']:.3f}, {measured['high']:.3f}]" if measured else "–"


def cut(article: Article) -> Wording:
    """Return the wording of an article, cut once."""
    if article.id not in _WORDINGS:
        _WORDINGS[article.id] = wording(article.text)
    return _WORDINGS[article.id]


_WORDINGS: dict[str, Wording] = {}


def contained(a: Article, b: Article) -> bool:
    """Tell whether the shorter text is in the other, by the rule's own share, and no more."""
    shingles = cut(a).shingles, cut(b).shingles
    return len(shingles[0] & shingles[1]) >= max(1.0, copies.CONTAINED * min(map(len, shingles)))


def alike(a: Article, b: Article) -> bool:
    """Tell whether half of all shingles of both are common: Jaccard's measure, as duplicates are mostly found."""
    shingles = cut(a).shingles, cut(b).shingles
    return len(shingles[0] & shingles[1]) >= max(1.0, 0.5 * len(shingles[0] | shingles[1]))


def opening_too(a: Article, b: Article) -> bool:
    """Tell whether the openings agree too, whatever the figures."""
    with mock.patch.object(copies, "LEAST_FIGURES", 10**9):
        return are_copies(cut(a), cut(b))


def figures_too(a: Article, b: Article) -> bool:
    """Tell whether the figures agree too, whatever the headline."""
    return are_copies(cut(a), cut(b))


def headline_too(a: Article, b: Article) -> bool:
    """Tell whether both texts are what their headlines say too: the whole rule."""
    return figures_too(a, b) and all(tells_a_story(article.title, cut(article)) for article in (a, b))


RULES: dict[str, Rule] = {
    "half of all shingles are common (Jaccard)": alike,
    f"{copies.CONTAINED:.2f} of the shorter is contained": contained,
    "… and the openings agree": opening_too,
    "… and the figures agree": figures_too,
    "… and the headlines are borne out": headline_too,
}

if __name__ == "__main__":
    main()
