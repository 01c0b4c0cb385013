"""What the reader is trained on: pairs of a question and a passage, made afresh for every round from licensed sets.

Each set's passages are parted by a digest of their text: `HELD_OUT` percent are never trained on, so that the networks
which weigh the reader's signals, and the figures on the way, come from questions that the reader has not seen.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from rag.answering.question import names_in, read_question
from rag.encoding.tokens import Tokenizer
from rag.evaluation import data_folder
from rag.reading.sentences import split_sentences
from rag.support import claim_of
from rag.words import content_stems

DATA = data_folder()
OWN = {"news": "news/*.jsonl", "encyclopedia": "encyclopedia/*.jsonl"}  # invented texts, beside this file
HELD_OUT = 15
# Share of a round's pairs drawn from each set: small sets of plain prose count for more than their size.
SHARES = {
    "squadshifts-reddit": 0.11,
    "squadshifts-amazon": 0.08,
    "selqa-dev": 0.05,
    "qed-dev": 0.08,
    "xquad-en": 0.08,
    "wice-claims-dev": 0.05,
    "news": 0.42,
    "encyclopedia": 0.13,
}
# What becomes of a drawn question: asked of its passage, claimed (with its answer), or made unanswerable in one of four
# ways: claimed with a wrong answer, asked of a passage nearby, with a name exchanged, or asked without its gold. Our
# own texts have many questions without an answer as they are.
WAYS = {"asked": 0.40, "claimed": 0.10, "misclaimed": 0.10, "neighbour": 0.20, "swapped": 0.08, "withheld": 0.12}
WAYS_OF_OWN = {"asked": 0.60, "claimed": 0.10, "misclaimed": 0.10, "neighbour": 0.07, "swapped": 0.05, "withheld": 0.08}
# Of the neighbours of a question on a long text, the share that are another part of that text.
SAME_TEXT = 0.5
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
    """A question with the place of its passage, its gold sentences, the answer's span (or None), and its label.

    `answer` is the span's text, "" where there is none; `wrong` are choices that are not the answer.
    """

    question: str
    home: int
    gold: frozenset[int]
    span: tuple[int, int] | None
    label: float
    answer: str = ""
    wrong: tuple[str, ...] = ()


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
    """Read a set's records."""
    if name in OWN:
        return [record for path in sorted(Path(__file__).parent.glob(OWN[name])) for record in own_records(path)]
    with gzip.open(DATA / "evidence" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def own_records(path: Path) -> Iterator[dict[str, Any]]:
    """Read invented texts: a line has title, text and questions, each with evidence, some with answer and choices.

    Raises:
        ValueError: An evidence sentence does not stand in its text.
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        report = json.loads(line)
        text = report["text"]
        for asked in report["questions"]:
            places = [(text.find(quote), len(quote)) for quote in asked["evidence"]]
            if any(start < 0 for start, _ in places):
                raise ValueError(f"{path.name}: {asked['q']!r}: its evidence is not in the text")
            answer = asked.get("answer", "")
            found = [at for start, n in places if answer and (at := text.find(answer, start, start + n)) >= 0]
            yield {
                "question": asked["q"],
                "title": report["title"],
                "text": text,
                "answers": [{"text": answer, "start": found[0]}] if found else [],
                "evidence": [[start, start + n] for start, n in places],
                "wrong": asked.get("wrong", []),
            }


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
        answer = pool.texts[home].text[slice(*span)] if span else ""
        question = record.get("question") or record["claim"]
        pool.asked.append(Asked(question, home, gold, span, label, answer, tuple(record.get("wrong", ()))))
    add_wrong_answers(pool)
    return pool


def kind_of(answer: str) -> str:
    """Tell apart numbers, names and other words: a wrong answer of another kind would be no choice."""
    if any(c.isdigit() for c in answer):
        return "number"
    return "name" if answer[:1].isupper() else "words"


def add_wrong_answers(pool: Pool) -> None:
    """Give a question without wrong choices the answers of other questions on its text that are of the same kind."""
    of_text: dict[int, list[Asked]] = {}
    for asked in pool.asked:
        of_text.setdefault(asked.home, []).append(asked)
    for asked in (a for a in pool.asked if a.answer and not a.wrong):
        own = set(content_stems(f"{asked.answer} {asked.question}"))
        others = {a.answer for a in of_text[asked.home] if a.answer and kind_of(a.answer) == kind_of(asked.answer)}
        asked.wrong = tuple(sorted(o for o in others if (stems := set(content_stems(o))) and not stems & own))


class Pairs:
    """Draws pairs."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.pools = {name: read_pool(name) for name in SHARES}

    def digest(self) -> str:
        """Return a digest of all texts and questions that pairs are drawn from."""
        told = hashlib.blake2b(digest_size=8)
        for pool in self.pools.values():
            told.update(repr([(t.title, t.text) for t in pool.texts]).encode())
            told.update(repr([(a.question, a.home, sorted(a.gold), a.wrong) for a in pool.asked]).encode())
        return told.hexdigest()

    def draw(self, n: int, rng: np.random.Generator, held: bool = False) -> list[Pair]:
        """Draw `n` pairs of the texts that are (or are not) held out."""
        out: list[Pair] = []
        for name, pool in self.pools.items():
            chosen = [a for a in pool.asked if pool.texts[a.home].held_out == held]
            picked = rng.permutation(len(chosen))
            out += self._of_pool(pool, [chosen[picked[i % len(picked)]] for i in range(round(n * SHARES[name]))], rng)
        return out

    def _of_pool(self, pool: Pool, chosen: Sequence[Asked], rng: np.random.Generator) -> Iterator[Pair]:
        mix = WAYS_OF_OWN if pool.name in OWN else WAYS
        ways = rng.choice(list(mix), size=len(chosen), p=list(mix.values()))
        far = [asked for asked, way in zip(chosen, ways, strict=True) if way == "neighbour"]
        others = dict(zip(map(id, far), pool.near([a.question for a in far], 8).tolist(), strict=True)) if far else {}
        bank = [name for asked in chosen for name in names_in(asked.question)] or ["Smith"]
        for asked, way in zip(chosen, ways.tolist(), strict=True):
            text = pool.texts[asked.home]
            everything = range(len(text.sentences))
            if not asked.gold and way != "neighbour":
                yield self.pair(asked.question, text, everything, None, "no answer", rng)
            elif way == "neighbour" and rng.random() < SAME_TEXT and (part := beside(asked, len(text.sentences))):
                yield self.pair(asked.question, text, part, None, way, rng)
            elif way == "neighbour":
                near = [i for i in others[id(asked)] if i != asked.home and pool.texts[i].held_out == text.held_out]
                other = pool.texts[near[int(rng.integers(min(5, len(near))))]] if near else text
                if other is not text:
                    yield self.pair(asked.question, other, range(len(other.sentences)), None, way, rng)
            elif way == "withheld" and len(text.sentences) > len(asked.gold) + 1:
                kept = [i for i in range(len(text.sentences)) if i not in asked.gold]
                yield self.pair(asked.question, text, kept, None, way, rng)
            elif way == "claimed" and asked.answer:
                yield self.pair(claim(asked.question, asked.answer, rng), text, everything, asked, way, rng)
            elif way == "misclaimed" and asked.wrong:
                wrong = asked.wrong[int(rng.integers(len(asked.wrong)))]
                yield self.pair(claim(asked.question, wrong, rng), text, everything, None, way, rng)
            elif way == "swapped" and (other_question := swap(asked, text, bank, rng)):
                yield self.pair(other_question, text, everything, None, way, rng)
            else:
                yield self.pair(asked.question, text, everything, asked, "asked", rng)

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


def beside(asked: Asked, n: int) -> range | None:
    """Return the longer run of sentences before or after the gold ones, if it has at least three."""
    if not asked.gold:
        return None
    part = max(range(min(asked.gold)), range(max(asked.gold) + 1, n), key=len)
    return part if len(part) >= 3 else None


def claim(question: str, answer: str, rng: np.random.Generator) -> str:
    """Word a question with its answer as the product does for choices, or one behind the other."""
    return claim_of(question, answer) if rng.random() < 0.7 else f"{question} {answer}"


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
