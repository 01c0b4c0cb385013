"""The features of choices, from a reader that finds a word of the passage where the claim or question has it."""

from datetime import date

import numpy as np
import pytest

from rag.answering.reader import READER_SIGNALS, Read
from rag.api import Rag
from rag.settings import Settings
from rag.support import ByReading, choose
from rag.support.features import FEATURES, choice_features, choice_shares, late_interaction, word_features
from rag.types import Constraints
from tests.evaluation.made import QUAKE, TALKS
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence


@pytest.fixture
def opened(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles([TALKS, QUAKE])
    return rag


class FindsWord:
    """Gives a passage the logit 2 where it and what is asked have `word`, else -1; the short answer is that word."""

    def __init__(self, word):
        self.word = word

    def __call__(self, question, contexts):
        out = []
        for context in contexts:
            text = context.article.text
            signals = np.full((len(context.sentences), len(READER_SIGNALS)), -1, np.float32)
            answers = []
            for row, sentence in zip(signals, context.sentences, strict=True):
                at = text.find(self.word, sentence.start, sentence.end)
                answers.append((at, at + len(self.word)) if at >= 0 else None)
                row[[0, 3]] = 3 if at >= 0 else -9
            found = self.word in question and self.word in context.passage.text
            signals[:, 4:6] = 2 if found else -1
            out.append(Read(signals, tuple(answers)))
        return out


def features(opened, question, choices, reads):
    return choice_features(question, choices, opened.snapshot(), opened.encoder, reads, Constraints())


def test_a_claim_that_the_reader_finds_in_a_passage_stands_out(opened):
    rows = features(opened, "Where did they meet?", ["Paris", "Beijing"], FindsWord("Beijing"))
    assert rows.shape == (2, len(FEATURES))
    assert rows[:, 6].tolist() == [-1, 2]
    assert rows[:, 7].tolist() == [0, 3]
    assert rows[:, 8].tolist() == [-1, 2]


def test_the_choices_words_count_in_the_sentences_and_short_answers_of_the_question(opened):
    rows = features(opened, "Where did they meet?", ["Paris", "Beijing"], FindsWord("Beijing"))
    sure = 1 / (1 + np.exp(-3))
    assert rows[:, 9].tolist() == pytest.approx([0, sure])
    assert rows[:, 10].tolist() == pytest.approx([0, sure])


def test_scores_are_the_features_weighed(opened):
    reads = FindsWord("Beijing")
    weights = tuple(float(name == "reader: passage, for the claim") for name in FEATURES)
    question, choices = "Where did they meet?", ["Paris", "Beijing"]
    found = choose(question, choices, opened.snapshot(), opened.encoder, ByReading(reads, weights))
    assert (found.index, found.scores) == (1, (-1.0, 2.0))


def test_words_count_once_more_in_recent_passages_and_once_on_the_mean(opened):
    hits = opened.search("Where did Blinken meet Xi?")
    cosines = {hit.passage.article_id: hit.similarity for hit in hits}
    asked = ("Where did Blinken meet Xi?", ["Beijing", "Paris"], hits, opened.snapshot())
    day = TALKS.published
    (beijing, paris) = word_features(*asked, day).tolist()
    assert beijing == pytest.approx([cosines["talks"], cosines["talks"], cosines["talks"] / len(hits)])
    assert paris == [0, 0, 0]
    assert word_features(*asked, date(2030, 1, 1))[0, 1] == 0  # nothing is recent then


def test_late_interaction_is_the_mean_of_each_tokens_best_match(opened):
    (context,) = opened.snapshot().contexts([opened.search("Beijing")[0].passage.id])
    held = context.passage.text.split()[0].strip(".,")
    found = late_interaction([held, "zebra"], [context], opened.encoder)
    (passage,) = opened.encoder.encode_tokens([f"{context.article.title}. {context.passage.text}"])
    (zebra,) = opened.encoder.encode_tokens(["zebra"])[0].vectors
    assert found == pytest.approx([1.0, float((passage.vectors @ zebra).max())], abs=1e-5)


def test_words_of_the_question_tell_nothing_about_a_choice():
    class Even:
        def of(self, stem):
            return 0.5

    shares = choice_shares("Where did Xi speak?", ["Xi in Beijing", "Xi"], ["Xi left Beijing.", "Rain."], Even())
    assert shares.tolist() == [[1.0, 0.0], [0.0, 0.0]]
