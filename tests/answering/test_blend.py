import json
from dataclasses import replace

import numpy as np
import pytest

from rag.answering.blend import N_READ, N_READ_OF_TIMELINE, N_REREAD, Blend, ReaderEvidence, read_blend
from rag.answering.evidence import SignalsEvidence
from rag.answering.reader import READER_SIGNALS, Read
from rag.reading.sentences import split_sentences
from rag.types import Article, Passage, PassageInContext, Sentence
from tests.fakes import BagOfWordsEncoder

TEXT = "Holub met Garrow in Ostrava. They spoke for eleven hours. The dam will be built."


def in_context() -> PassageInContext:
    cut = split_sentences(TEXT)
    sentences = tuple(Sentence("a", i, *span) for i, span in enumerate(cut))
    return PassageInContext(Article("a", "Talks", TEXT), Passage(0, "a", 0, 2, 0, len(TEXT), TEXT), sentences)


def reads(question, contexts):
    """A reader that finds the second sentence and, in every sentence, the end of its last word."""
    signals = np.zeros((3, len(READER_SIGNALS)), np.float32)
    signals[:, 0], signals[:, 3], signals[:, 4] = [-2, 3, 0], [-1, 2, 0], 1.5
    answers = tuple((s.end - 4, s.end - 1) for s in in_context().sentences)
    return [Read(signals, answers) for _ in contexts]


def logit(p):
    return np.log(p / (1 - p))


def test_the_log_odds_of_both_models_are_joined_with_the_weights_given():
    blend = Blend((0.5, 1.0, 0.25, -1.0), (2.0, 0.5, 0.75), 0.5, "t")
    model = ReaderEvidence(BagOfWordsEncoder(), reads, blend)
    (plain,) = SignalsEvidence(BagOfWordsEncoder()).judge("How long did they speak?", [in_context()])
    (reading,) = model.read("How long did they speak?", [in_context()])
    wanted = [
        0.5 * of_signals + of_reader + 0.25 * 1.5 - 1.0
        for of_signals, of_reader in zip(plain.sentences, (-2, 3, 0), strict=True)
    ]
    assert logit(np.array(reading.sentences)) == pytest.approx(wanted, abs=1e-3)
    assert logit(reading.relevance) == pytest.approx(2.0 * plain.relevance + 0.5 * 1.5 + 0.75, abs=1e-3)
    assert model.name == "reader-t"


def test_only_the_passages_that_the_signals_find_most_relevant_are_read():
    seen = []

    def noting(question, contexts):
        seen.append(contexts)
        return reads(question, contexts)

    contexts = [in_context() for _ in range(N_READ)]
    other = replace(in_context(), article=Article("b", "Talks", TEXT.replace("eleven hours", "no time at all")))
    model = ReaderEvidence(BagOfWordsEncoder(), noting, Blend((1, 1, 1, 0), (1, 1, 0), 0.5, "t"))
    readings = model.read("How many hours did they speak?", [other, *contexts])
    assert len(readings) == N_READ + 1
    assert list(map(len, seen)) == [N_READ, N_REREAD]
    unread = [reading for reading in readings if not any(context is reading.context for context in seen[0])]
    assert [max(reading.sentences) < 1e-3 for reading in readings if reading in unread] == [True]
    assert unread[0].answers == (None, None, None)


def test_more_passages_are_read_where_a_course_of_events_is_asked_for():
    seen = []

    def noting(question, contexts):
        seen.append(contexts)
        return reads(question, contexts)

    model = ReaderEvidence(BagOfWordsEncoder(), noting, Blend((1, 1, 1, 0), (1, 1, 0), 0.5, "t"))
    model.read("What happened after the talks in Ostrava?", [in_context() for _ in range(12)])
    assert len(seen[0]) == N_READ_OF_TIMELINE == 8


def test_a_sentence_has_a_short_answer_only_where_the_reader_prefers_it_to_none():
    model = ReaderEvidence(BagOfWordsEncoder(), reads, Blend((1, 1, 1, 0), (1, 1, 0), 0.5, "t"))
    (reading,) = model.read("How long?", [in_context()])
    start = TEXT.index("hours")
    assert reading.answers == (None, (start, start + len("hours")), None)


def test_without_the_reader_the_signals_probabilities_are_those_of_their_log_odds():
    model = SignalsEvidence(BagOfWordsEncoder())
    (reading,) = model.read("How long did they speak?", [in_context()])
    (judged,) = model.judge("How long did they speak?", [in_context()])
    assert logit(np.array(reading.sentences)) == pytest.approx(judged.sentences, abs=1e-3)
    assert logit(reading.relevance) == pytest.approx(judged.relevance, abs=1e-3)


def test_nothing_read_gives_no_reading():
    model = ReaderEvidence(BagOfWordsEncoder(), lambda question, contexts: [], Blend((1, 1, 1, 0), (1, 1, 0), 0.5, "t"))
    assert model.read("How long?", []) == []


def test_weights_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "blend.json"
    written = {"version": "7", "sentence": [0.1, 0.2, 0.3, 0.4], "passage": [0.5, 0.6, 0.7], "threshold": 0.45}
    path.write_text(json.dumps(written))
    assert read_blend(path) == Blend((0.1, 0.2, 0.3, 0.4), (0.5, 0.6, 0.7), 0.45, "7")
