"""Conversations that the browser keeps, and the address that asks one of their questions again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from starlette.datastructures import QueryParams

from rag.page.answer import answer_html
from rag.page.beside import beside, with_beside
from rag.page.exchange import Exchange
from rag.page.history import kept, restored
from rag.page.sources import gather
from rag.types import Copy
from tests.page.fake_rag import stocked

ACROSS_TWO = "Which balloon crossed the United States from Montana?"


@pytest.fixture
def rag():
    return stocked()


@pytest.fixture
def answer(rag):
    """An answer with all that its JSON leaves out."""
    *_, plain = rag.stream(ACROSS_TWO)
    copy = Copy("b", "Balloon down", "Post", "https://post.example/#:~:text=A")
    return replace(
        plain,
        notice="The language model is silent. The articles are quoted instead.",
        statements=(replace(plain.statements[0], short="from Montana", short_at=3), *plain.statements[1:]),
        citations=tuple(replace(citation, story="s", also=(copy,)) for citation in plain.citations),
    )


def test_a_reload_draws_an_answer_as_it_was(rag, answer):
    def draw(key, answer, filters):
        return answer_html(answer, gather(rag, key, answer), filters)

    filters = {"until": "2023-12-31"}
    before = draw("a1", answer, filters)
    sent = kept("c1", [Exchange("a1", ACROSS_TWO, answer, before, filters)])
    (again,) = restored(json.loads(json.dumps(sent))["exchanges"], draw)
    assert again.html == before
    for shown in ("quoted instead", "also in Post", "one source", "rag-short"):
        assert shown in again.html


def test_where_the_short_answer_stands_is_kept(answer):
    first, *others = with_beside(with_beside(answer, {}), json.loads(json.dumps(beside(answer)))).statements
    assert (first.short, first.short_at) == ("from Montana", 3)
    assert {other.short_at for other in others} <= {None}


@pytest.mark.parametrize(
    "kept_beside", [None, 7, {}, {"notice": 1, "short": "x", "short_at": ["1"], "story": [1], "also": [[7], 8]}]
)
def test_what_a_browser_has_made_of_it_spoils_no_answer(answer, kept_beside):
    plain = with_beside(answer, {})
    assert (plain.notice, [s.short for s in plain.statements]) == (None, [None] * len(answer.statements))
    assert beside(with_beside(plain, kept_beside)) == beside(plain)


def query_of(markup):
    import lxml.html

    (button,) = lxml.html.fromstring(markup).find_class("rag-link")
    return QueryParams(button.get("value"))


def test_the_link_of_a_follow_up_asks_it_alone_and_of_the_same_articles(rag, answer):
    followed = replace(answer, question="And from where?", standalone_question="Where did the balloon come from & go?")
    filters = {"as_of": "2023-12-31", "since": "2023-01-01", "sources": ["Coastal Times", "A & B, the 'Wire'"]}
    query = query_of(answer_html(followed, gather(rag, "a1", followed), filters))
    assert query.multi_items() == [
        ("q", "Where did the balloon come from & go?"),
        ("as_of", "2023-12-31"),
        ("since", "2023-01-01"),
        ("sources", "Coastal Times"),
        ("sources", "A & B, the 'Wire'"),
    ]
    assert query_of(answer_html(answer, gather(rag, "a1", answer))).multi_items() == [("q", ACROSS_TWO)]
