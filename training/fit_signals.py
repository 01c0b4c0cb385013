"""Fit the two small networks of `rag/answering/evidence.py` and the threshold for abstaining.

Run: `.venv/bin/python training/fit_signals.py` (about ten minutes on two cores; RAG_DATA names the data, default
../shared/data). Writes rag/answering/signals.json, or `--out`, and prints the figures that training/README.md carries.
Seeded.

One record of the data:
    {"question": "What size is the holder?", "title": "Amazon_Reviews_2030", "text": "It's a very nice holder - not …",
     "answers": [{"text": "not too big and not too small", "start": 26}], "answerable": true}
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neural_network import MLPClassifier

from rag.answering.evidence import PASSAGE_SIGNALS, Network, passage_row
from rag.answering.question import names_in, read_question
from rag.answering.signals import ALL_SIGNALS, Rarity, ask, passage_signals
from rag.encoding import load_encoder
from rag.evaluation import data_folder
from rag.passages import passage_input, split_passages
from rag.protocols import Encoder, TokenVectors
from rag.reading.sentences import split_sentences
from rag.settings import load_settings
from rag.types import Article, Passage, PassageInContext, Sentence
from rag.words import content_stems

DATA = data_folder()
OUT = Path("rag/answering/signals.json")
SEED = 20261125
VERSION = "1"

# Questions taken of each set: enough that no set rules, few enough for ten minutes. newwiki-a is kept for reporting.
FIT_SETS = {"squadshifts-reddit": 1200, "squadshifts-amazon": 1200, "selqa-dev": 785, "qed-dev": 1000, "xquad-en": 600}
REPORT_SETS = {"squadshifts-newwiki-a": 500}
# Passages read for a question, as in the product, the right one among them or (for the question unanswered) left out.
N_READ = 8
# Of the answerable questions, the share that is asked once more with a word that the article does not have.
SWAPPED_SHARE = 0.6
SAME_ARTICLE_SHARE = 0.6
# Confidence at which both errors, answering and abstaining wrongly, are as likely after Platt's scaling.
THRESHOLD = 0.5


@dataclass(slots=True)
class Item:
    """A question with the place of its own passage in the pool, and the gold sentences of it."""

    question: str
    home: int
    gold: set[int]  # ordinals of gold sentences in the home article; empty where it is unanswerable there


@dataclass(slots=True)
class Pool:
    """The passages that a set's questions are asked of."""

    articles: list[Article]
    contexts: list[list[PassageInContext]]
    items: list[Item]


@dataclass(slots=True)
class Look:
    """One passage read for one question.

    Attributes:
        key: Set and number of the question.
        signals: float32 (n_sentences, len(ALL_SIGNALS)).
        labels: bool (n_sentences,): which sentences are gold.
        at_home: Whether it is a passage of the question's own article.
        answerable: Whether the question's own article answers it.
    """

    key: tuple[int, int]
    signals: NDArray[np.float32]
    labels: NDArray[np.bool_]
    at_home: bool
    answerable: bool


def main() -> None:
    """Fit, report, write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, default=OUT, help="write the weights here")
    asked = options.parse_args()
    encoder = load_encoder(load_settings())
    rng = np.random.default_rng(SEED)
    fit = [read_set(name, n, encoder, rng) for name, n in FIT_SETS.items()]
    clapnq_fit, clapnq_report = read_clapnq(encoder)
    fit.append(clapnq_fit)
    for pool in fit:
        pool.items += swapped(pool, rng)
    looks = [look for number, pool in enumerate(fit) for look in look_at(number, pool, encoder)]
    tell(f"{len(looks)} passages read, {sum(len(look.labels) for look in looks)} sentences")

    signals, labels = np.concatenate([k.signals for k in looks]), np.concatenate([k.labels for k in looks])
    sentence = fit_network(signals, labels, hidden=24)
    rows = np.array([passage_row(k.signals, sentence(k.signals)) for k in looks], np.float32)
    passage = fit_network(rows, np.array([k.labels.any() for k in looks]), hidden=16)
    passage = with_platt(passage, fit_platt(looks, sentence, passage))

    report = {name: read_set(name, n, encoder, rng) for name, n in REPORT_SETS.items()} | {"clapnq-b": clapnq_report}
    figures = {name: measure(list(look_at(0, pool, encoder)), sentence, passage) for name, pool in report.items()}
    figures["clapnq-a (fitted on)"] = measure([k for k in looks if k.key[0] == len(fit) - 1], sentence, passage)
    tell(json.dumps(figures, indent=1))
    written = {
        "version": VERSION,
        "encoder": encoder.identity.model,
        "sentence_signals": ALL_SIGNALS,
        "passage_signals": PASSAGE_SIGNALS,
        "threshold": THRESHOLD,
        "sentence": network_to_json(sentence),
        "passage": network_to_json(passage),
    }
    asked.out.write_text(json.dumps(written) + "\n", encoding="utf-8")


def tell(line: str) -> None:
    """Print a line at once."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a script that tells how far it is


def read_set(name: str, n: int, encoder: Encoder, rng: np.random.Generator) -> Pool:
    """Read `n` questions of evidence/`name` and every passage of the set they are asked of."""
    with gzip.open(DATA / "evidence" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return pool_of(name, [json.loads(line) for line in lines], n, encoder, rng)


def pool_of(name: str, records: list[dict[str, Any]], n: int, encoder: Encoder, rng: np.random.Generator) -> Pool:
    """Make a pool of `n` of the records, chosen by `rng`, and the texts that they ask about."""
    chosen = rng.permutation(len(records))[:n]
    texts: dict[str, int] = {}
    articles: list[Article] = []
    items = []
    for record in (records[i] for i in chosen):
        home = texts.setdefault(record["text"], len(articles))
        if home == len(articles):
            title = (
                record["title"].replace("_", " ") if not record["title"].startswith(("Amazon_", "Filtered_")) else ""
            )
            articles.append(Article(f"{name}-{home}", title, record["text"]))
        spans = record.get("evidence") or [[a["start"], a["start"] + len(a["text"])] for a in record.get("answers", [])]
        cut = split_sentences(record["text"])
        gold = {i for i, (start, end) in enumerate(cut) if any(s < end and e > start for s, e in spans)}
        items.append(Item(record["question"], home, gold if record.get("answerable", True) else set()))
    return Pool(articles, [contexts_of(article, encoder) for article in articles], items)


def read_clapnq(encoder: Encoder) -> tuple[Pool, Pool]:
    """Read clapnq; its questions are parted in two by the parity of the sum of the digits of their ids."""
    with gzip.open(DATA / "clapnq" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    articles = [Article(r["id"], r["title"], r["text"]) for r in records]
    place = {article.id: i for i, article in enumerate(articles)}
    contexts = [contexts_of(article, encoder) for article in articles]
    halves: tuple[list[Item], list[Item]] = ([], [])
    for line in (DATA / "clapnq" / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        home = place[record["passage"]]
        text = articles[home].text
        spans = [(at, at + len(e["quote"])) for e in record.get("evidence", []) if (at := text.find(e["quote"])) >= 0]
        cut = split_sentences(text)
        gold = {i for i, (start, end) in enumerate(cut) if any(s < end and e > start for s, e in spans)}
        digits = sum(int(c) for c in record["id"] if c.isdigit())
        halves[digits % 2].append(Item(record["question"], home, gold if record["answerable"] else set()))
    return Pool(articles, contexts, halves[0]), Pool(articles, contexts, halves[1])


def contexts_of(article: Article, encoder: Encoder) -> list[PassageInContext]:
    """Cut an article as the product does."""
    cut = split_sentences(article.text)
    return [
        PassageInContext(
            article,
            Passage(0, article.id, p.first, p.last, p.start, p.end, article.text[p.start : p.end]),
            tuple(Sentence(article.id, i, *cut[i]) for i in range(p.first, p.last + 1)),
        )
        for p in split_passages(article, cut, encoder)
    ]


def swapped(pool: Pool, rng: np.random.Generator) -> list[Item]:
    """Make unanswerable questions: a content word or name becomes another one.

    The other one is a name of the same article that stands in no gold sentence ("How long did he talk with WANG?" where
    the article tells it of Qin), or a word of another question that the article does not have at all.
    """
    answerable = [item for item in pool.items if item.gold]
    bank = [name for item in answerable for name in names_in(item.question)]
    bank += [item.question[a:b] for item in answerable for a, b in read_question(item.question).spans]
    made = []
    for item in answerable:
        if rng.random() > SWAPPED_SHARE:
            continue
        article = pool.articles[item.home]
        names = names_in(item.question)
        spans = read_question(item.question).spans
        old = names[rng.integers(len(names))] if names and rng.random() < 0.7 else None
        old = old or (item.question[slice(*spans[rng.integers(len(spans))])] if spans else None)
        cut = split_sentences(article.text)
        gold = " ".join(article.text[slice(*cut[n])] for n in item.gold)
        near = [
            n for n in names_in(article.text) if not set(content_stems(n)) & set(content_stems(gold + item.question))
        ]
        if near and rng.random() < SAME_ARTICLE_SHARE:
            new = near[rng.integers(len(near))]
        else:
            new = bank[rng.integers(len(bank))]
            if set(content_stems(f"{article.title} {article.text}")) & set(content_stems(new)):
                continue
        if old:
            made.append(Item(item.question.replace(old, new, 1), item.home, set()))
    return made


def look_at(number: int, pool: Pool, encoder: Encoder) -> Iterator[Look]:
    """Read for each question the `N_READ` nearest passages and its own."""
    flat = [(home, context) for home, contexts in enumerate(pool.contexts) for context in contexts]
    tokens = encode_in_parts([passage_input(c.article.title, c.passage.text) for _, c in flat], encoder)
    of_questions = encode_in_parts([item.question for item in pool.items], encoder)
    matrix = np.stack([t.pooled for t in tokens])
    for place, item in enumerate(pool.items):
        of_question = of_questions[place]
        near = np.argsort(-(matrix @ of_question.pooled), kind="stable")[:N_READ].tolist()
        near += [i for i, (home, _) in enumerate(flat) if home == item.home and i not in near]
        asked = ask(read_question(item.question), of_question, Rarity.among([flat[i][1] for i in near]))
        for i in near:
            home, context = flat[i]
            labels = np.array([home == item.home and s.ordinal in item.gold for s in context.sentences], bool)
            signals = passage_signals(asked, context, tokens[i])
            yield Look((number, place), signals, labels, home == item.home, bool(item.gold))


def encode_in_parts(texts: list[str], encoder: Encoder) -> list[TokenVectors]:
    """Encode a set's texts, telling now and then how far it is."""
    out: list[TokenVectors] = []
    for start in range(0, len(texts), 512):
        out += encoder.encode_tokens(texts[start : start + 512])
        tell(f"  encoded {len(out)} of {len(texts)}")
    return out


def fit_network(signals: NDArray[np.float32], labels: NDArray[np.bool_], hidden: int) -> Network:
    """Fit one hidden layer with early stopping on a tenth of the rows.

    Signals that are 0 or 1 are left as they are: standardised, one that is rare in the data would weigh tens of times
    as much as any other where it does occur.
    """
    binary = np.isin(signals, (0.0, 1.0)).all(axis=0)
    mean = np.where(binary, 0.0, signals.mean(0))
    scale = np.where(binary, 1.0, signals.std(0) + 1e-6)
    model = MLPClassifier((hidden,), alpha=1e-2, early_stopping=True, random_state=SEED, max_iter=60, batch_size=512)
    model.fit((signals - mean) / scale, labels)
    layers = tuple(
        (np.asarray(w, np.float32), np.asarray(b, np.float32))
        for w, b in zip(model.coefs_, model.intercepts_, strict=True)
    )
    return Network(np.asarray(mean, np.float32), np.asarray(scale, np.float32), layers)


def confidences(
    looks: list[Look], sentence: Network, passage: Network
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Confidence and answerability: each question as asked, and each answerable one with its own article taken away."""
    best: dict[tuple[tuple[int, int], bool], float] = {}
    for look in looks:
        row = np.array([passage_row(look.signals, sentence(look.signals))], np.float32)
        relevance = float(passage(row)[0])
        best[look.key, True] = max(best.get((look.key, True), 0.0), relevance)
        if look.answerable and not look.at_home:
            best[look.key, False] = max(best.get((look.key, False), 0.0), relevance)
    answerable = {look.key for look in looks if look.answerable}
    labels = [kept and key in answerable for key, kept in best]
    return np.array(list(best.values())), np.array(labels)


def fit_platt(looks: list[Look], sentence: Network, passage: Network) -> tuple[float, float]:
    """Fit Platt's scaling (1999) of the best relevance's log odds to answerability, both classes weighing the same."""
    scores, labels = confidences(looks, sentence, passage)
    odds = np.log(scores.clip(1e-6, 1 - 1e-6) / (1 - scores.clip(1e-6, 1 - 1e-6)))
    model = LogisticRegression(C=1e6, class_weight="balanced").fit(odds[:, None], labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def with_platt(network: Network, platt: tuple[float, float]) -> Network:
    """Fold a scaling of the log odds into the last layer."""
    a, b = platt
    weights, bias = network.layers[-1]
    last = (weights * np.float32(a), bias * np.float32(a) + np.float32(b))
    return Network(network.mean, network.scale, (*network.layers[:-1], last))


def measure(looks: list[Look], sentence: Network, passage: Network) -> dict[str, float]:
    """Best sentence of the right article, best sentence of all read, and answerability."""
    homes: dict[tuple[int, int], list[tuple[float, bool]]] = {}
    alls: dict[tuple[int, int], list[tuple[float, bool]]] = {}
    for look in (look for look in looks if look.answerable):
        scored = list(zip(sentence(look.signals).tolist(), look.labels.tolist(), strict=True))
        alls.setdefault(look.key, []).extend(scored)
        if look.at_home:
            homes.setdefault(look.key, []).extend(scored)
    scores, labels = confidences(looks, sentence, passage)
    return {
        "questions": len({look.key for look in looks}),
        "best sentence of its article": round(float(np.mean([max(s)[1] for s in homes.values()])), 4),
        "best sentence of all read": round(float(np.mean([max(s)[1] for s in alls.values()])), 4),
        "answerable AUROC": round(float(roc_auc_score(labels, scores)), 4),
        "answerable AP": round(float(average_precision_score(labels, scores)), 4),
        "answered when answerable": round(float((scores[labels] >= THRESHOLD).mean()), 4),
        "abstained when not": round(float((scores[~labels] < THRESHOLD).mean()), 4),
    }


def network_to_json(network: Network) -> dict[str, object]:
    """Return a network in the JSON form that `evidence.network_from_json` reads; five digits are plenty."""

    def short(array: NDArray[np.float32]) -> list[object]:
        out: list[object] = np.round(array.astype(np.float64), 5).tolist()
        return out

    return {
        "mean": short(network.mean),
        "scale": short(network.scale),
        "layers": [[short(w), short(b)] for w, b in network.layers],
    }


if __name__ == "__main__":
    main()
