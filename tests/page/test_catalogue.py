"""What the page does in its Articles tab: rag.page.catalogue, without a server."""

from __future__ import annotations

import json
from types import SimpleNamespace

import gradio as gr
import pytest

from rag.errors import IndexLocked
from rag.page.article import DOT
from rag.page.catalogue import N_ROWS, Catalogue
from rag.page.library import STARTER_QUESTIONS
from rag.types import Article
from tests.page.fake_rag import BALLOON, HARVEST, SUMMIT, FakeRag, stocked


@pytest.fixture
def catalogue():
    return Catalogue(stocked())


def test_the_list_comes_in_pages():
    catalogue = Catalogue(FakeRag(Article(f"id-{n:03}", f"Title {n}", "Text.") for n in range(N_ROWS + 1)))
    assert catalogue.rows("").count('class="rag-row"') == N_ROWS
    assert "rag-more" in catalogue.rows("")
    rows, limit = catalogue.more_rows("", N_ROWS)
    assert (rows.count('class="rag-row"'), limit) == (N_ROWS + 1, 2 * N_ROWS)
    assert "rag-more" not in rows


def test_an_article_that_is_gone_is_told_and_not_offered_for_removal(catalogue):
    html, reading, adding, confirm, chosen = catalogue.open_article(SimpleNamespace(article="nowhere"))
    assert "No article" in html
    assert chosen == ""
    assert [group["visible"] for group in (reading, adding, confirm)] == [True, False, False]
    assert "No article" in catalogue.remove_article("nowhere", "")[0]


def test_an_upload_is_known_by_its_name_and_not_by_its_temporary_path(catalogue, tmp_path):
    for folder, body in (("one", "The pass was closed for two days."), ("two", "The pass was closed for three days.")):
        path = tmp_path / folder / "storm.txt"
        path.parent.mkdir()
        path.write_text(f"Storm closes pass\n{body}", encoding="utf-8")
        report, box, *_ = catalogue.upload([str(path)], "")
        assert "1&#32;added" in report or "1 added" in report
        assert box is None
    assert {article.origin for article in catalogue.rag.articles() if "Storm" in article.title} == {"upload:storm.txt"}


def test_each_file_has_its_own_report_and_a_bad_one_does_not_stop_the_next(catalogue, tmp_path):
    good = tmp_path / "good.txt"
    good.write_text("Good news\nThe sun came out.", encoding="utf-8")
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    report, *_ = catalogue.upload([str(tmp_path / "missing.txt"), str(empty), str(good)], "")
    assert report.count("rag-failed") == 2
    assert [report.index(name) for name in ("missing.txt", "empty.txt", "good.txt")] == sorted(
        report.index(name) for name in ("missing.txt", "empty.txt", "good.txt")
    )
    assert str(tmp_path) not in report


def test_a_paste_without_text_or_with_a_wrong_date_keeps_what_was_written(catalogue):
    for text, published in (("", ""), ("Some text.", "19 June")):
        report, *boxes = catalogue.paste(text, "Title", published, "")
        assert "rag-failed" in report
        assert boxes[:3] == [gr.skip()] * 3
    assert catalogue.rag.n_articles == 4


def test_a_paste_has_the_title_and_date_it_was_given(catalogue):
    report, *boxes = catalogue.paste("The glacier lost ice.", " Glacier ", "2024-03-02", "")
    assert "1 added" in report
    assert boxes[:3] == [""] * 3
    found = catalogue.rag.articles("glacier")[0]
    assert (found.title, found.text, found.published.isoformat()) == ("Glacier", "The glacier lost ice.", "2024-03-02")


def test_an_index_that_is_locked_is_a_report_and_no_crash(catalogue, monkeypatch):
    def locked(items, progress=None):
        raise IndexLocked("Another process is writing.")

    monkeypatch.setattr(catalogue.rag, "add_articles", locked)
    assert "Another process is writing." in catalogue.paste("Some text.", "", "", "")[0]


def test_an_upload_of_many_tells_of_each_what_became_of_it(catalogue, tmp_path):
    lines = [json.dumps({"id": f"n{n}", "title": f"Title {n}", "text": f"Text {n % 11}."}) for n in range(12)]
    feed = tmp_path / "feed.jsonl"
    feed.write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
    report, *_ = catalogue.upload([str(feed)], "")
    assert "12 added" in report
    assert "feed.jsonl:13" in report[: report.index("<details>")]  # what went wrong is not folded away
    assert report.count("<li><b>added</b> Title") == 12
    assert f'<b>added</b> Title 11{DOT}same text as <span class="rag-id">n0</span>' in report
    again, *_ = catalogue.upload([str(feed)], "")
    assert again.count("<li><b>updated</b> Title") == 12


def test_a_re_index_encodes_anew_where_it_is_asked_to_and_where_the_encoder_is_another(catalogue, monkeypatch):
    told = []

    def progress(share, desc):
        told.append((share, desc))

    report, *refreshed = catalogue.reindex(False, "", "newest", progress)
    assert "4 articles have new search structures" in report
    assert len(refreshed) == 5
    assert told[0] == (0, "Building the index")
    assert told[-1] == (1.0, "Building the index 4 of 4")
    assert catalogue.rag.generation == 1
    assert "encoded anew" in catalogue.reindex(True, "", "newest", progress)[0]
    assert (1.0, "Encoding the index 4 of 4") in told
    catalogue.rag.has_another_encoder = True
    assert "encoded anew" in catalogue.reindex(False, "", "newest", progress)[0]

    def locked(**given):
        raise IndexLocked("Another process is writing.")

    monkeypatch.setattr(catalogue.rag, "rebuild", locked)
    report, *_ = catalogue.reindex(False, "", "newest", progress)
    assert "rag-failed" in report
    assert "Another process is writing." in report


def test_examples_fit_what_is_indexed():
    assert "What did Blinken raise" in Catalogue(FakeRag([SUMMIT])).welcome()
    assert len(STARTER_QUESTIONS) == 3
    assert HARVEST.title in Catalogue(FakeRag([HARVEST])).welcome()
    assert "No articles yet" in Catalogue(FakeRag()).welcome()


def test_after_a_change_the_list_keeps_its_order_and_begins_anew(catalogue):
    def titles(reply):
        *_, rows, limit = reply
        assert limit == N_ROWS
        return [rows.index(title) for title in (BALLOON.title, HARVEST.title)]

    pasted = catalogue.paste("The quay was mended.", "Quay", "2023-07-01", "", "oldest")
    for reply in (pasted, catalogue.remove_article(SUMMIT.id, "", "oldest"), catalogue.refreshed("", "oldest")):
        assert titles(reply) == sorted(titles(reply))
    assert titles(catalogue.refreshed()) == sorted(titles(catalogue.refreshed()), reverse=True)
