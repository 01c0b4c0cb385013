"""Why a sentence was cited: rag.page.why, on a real Rag with dated articles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag.api import Rag
from rag.page.why import Cited, why_html
from rag.settings import Settings
from rag.types import Article
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

TEXT = "The harbour of Vell was closed by ice for {} days."
OLD = Article("old", "Ice at Vell", TEXT.format("nine"), published=date(2019, 1, 7))
NEW = Article(
    "zzz", "More ice at Vell", TEXT.format("four") + " Ships had to wait outside.", published=date(2024, 1, 8)
)


@pytest.fixture
def rag(tmp_path: Path) -> Rag:
    made = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    made.add_articles([OLD, NEW])
    return made


def told(rag: Rag, question: str, article: str) -> str:
    return why_html(rag, "a1", rag.ask(question), Cited(article, 0), {})


def test_what_the_preference_for_a_time_did_is_told_with_the_rank_without_it(rag):
    recent = "For how many days was the harbour of Vell closed by ice this week?"
    assert [h.passage.article_id for h in rag.search(recent)] == ["zzz", "old"]
    assert [h.passage.article_id for h in rag.search(recent, prefer_dates=False)] == ["old", "zzz"]
    gained = told(rag, recent, "zzz")
    assert "Its article is of 8 January 2024. Its nearness to the time asked about raised its score by 50%" in gained
    assert "it came 1st of all passages, without that 2nd." in gained
    assert "It is far from the time asked about" in (lost := told(rag, recent, "old"))
    assert "it came 2nd of all passages, without that 1st." in lost


def test_a_question_that_prefers_no_time_says_so(rag):
    assert "The question prefers no time" in told(rag, "For how many days was the harbour of Vell closed?", "old")
