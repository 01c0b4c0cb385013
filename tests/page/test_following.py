"""What to ask next, as the page offers it: rag.page.following and the welcome's examples, without a server."""

from __future__ import annotations

import pytest

from rag.errors import IndexNotFound
from rag.page.catalogue import Catalogue
from rag.page.desk import Desk
from rag.page.following import Following, chips_html
from rag.settings import Settings
from tests.page.fake_rag import BALLOON, HARVEST, HOSTILE, PAYLOAD, SUMMIT, FakeRag, stocked

RAISED = "What did Blinken raise about Taiwan Strait peace?"


def asked(rag, *questions):
    conversation = []
    for question in questions:
        *_, (_, _, _, conversation) = Desk(rag).ask(question, conversation)
    return conversation


def test_chips_ask_their_question_and_say_after_how_many_they_come():
    html = chips_html(["Who is Xi?", "Why?"], 2)
    assert 'data-after="2"' in html
    assert '<button type="button" class="rag-follow" value="Who is Xi?">Who is Xi?</button>' in html
    assert html.count("<button") == 2
    assert chips_html([], 2) == ""


def test_hostile_text_is_escaped():
    html = chips_html([f"Who is {PAYLOAD}?"], 1)
    assert "<img" not in html
    assert "<script" not in html


def test_chips_come_one_by_one_after_the_old_ones_are_gone():
    rag = FakeRag([SUMMIT, BALLOON, HARVEST])
    first, *grown = Following(rag).suggest(asked(rag, RAISED))
    assert first == ""
    assert [html.count("<button") for html in grown] == list(range(1, len(grown) + 1))
    assert f"What is told about {HARVEST.title}?" in grown[-1]
    assert 'data-after="1"' in grown[-1]
    assert [turn.role for turn in rag.histories[-1]] == ["user", "assistant"]


@pytest.mark.parametrize("question", ["Does Blinken play chess?", "fail:No index"])
def test_nothing_leads_on_from_an_abstention_or_a_failure(question):
    rag = stocked()
    assert list(Following(rag).suggest(asked(rag, question))) == [""]
    assert list(Following(rag).suggest([])) == [""]


def test_nothing_is_tried_or_offered_where_it_is_not_wanted():
    rag = FakeRag([SUMMIT, BALLOON, HARVEST])
    rag.settings = Settings(suggest=False)
    conversation = asked(rag, RAISED)
    assert conversation[-1].answer.citations
    assert list(Following(rag).suggest(conversation)) == [""]
    assert Following(rag).first() == ()


def test_articles_that_are_gone_offer_nothing(monkeypatch):
    def gone(*_, **__):
        raise IndexNotFound("gone")

    rag = stocked()
    conversation = asked(rag, RAISED)
    monkeypatch.setattr(FakeRag, "next_questions", gone)
    assert list(Following(rag).suggest(conversation)) == ["", ""]


def test_the_questions_to_begin_with_are_found_once_for_each_generation(monkeypatch):
    rag = FakeRag([HARVEST, BALLOON])
    calls = []
    monkeypatch.setattr(FakeRag, "first_questions", lambda self: calls.append(1) or ("What is new?",))
    following = Following(rag)
    assert (following.first(), following.first(), len(calls)) == (("What is new?",), ("What is new?",), 1)
    rag.add_articles([HOSTILE])
    following.first()
    assert len(calls) == 2


def test_the_welcome_shows_headlines_at_once_and_tried_questions_then():
    catalogue = Catalogue(FakeRag([HARVEST, BALLOON]))
    assert f"What is reported about “{HARVEST.title}”?" in catalogue.welcome()
    tried = catalogue.welcome_tried()["placeholder"]
    assert f'value="What is new about {HARVEST.title}?"' in tried
    assert tried.count("rag-example") == 1 + 3  # the group, two that were tried, and a headline


def test_about_the_starter_article_and_where_there_is_none_nothing_is_tried(monkeypatch):
    def never(_self):
        raise AssertionError("nothing was to be tried")

    monkeypatch.setattr(FakeRag, "first_questions", never)
    for articles in ([SUMMIT], []):
        assert "placeholder" not in Catalogue(FakeRag(articles)).welcome_tried()
