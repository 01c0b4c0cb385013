from __future__ import annotations

from dataclasses import replace

import pytest

from rag.errors import ArticleNotFound
from rag.saved.changes import change_of, why_gone
from rag.types import Article, Citation
from tests.page.fake_rag import SUMMIT, stocked


def citation(number, quote, article_id="a", start=0):
    end = start + len(quote)
    return Citation(number, article_id, "T", None, None, None, (0,), start, end, quote, SUMMIT.digest, 0.9, None)


@pytest.fixture
def answer():
    return list(stocked().stream("What did Blinken raise about Taiwan Strait peace?"))[-1]


def citing(answer, *citations):
    return replace(answer, citations=citations, abstained=not citations)


def test_what_came_and_went_by_words_and_article_wherever_they_stand(answer):
    before = citing(answer, citation(1, "One stayed."), citation(2, "One went."), citation(3, "One stayed.", "b"))
    now = citing(
        answer,
        citation(1, "One came.", start=5),
        citation(2, "One  stayed.", start=70),
        citation(3, "One stayed.", "c"),
    )
    change = change_of(before, now)
    assert [(c.number, c.quote, c.article_id) for c in change.came] == [(1, "One came.", "a"), (3, "One stayed.", "c")]
    assert [(c.number, c.quote, c.article_id) for c in change.went] == [(2, "One went.", "a"), (3, "One stayed.", "b")]
    assert (change.n_stayed, change.turned, bool(change)) == (1, None, True)


def test_the_same_answer_is_no_change(answer):
    assert not change_of(answer, answer)


def test_an_abstention_that_becomes_an_answer_is_told_and_the_other_way_round(answer):
    assert change_of(citing(answer), answer).turned == "answered"
    assert change_of(answer, citing(answer)).turned == "unanswered"


def test_why_a_sentence_is_no_longer_cited():
    def article(article_id):
        if article_id == "gone":
            raise ArticleNotFound("gone")
        return Article(article_id, "T", "One stands.")

    assert why_gone(citation(1, "One stands."), article) == "passed over"
    assert why_gone(citation(1, "One stood."), article) == "changed"
    assert why_gone(citation(1, "One stands.", "gone"), article) == "removed"
