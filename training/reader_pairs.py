"""What the reader is trained on: pairs of a question and a passage, made afresh for every round from licensed sets.

Each set's passages are parted by a digest of their text: `HELD_OUT` percent are never trained on, so that the networks
which weigh the reader's signals, and the figures on the way, come from questions that the reader has not seen.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from rag.answering.question import names_in, read_question
from rag.encoding.tokens import Tokenizer
from rag.reading.sentences import split_sentences
from rag.words import content_stems

DATA = Path(os.environ.get("RAG_DATA", "../shared/data"))
NEWS = Path(__file__).with_name("news_style.jsonl")
HELD_OUT = 15
# Share of a round's pairs drawn from each set: small sets of plain prose count for more than their size.
SHARES = {
    "squadshifts-reddit": 0.25,
    "squadshifts-amazon": 0.22,
    "selqa-dev": 0.09,
    "qed-dev": 0.13,
    "xquad-en": 0.15,
    "wice-claims-dev": 0.05,
    "news": 0.11,
}
# What becomes of a drawn question: asked of its passage, or made unanswerable in one of four ways.
WAYS = {"asked": 0.60, "neighbour": 0.14, "swapped": 0.11, "withheld": 0.15}
PARTLY = 0.4  # how far a passage that supports a part of a claim counts as supporting it


@dataclass(slots=True)
class Text:
    """A passage with its sentences and tokens."""

    title: str
    text: str
    sentences: list[tuple[int, int]]
    held_out: bool


@dataclass(slots=True)
class Asked:
    """A question with the place of its passage, its gold sentences, the answer's span (or None), and its label."""

    question: str
    home: int
    gold: frozenset[int]
    span: tuple[int, int] | None
    label: float


@dataclass(slots=True)
class Pool:
    """One set; `near` gives the places of the passages nearest in words to some questions."""

    name: str
    texts: list[Text]
    asked: list[Asked]
    _index: tuple[Any, Any] | None = None

    def near(self, questions: Sequence[str], n: int) -> NDArray[np.int64]:
        """Return (len(questions), n) places by TF-IDF, best first: the words match, the answer is missing."""
        if self._index is None:
            words = TfidfVectorizer(sublinear_tf=True, stop_words="english")
            self._index = words, words.fit_transform(f"{t.title}\n{t.text}" for t in self.texts)
        words, matrix = self._index
        return np.argsort(-(words.transform(questions) @ matrix.T).toarray(), axis=1, kind="stable")[:, :n]


@dataclass(slots=True)
class Pair:
    """One sequence: `ids` with [CLS] and two [SEP], `kinds` 0/1 of the same length, `place` the sentence of each token.

    `gold` has an entry a sentence; `span` holds positions in `ids`, (0, 0) for none, None where it is not known.
    """

    ids: list[int]
    kinds: list[int]
    place: list[int]
    gold: list[bool]
    span: tuple[int, int] | None
    label: float
    way: str


def held_out(text: str) -> bool:
    """Tell whether the reader is never trained on this passage."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) % 100 < HELD_OUT


def read_records(name: str) -> list[dict[str, Any]]:
    """Read a set's records; the news-style examples stand beside this file."""
    if name != "news":
        with gzip.open(DATA / "evidence" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]
    if not NEWS.exists():
        return []
    out = []
    for line in NEWS.read_text(encoding="utf-8").splitlines():
        article = json.loads(line)
        for question, quote in article["questions"]:
            at = article["text"].find(quote) if quote else -1
            if quote and at < 0:
                raise ValueError(f"{question!r}: {quote!r} is not in its text")
            answers = [{"text": quote, "start": at}] if quote else []
            record = {"question": question, "title": article["title"], "text": article["text"], "answers": answers}
            out.append(record | {"answerable": bool(quote)})
    return out


def read_pool(name: str) -> Pool:
    """Read one set."""
    places: dict[str, int] = {}
    pool = Pool(name, [], [])
    for record in read_records(name):
        text = record["text"]
        home = places.setdefault(text, len(pool.texts))
        if home == len(pool.texts):
            title = "" if record["title"].startswith(("Amazon_", "Filtered_")) else record["title"].replace("_", " ")
            pool.texts.append(Text(title, text, split_sentences(text), held_out(text)))
        answers = [(a["start"], a["start"] + len(a["text"])) for a in record.get("answers", [])]
        spans = record.get("evidence") or answers
        cut = pool.texts[home].sentences
        gold = frozenset(i for i, (start, end) in enumerate(cut) if any(s < end and e > start for s, e in spans))
        label = {"partially_supported": PARTLY, "not_supported": 0.0}.get(record.get("label", ""), float(bool(gold)))
        # The answer must stand in a gold sentence for the span to be a true label.
        span = next((s for s in answers if any(cut[i][0] <= s[0] < cut[i][1] for i in gold)), None)
        pool.asked.append(Asked(record.get("question") or record["claim"], home, gold, span, label))
    return pool


class Pairs:
    """Draws pairs."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.pools = {name: read_pool(name) for name in SHARES if name != "news"}

    def draw(self, n: int, rng: np.random.Generator, held: bool = False) -> list[Pair]:
        """Draw `n` pairs of the texts that are (or are not) held out."""
        news = read_pool("news")
        pools = self.pools | ({"news": news} if news.asked else {})
        shares = np.array([SHARES[name] for name in pools])
        out: list[Pair] = []
        for name, share in zip(pools, shares / shares.sum(), strict=True):
            pool = pools[name]
            chosen = [a for a in pool.asked if pool.texts[a.home].held_out == held]
            picked = rng.permutation(len(chosen))
            out += self._of_pool(pool, [chosen[picked[i % len(picked)]] for i in range(round(n * share))], rng)
        return out

    def _of_pool(self, pool: Pool, chosen: Sequence[Asked], rng: np.random.Generator) -> Iterator[Pair]:
        ways = rng.choice(list(WAYS), size=len(chosen), p=list(WAYS.values()))
        far = [asked for asked, way in zip(chosen, ways, strict=True) if way == "neighbour"]
        others = dict(zip(map(id, far), pool.near([a.question for a in far], 8).tolist(), strict=True)) if far else {}
        bank = [name for asked in chosen for name in names_in(asked.question)] or ["Smith"]
        for asked, way in zip(chosen, ways.tolist(), strict=True):
            text = pool.texts[asked.home]
            if not asked.gold and way != "neighbour":
                yield self.pair(asked.question, text, range(len(text.sentences)), None, "no answer", rng)
            elif way == "neighbour":
                near = [i for i in others[id(asked)] if i != asked.home and pool.texts[i].held_out == text.held_out]
                other = pool.texts[near[int(rng.integers(min(5, len(near))))]] if near else text
                if other is not text:
                    yield self.pair(asked.question, other, range(len(other.sentences)), None, way, rng)
            elif way == "withheld" and len(text.sentences) > len(asked.gold) + 1:
                kept = [i for i in range(len(text.sentences)) if i not in asked.gold]
                yield self.pair(asked.question, text, kept, None, way, rng)
            elif way == "swapped" and (other_question := swap(asked, text, bank, rng)):
                yield self.pair(other_question, text, range(len(text.sentences)), None, way, rng)
            else:
                yield self.pair(asked.question, text, range(len(text.sentences)), asked, "asked", rng)

    def pair(
        self,
        question: str,
        text: Text,
        kept: Sequence[int],
        asked: Asked | None,
        way: str,
        rng: np.random.Generator,
    ) -> Pair:
        """Make one sequence of at most some 250 tokens: of a longer text a window of sentences, with gold if asked."""
        parts = self.tokenizer.ids_and_spans(
            [question, text.title, *(text.text[slice(*text.sentences[i])] for i in kept)], 200
        )
        rows = [ids[1:-1].tolist() for ids, _ in parts]
        head = [101, *rows[0][:64], 102, *rows[1][:40]]
        room = int(rng.choice([72, 104, 144, 208])) - len(rows[1][:40])
        first, last = window([len(r) for r in rows[2:]], asked.gold if asked else frozenset(), room, rng)
        ids, place, gold = list(head), [-1] * len(head), []
        span: tuple[int, int] | None = (0, 0) if asked is None else None
        for n, i in enumerate(range(first, last + 1)):
            gold.append(asked is not None and kept[i] in asked.gold)
            span = located(asked, text, kept[i], parts[2 + i][1], len(ids)) or span if asked and asked.span else span
            ids += rows[2 + i]
            place += [n] * len(rows[2 + i])
        kinds = [0] * (len(rows[0][:64]) + 2) + [1] * (len(ids) + 1 - len(rows[0][:64]) - 2)
        return Pair([*ids, 102], kinds, [*place, -1], gold, span, asked.label if asked else 0.0, way)


def located(asked: Asked, text: Text, sentence: int, spans: NDArray[np.int32], offset: int) -> tuple[int, int] | None:
    """Return the positions of the answer's first and last token, where it begins in this sentence."""
    start, end = text.sentences[sentence]
    assert asked.span is not None
    if not start <= asked.span[0] < end:
        return None
    inside = np.flatnonzero((spans[:, 1] > asked.span[0] - start) & (spans[:, 0] < asked.span[1] - start))
    return (offset + int(inside[0]), offset + int(inside[-1])) if len(inside) else None


def window(sizes: Sequence[int], gold: frozenset[int], room: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return the first and last of a run of sentences that has at most `room` tokens and holds a gold one."""
    first = last = int(rng.choice(sorted(gold))) if gold and max(gold) < len(sizes) else int(rng.integers(len(sizes)))
    used = sizes[first]
    while True:
        sides = [i for i in (first - 1, last + 1) if 0 <= i < len(sizes) and used + sizes[i] <= room]
        if not sides:
            return first, last
        side = int(rng.choice(sides))
        used += sizes[side]
        first, last = min(first, side), max(last, side)


def swap(asked: Asked, text: Text, bank: Sequence[str], rng: np.random.Generator) -> str | None:
    """Ask of another name: one that the passage has elsewhere (two of three times, where it has one), or lacks."""
    question = asked.question
    names = names_in(question)
    spans = read_question(question).spans
    old = names[int(rng.integers(len(names)))] if names else None
    if old is None and spans:
        old = question[slice(*spans[int(rng.integers(len(spans)))])]
    gold = " ".join(text.text[slice(*text.sentences[i])] for i in asked.gold)
    taken = set(content_stems(gold + " " + question))
    near = [n for n in names_in(text.text) if content_stems(n) and not set(content_stems(n)) & taken] if names else []
    if near and rng.random() < 2 / 3:
        new = near[int(rng.integers(len(near)))]
    else:
        new = bank[int(rng.integers(len(bank)))]
        if set(content_stems(f"{text.title} {text.text}")) & set(content_stems(new)):
            return None
    return question.replace(old, new, 1) if old else None
