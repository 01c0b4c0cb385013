"""Ship the trained reader: convert it to int8, weigh its signals with the encoder's, report.

Run after `train_reader.py`: `.venv/bin/python training/fit_reader.py`. Needs nncf (only here). The networks are fitted
on questions of passages that the reader was never trained on, and on the tuning half of clapnq. Writes
.cache/reader/built/, and prints the figures that training/README.md carries.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from fit_signals import (
    SEED,
    THRESHOLD,
    Look,
    Pool,
    contexts_of,
    encode_in_parts,
    fit_network,
    fit_platt,
    measure,
    network_to_json,
    read_clapnq,
    read_set,
    swapped,
    tell,
    with_platt,
)
from numpy.typing import NDArray
from reader import FOLDER, READER_SIGNALS, WEIGHTS, Reader, shipped_reader
from reader_pairs import held_out, read_records
from sklearn.metrics import roc_auc_score

from rag.answering.evidence import PASSAGE_SIGNALS, passage_row, shipped_weights
from rag.answering.question import read_question
from rag.answering.signals import ALL_SIGNALS, Rarity, ask, passage_signals
from rag.encoding import load_encoder
from rag.encoding.location import locate
from rag.passages import passage_input
from rag.protocols import Encoder
from rag.settings import DEFAULT_ENCODER, load_settings
from rag.types import Article, PassageInContext

CHECKPOINT = Path(".cache/reader/last.pt")
VERSION = "1"
# Questions of held-out passages taken of each set, at most.
FIT_SETS = {"squadshifts-reddit": 220, "squadshifts-amazon": 220, "selqa-dev": 120, "qed-dev": 200, "xquad-en": 200}
REPORT_QUESTIONS = 500
# Passages read for a question: the nearest, and its own.
N_READ = 4
SEP = 102


@dataclass(slots=True)
class ReadLook(Look):
    """A look, with what was read."""

    question: str
    context: PassageInContext


def export() -> None:
    """Write the reader's network with int8 weights, its inputs token ids and mask, and its tokenizer."""
    import nncf
    import torch
    from reader_model import load

    from rag.encoding.openvino_engine import openvino

    folder = locate(DEFAULT_ENCODER, load_settings().cache).path
    reader = load(str(folder))
    reader.load_state_dict(torch.load(CHECKPOINT, weights_only=True)["reader"])
    reader.eval()

    class Shipped(torch.nn.Module):
        """Tells question from passage by the first [SEP], so that ids and mask suffice."""

        def __init__(self) -> None:
            super().__init__()
            self.reader = reader

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            ends = (input_ids == SEP).to(torch.int64)
            kinds = ((ends.cumsum(1) - ends) > 0).to(torch.int64) * attention_mask
            tokens, passage = self.reader(input_ids, attention_mask, kinds)
            return tokens, passage

    example = {
        "input_ids": torch.tensor([[101, 2054, SEP, 2023, SEP]] * 2),
        "attention_mask": torch.ones(2, 5, dtype=torch.int64),
    }
    shapes = [(name, [-1, -1], openvino.Type.i64) for name in example]
    model = openvino.convert_model(Shipped().eval(), example_input=example, input=shapes)
    # The heads stay as they are: they weigh 4 KB, and OpenVINO 2026.4 computes a compressed layer with one output
    # wrongly in bf16 with the hint for throughput (-42 for -0.19).
    heads = nncf.IgnoredScope(patterns=[r".*reader\.(passage|token)/.*"])
    model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_ASYM, ignored_scope=heads)
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(FOLDER / "compiled", ignore_errors=True)
    openvino.save_model(model, str(FOLDER / "model.xml"), compress_to_fp16=True)
    shutil.copyfile(folder / "tokenizer.json", FOLDER / "tokenizer.json")
    tell(f"{sum(f.stat().st_size for f in FOLDER.iterdir() if f.is_file()) / 1e6:.1f} MB in {FOLDER.name}/")


def look_at(number: int, pool: Pool, encoder: Encoder) -> Iterator[ReadLook]:
    """As `fit_signals.look_at`, with fewer passages a question, and keeping what was read."""
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
            at_home = home == item.home
            yield ReadLook((number, place), signals, labels, at_home, bool(item.gold), item.question, context)


def with_reader(looks: Sequence[ReadLook], reader: Reader) -> list[Look]:
    """Append the reader's signals to each look's."""
    more: list[NDArray[np.float32]] = []
    for start in range(0, len(looks), 256):
        more += reader.read_pairs([(k.question, k.context) for k in looks[start : start + 256]])
        tell(f"  read {len(more)} of {len(looks)}")
    return [replace(k, signals=np.hstack([k.signals, further])) for k, further in zip(looks, more, strict=True)]


def only_held_out(pool: Pool, n: int) -> Pool:
    """Keep `n` questions of passages that the reader was not trained on, and those passages."""
    kept = [i for i, article in enumerate(pool.articles) if held_out(article.text)]
    place = {old: new for new, old in enumerate(kept)}
    items = [replace(item, home=place[item.home]) for item in pool.items if item.home in place][:n]
    return Pool([pool.articles[i] for i in kept], [pool.contexts[i] for i in kept], items)


def claims(encoder: Encoder) -> tuple[Pool, list[bool]]:
    """Read the held-out claims, each with its own article, and whether it is supported."""
    records = [r for r in read_records("wice-claims-dev") if held_out(r["text"])]
    articles = [Article(f"wice-{i}", r["title"], r["text"]) for i, r in enumerate(records)]
    pool = Pool(articles, [contexts_of(a, encoder) for a in articles], [])
    return pool, [r["label"] == "supported" for r in records]


Scores = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def one_signal(place: int) -> Scores:
    """Return a "network" that is one signal, as a probability."""
    return lambda signals: np.asarray(1 / (1 + np.exp(-signals[:, place])), np.float32)


def plain(network: Scores) -> Scores:
    """Return a network that sees the encoder's signals only, of sentences or of passages."""
    n = len(ALL_SIGNALS)
    cut = len(PASSAGE_SIGNALS) - n
    return lambda s: network(s[:, : n + cut] if s.shape[1] > n + len(READER_SIGNALS) else s[:, :n])


def main() -> None:
    """Convert, fit, report, write."""
    encoder = load_encoder(load_settings())
    rng = np.random.default_rng(SEED)
    fit = [only_held_out(read_set_of_held_out(name, encoder, rng), n) for name, n in FIT_SETS.items()]
    clapnq_fit, clapnq_report = read_clapnq(encoder)
    fit.append(clapnq_fit)
    for pool in fit:
        pool.items += swapped(pool, rng)
    plain_looks = [look for number, pool in enumerate(fit) for look in look_at(number, pool, encoder)]
    newwiki = read_set("squadshifts-newwiki-a", REPORT_QUESTIONS, encoder, rng)
    reports = {"newwiki-a": list(look_at(0, newwiki, encoder)), "clapnq-b": list(look_at(0, clapnq_report, encoder))}
    tell(f"{len(plain_looks)} passages looked at")
    export()
    reader = shipped_reader()
    looks = with_reader(plain_looks, reader)

    signals, labels = np.concatenate([k.signals for k in looks]), np.concatenate([k.labels for k in looks])
    sentence = fit_network(signals, labels, hidden=16)
    rows = np.array([passage_row(k.signals, sentence(k.signals)) for k in looks], np.float32)
    passage = fit_network(rows, np.array([k.labels.any() for k in looks]), hidden=16)
    passage = with_platt(passage, fit_platt(looks, sentence, passage))
    written = {
        "version": VERSION,
        "encoder": encoder.identity.model,
        "sentence_signals": (*ALL_SIGNALS, *READER_SIGNALS),
        "passage_signals": (*PASSAGE_SIGNALS, *(f"best sentence: {name}" for name in READER_SIGNALS)),
        "threshold": THRESHOLD,
        "sentence": network_to_json(sentence),
        "passage": network_to_json(passage),
    }
    (FOLDER / WEIGHTS).write_text(json.dumps(written) + "\n", encoding="utf-8")

    shipped = shipped_weights()
    n, cut = len(ALL_SIGNALS), len(PASSAGE_SIGNALS) - len(ALL_SIGNALS)
    passage_place = READER_SIGNALS.index("reader: passage")
    systems: dict[str, tuple[Scores, Scores]] = {
        "signals": (plain(shipped.sentence), plain(shipped.passage)),
        "reader": (one_signal(n), one_signal(cut + n + passage_place)),
        "stack": (sentence, passage),
    }
    for name, looked in reports.items():
        read = with_reader(looked, reader)
        for system, (of_sentence, of_passage) in systems.items():
            tell(f"{name} {system}: {json.dumps(measure(read, of_sentence, of_passage))}")
    for system, auroc in claim_support(encoder, reader, systems).items():
        tell(f"wice held-out claims, supported against not, AUROC {system}: {auroc}")


def read_set_of_held_out(name: str, encoder: Encoder, rng: np.random.Generator) -> Pool:
    """Read enough of a set that `only_held_out` finds what `FIT_SETS` asks for."""
    return read_set(name, 7 * FIT_SETS[name], encoder, rng)


def claim_support(encoder: Encoder, reader: Reader, systems: dict[str, tuple[Scores, Scores]]) -> dict[str, str]:
    """Tell how well the best passage's relevance parts supported claims from the others."""
    pool, supported = claims(encoder)
    scores: dict[str, list[float]] = {system: [] for system in systems}
    records = [r for r in read_records("wice-claims-dev") if held_out(r["text"])]
    for record, contexts in zip(records, pool.contexts, strict=True):
        claim = record["claim"]
        of_claim, *tokens = encoder.encode_tokens(
            [claim, *(passage_input(c.article.title, c.passage.text) for c in contexts)]
        )
        best = np.argsort(-np.array([t.pooled @ of_claim.pooled for t in tokens]), kind="stable")[:8].tolist()
        contexts, tokens = [contexts[i] for i in best], [tokens[i] for i in best]
        asked = ask(read_question(claim), of_claim, Rarity.among(contexts))
        rows = [
            np.hstack([passage_signals(asked, c, t), further])
            for c, t, further in zip(contexts, tokens, reader(claim, contexts), strict=True)
        ]
        for system, (of_sentence, of_passage) in systems.items():
            found = [float(of_passage(np.array([passage_row(r, of_sentence(r))], np.float32))[0]) for r in rows]
            scores[system].append(max(found))
    return {s: f"{roc_auc_score(supported, v):.3f} ({len(v)} claims)" for s, v in scores.items()}


if __name__ == "__main__":
    main()
