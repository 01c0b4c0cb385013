from datetime import date

import pytest

from rag.api import Rag
from rag.errors import ArticleNotFound, IndexNotFound, SettingInvalid
from rag.settings import Settings
from rag.support.corroboration import THRESHOLD
from rag.types import Article
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence

FACT = "The dam at Ostley burst on Monday and flooded forty houses in the valley."


def article(name, text, published=date(2024, 5, 6), source="Ostley Post", title="Dam bursts at Ostley"):
    return Article(name, title, text, source, published=published)


CITED = article("cited", f"Rain fell for a week.\n{FACT}\nNobody was hurt.")
SAME = article(
    "same",
    "A dam at Ostley burst on Monday, flooding forty houses in the valley.\nSchools are closed.",
    date(2024, 5, 8),
    "Brackwater Times",
)
COPY = article("copy", f"{FACT}\nMore follows.", date(2024, 5, 1), "Valley Wire")
TWIN = article("twin", CITED.text, date(2024, 5, 7), "Mirror")
UNDATED = article("undated", f"{FACT}\nAn older page.", None, None)
OTHER = article("other", "The mayor of Ostley opened a library.\nForty guests came on Monday.", title="New library")
ASKED = article("asked", "Did the dam at Ostley burst on Monday and flood forty houses in the valley?")


@pytest.fixture
def opened(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_articles([CITED, SAME, COPY, TWIN, UNDATED, OTHER, ASKED])
    return rag


def test_other_articles_that_report_the_same_are_found_best_first_and_one_sentence_each(opened):
    found = opened.corroborate("cited", 1)
    assert found.quote == FACT
    assert [report.citation.article_id for report in found.reports] == ["copy", "undated", "same"]
    assert [report.citation.number for report in found.reports] == [1, 2, 3]
    for report in found.reports:
        citation = report.citation
        assert opened.article(citation.article_id).text[citation.start : citation.end] == citation.quote
        assert citation.support >= found.threshold == THRESHOLD
    assert found.generation == opened.generation
    assert set(found.timings_ms) == {"retrieve", "evidence", "total"}


def test_days_count_from_the_cited_article_and_a_copy_says_that_it_is_one(opened):
    reports = {report.citation.article_id: report for report in opened.corroborate("cited", 1).reports}
    assert (reports["copy"].days, reports["copy"].verbatim, reports["copy"].citation.support) == (-5, True, 1.0)
    assert (reports["same"].days, reports["same"].verbatim) == (2, False)
    assert reports["undated"].days is None


def test_the_same_article_its_copies_and_a_mere_question_are_no_reports(opened):
    named = {report.citation.article_id for report in opened.corroborate("cited", 1).reports}
    assert not named & {"cited", "twin", "asked", "other"}


def test_nobody_else_reports_what_only_one_article_says(opened):
    assert opened.corroborate("other", 0).reports == ()


def test_nothing_published_after_the_as_of_day_or_by_other_sources_is_found(opened):
    days = opened.corroborate("cited", 1, as_of="2024-05-07").reports
    assert [report.citation.article_id for report in days] == ["copy"]
    sources = opened.corroborate("cited", 1, sources=["brackwater times"]).reports
    assert [report.citation.article_id for report in sources] == ["same"]


def test_an_article_or_sentence_that_is_not_there_is_told(opened):
    with pytest.raises(ArticleNotFound, match="nowhere"):
        opened.corroborate("nowhere", 0)
    with pytest.raises(ArticleNotFound, match="has 3 sentences, numbered from 0; there is no sentence 3"):
        opened.corroborate("cited", 3)
    for wrong in (-1, 1.5, True, "1"):
        with pytest.raises(SettingInvalid, match="sentence is"):
            opened.corroborate("cited", wrong)


def test_an_index_with_one_article_has_nobody_else_and_an_empty_one_says_so(tmp_path):
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    with pytest.raises(IndexNotFound):
        rag.corroborate("cited", 1)
    rag.add_articles([CITED])
    assert rag.corroborate("cited", 1).reports == ()
