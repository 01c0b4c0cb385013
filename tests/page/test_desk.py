"""What the page does when something is asked, chosen or added: rag.page.desk, without a server."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
import pytest

from rag.errors import IndexLocked
from rag.page.answer import STEP_WORDS
from rag.page.desk import N_ROWS, Desk
from rag.page.library import STARTER_QUESTIONS
from rag.types import Article, Turn
from tests.page.fake_rag import HARVEST, SUMMIT, FakeRag, stocked

RAISED = "What did Blinken raise about Taiwan Strait peace?"
ACROSS_TWO = "Which balloon crossed the United States from Montana?"


@pytest.fixture
def desk():
    return Desk(stocked())


def event(**values):
    return SimpleNamespace(**values)


def conversation_after(desk, *questions):
    conversation = []
    for question in questions:
        *_, (_, _, _, conversation) = desk.ask(question, conversation)
    return conversation


def test_a_question_is_shown_at_once_then_each_step_then_the_growing_answer_and_markers_last(desk):
    shown = [messages[-1]["content"] for messages, *_ in desk.ask(ACROSS_TWO, [])]
    assert [step in html for step, html in zip(STEP_WORDS.values(), shown[1:4], strict=False)] == [True] * 3
    assert ["rag-growing" in html for html in shown] == [False] * 4 + [True] * 2 + [False]
    assert ["rag-marker" in html for html in shown] == [False] * 6 + [True]


def test_the_box_is_emptied_once_and_then_left_to_what_is_typed_meanwhile(desk):
    boxes = [box for _, box, _, _ in desk.ask(RAISED, [])]
    assert boxes[0] == ""
    assert all(box == gr.skip() for box in boxes[1:])


def test_earlier_turns_are_the_history_and_failed_ones_are_not(desk):
    conversation = conversation_after(desk, RAISED, "fail:out of order", ACROSS_TWO)
    assert [exchange.key for exchange in conversation] == ["a1", "a2", "a3"]
    first = conversation[0].answer.text
    assert desk.rag.histories == [(), *[(Turn("user", RAISED), Turn("assistant", first))] * 2]


def test_an_error_is_told_in_place_and_the_question_goes_back_to_its_box(desk):
    *_, (messages, box, panel, conversation) = desk.ask("fail:out of order", [])
    assert "out of order" in messages[-1]["content"]
    assert (box, panel) == ("fail:out of order", gr.skip())
    assert conversation[0].answer is None


def test_an_empty_question_changes_nothing(desk):
    assert list(desk.ask("  \n", [])) == [(gr.skip(),) * 4]
    assert desk.rag.histories == []


def test_a_conversation_given_to_ask_is_not_changed(desk):
    conversation = conversation_after(desk, RAISED)
    before = list(conversation)
    list(desk.ask(ACROSS_TWO, conversation))
    assert conversation == before


def test_a_spot_of_an_older_answer_opens_that_answers_panel(desk):
    conversation = conversation_after(desk, ACROSS_TWO, RAISED)
    assert 'data-key="a1" data-open="a1-2"' in desk.open_spot(conversation, event(spot="a1-2"))
    for unknown in ("a9-1", "", "<b>"):
        assert desk.open_spot(conversation, event(spot=unknown)) == gr.skip()


def test_the_list_comes_in_pages():
    desk = Desk(FakeRag(Article(f"id-{n:03}", f"Title {n}", "Text.") for n in range(N_ROWS + 1)))
    assert desk.rows("").count('class="rag-row"') == N_ROWS
    assert "rag-more" in desk.rows("")
    rows, limit = desk.more_rows("", N_ROWS)
    assert (rows.count('class="rag-row"'), limit) == (N_ROWS + 1, 2 * N_ROWS)
    assert "rag-more" not in rows


def test_an_article_that_is_gone_is_told_and_not_offered_for_removal(desk):
    html, reading, adding, confirm, chosen = desk.open_article(event(article="nowhere"))
    assert "No article" in html
    assert chosen == ""
    assert [group["visible"] for group in (reading, adding, confirm)] == [True, False, False]
    assert "No article" in desk.remove_article("nowhere", "")[0]


def test_an_upload_is_known_by_its_name_and_not_by_its_temporary_path(desk, tmp_path):
    for folder, body in (("one", "The pass was closed for two days."), ("two", "The pass was closed for three days.")):
        path = tmp_path / folder / "storm.txt"
        path.parent.mkdir()
        path.write_text(f"Storm closes pass\n{body}", encoding="utf-8")
        report, box, *_ = desk.upload([str(path)], "")
        assert "1&#32;added" in report or "1 added" in report
        assert box is None
    assert {article.origin for article in desk.rag.articles() if "Storm" in article.title} == {"upload:storm.txt"}


def test_each_file_has_its_own_report_and_a_bad_one_does_not_stop_the_next(desk, tmp_path):
    good = tmp_path / "good.txt"
    good.write_text("Good news\nThe sun came out.", encoding="utf-8")
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    report, *_ = desk.upload([str(tmp_path / "missing.txt"), str(empty), str(good)], "")
    assert report.count("rag-failed") == 2
    assert [report.index(name) for name in ("missing.txt", "empty.txt", "good.txt")] == sorted(
        report.index(name) for name in ("missing.txt", "empty.txt", "good.txt")
    )
    assert str(tmp_path) not in report


def test_a_paste_without_text_or_with_a_wrong_date_keeps_what_was_written(desk):
    for text, published in (("", ""), ("Some text.", "19 June")):
        report, *boxes = desk.paste(text, "Title", published, "")
        assert "rag-failed" in report
        assert boxes[:3] == [gr.skip()] * 3
    assert desk.rag.n_articles == 4


def test_a_paste_has_the_title_and_date_it_was_given(desk):
    report, *boxes = desk.paste("The glacier lost ice.", " Glacier ", "2024-03-02", "")
    assert "1 added" in report
    assert boxes[:3] == [""] * 3
    found = desk.rag.articles("glacier")[0]
    assert (found.title, found.text, found.published.isoformat()) == ("Glacier", "The glacier lost ice.", "2024-03-02")


def test_an_index_that_is_locked_is_a_report_and_no_crash(desk, monkeypatch):
    def locked(items, progress=None):
        raise IndexLocked("Another process is writing.")

    monkeypatch.setattr(desk.rag, "add_articles", locked)
    assert "Another process is writing." in desk.paste("Some text.", "", "", "")[0]


def test_examples_fit_what_is_indexed():
    assert "What did Blinken raise" in Desk(FakeRag([SUMMIT])).welcome()
    assert len(STARTER_QUESTIONS) == 3
    assert HARVEST.title in Desk(FakeRag([HARVEST])).welcome()
    assert "No articles yet" in Desk(FakeRag()).welcome()
