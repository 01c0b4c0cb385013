"""Who else reported a cited sentence, as the page shows it: rag.page.corroborating, without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from rag.errors import IndexNotFound
from rag.page.corroborating import NOBODY, Corroborating, days_in_words, others_html
from rag.page.desk import Desk
from rag.support.corroboration import Corroboration, Report
from rag.types import Citation
from tests.page.fake_rag import BALLOON, PAYLOAD, SUMMIT, FakeRag, stocked

ACROSS_TWO = "Which balloon crossed the United States from Montana?"
SAME = replace(
    SUMMIT,
    id="coastal",
    title="A balloon over Montana",
    text="Nothing new.\nThe Pentagon said a balloon had crossed the United States from Montana.",
    source="Coastal Wire",
    published=date(2023, 2, 6),
)


def event(**values):
    return SimpleNamespace(**values)


def asked(rag, question=ACROSS_TWO, filters=None):
    *_, (_, _, _, conversation) = Desk(rag).ask(question, [], filters or {})
    return conversation


def citation(number, article_id, source, quote="It broke.", title="Dam", published=date(2024, 5, 6)):
    return Citation(number, article_id, title, source, None, published, (4,), 0, 9, quote, "sha256:0", 0.8, None)


def found(*reports):
    return Corroboration("cited", 1, "It broke.", reports, 0.65, 1)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (3, "reported later by 3 days"),
        (-1, "reported earlier by 1 day"),
        (-1200, "reported earlier by 1,200 days"),
        (0, "the same day"),
        (None, ""),
    ],
)
def test_days_are_told_in_words(days, words):
    assert days_in_words(days) == words


def test_reports_stand_by_outlet_the_best_first_with_date_quote_and_the_sentence_they_open_at():
    html = others_html(
        found(
            Report(citation(1, "a", "Post"), 2, True),
            Report(citation(2, "b", "Times", "The dam burst."), -1, False),
            Report(citation(3, "c", "Post", published=None), None, False),
            Report(citation(4, "d", None), 0, False),
        ),
        "a1-1",
    )
    outlets = [part.partition(" <small>")[0] for part in html.split("<h4>")[1:]]
    assert outlets == ["Post", "Times", "Without an outlet"]
    post = html.split("<h4>")[1]
    assert "2 articles" in post
    assert post.index('data-article="a"') < post.index('data-article="c"')
    assert '<time datetime="2024-05-06">6 May 2024</time> · reported later by 2 days · word for word' in post
    assert "<small>undated</small>" in post
    assert 'data-article="b" value="4"><q>The dam burst.</q>' in html
    assert 'class="rag-spot rag-return" value="a1-1"' in html


def test_nobody_else_is_said_so():
    html = others_html(found(), "a1-1")
    assert NOBODY in html
    assert "<button" not in html


def test_hostile_text_is_escaped_in_every_field():
    hostile = replace(
        citation(1, f"id{PAYLOAD}", f"source{PAYLOAD}", f"quote{PAYLOAD}", f"title{PAYLOAD}"), published=None
    )
    html = others_html(found(Report(hostile, 1, False)), f"a1-1{PAYLOAD}")
    assert "<img" not in html
    assert "<script" not in html
    assert html.count("&#60;img src&#61;x onerror&#61;&#34;") == 5


def test_who_else_reported_an_open_citation_is_found_after_it_is_said_that_it_is_looked_for():
    rag = stocked()
    rag.add_articles([SAME])
    conversation = asked(rag)
    assert conversation[0].answer.citations[0].article_id == BALLOON.id
    looking, html = Corroborating(rag).others(conversation, event(spot="a1-1"))
    assert "Reading the other articles" in looking
    assert 'data-article="coastal" value="1"' in html
    assert "reported later by 2 days" in html
    for unknown in ("a1-99", "a9-1", "", "<b>"):
        assert list(Corroborating(rag).others(conversation, event(spot=unknown))) == [""]


def test_the_filters_of_the_question_hold_for_it_too(monkeypatch):
    given = {}

    def noted(_rag, article_id, sentence, **filters):
        given.update(filters)
        return found()

    monkeypatch.setattr(FakeRag, "corroborate", noted)
    conversation = asked(stocked(), filters={"until": "2023-12-31"})
    list(Corroborating(stocked()).others(conversation, event(spot="a1-1")))
    assert given == {"until": "2023-12-31"}


def test_a_failure_is_told_in_place(monkeypatch):
    def gone(*_, **__):
        raise IndexNotFound("The index has no articles.")

    monkeypatch.setattr(FakeRag, "corroborate", gone)
    *_, html = Corroborating(stocked()).others(asked(stocked()), event(spot="a1-1"))
    assert "The index has no articles." in html


def test_a_report_opens_its_article_at_its_sentence_and_one_that_is_gone_is_told():
    rag = stocked()
    page = Corroborating(rag)
    panel = page.open_other(event(article=BALLOON.id, sentence="1"))
    assert 'data-key="link" data-open="link-1"' in panel
    assert '<mark class="rag-mark" tabindex="-1" data-spots="link-1"' in panel
    assert "No article" in page.open_other(event(article="nowhere", sentence="1"))
    assert 'data-open="link-1"' in page.open_other(event(article=BALLOON.id, sentence="<b>"))
