from __future__ import annotations

import numpy as np
import pytest

from rag.saved.topics import topics
from tests.fakes import BagOfWordsEncoder

QUESTIONS = [
    "Who designed the Brackwater dam?",
    "What did Li Qiang eat in Berlin?",
    "How high is the Brackwater dam?",
    "When does Li Qiang arrive in Paris?",
    "why did the brackwater dam burst",
    "Does anybody play chess?",
]


def named(questions, vectors):
    return {topic.name: topic.members for topic in topics(questions, vectors)}


def test_questions_about_the_same_things_are_one_topic_named_by_them():
    found = topics(QUESTIONS, BagOfWordsEncoder().encode(QUESTIONS))
    assert [topic.members for topic in found] == [(0, 2, 4), (1, 3), (5,)]
    assert found[0].name == "Brackwater · dam"
    assert found[1].name == "Li Qiang"
    assert "chess" in found[2].name


@pytest.mark.model
def test_the_real_encoder_finds_them_too(real_encoder):
    found = named(QUESTIONS, real_encoder.encode(QUESTIONS))
    assert found["Brackwater · dam"] == (0, 2, 4)
    assert found["Li Qiang"] == (1, 3)


def test_none_and_one_and_one_without_words():
    assert topics([], np.zeros((0, 4), np.float32)) == []
    assert named(["Who won the Talmere Cup?"], np.eye(1, 4, dtype=np.float32)) == {"Talmere Cup · won": (0,)}
    assert named(["??"], np.eye(1, 4, dtype=np.float32)) == {"without words": (0,)}


def test_every_question_is_in_one_topic_and_the_order_of_asking_does_not_matter():
    vectors = BagOfWordsEncoder().encode(QUESTIONS)
    members = sorted(place for topic in topics(QUESTIONS, vectors) for place in topic.members)
    assert members == list(range(len(QUESTIONS)))
    turned = topics(QUESTIONS[::-1], vectors[::-1])
    groups = {frozenset(QUESTIONS[::-1][place] for place in topic.members) for topic in turned}
    assert groups == {frozenset(QUESTIONS[place] for place in t.members) for t in topics(QUESTIONS, vectors)}


def test_a_word_that_any_question_has_names_nothing():
    asked = ["Which ferry sank this week?", "Which ferry was sold last week?"]
    assert list(named(asked, np.ones((2, 1), np.float32))) == ["ferry"]
