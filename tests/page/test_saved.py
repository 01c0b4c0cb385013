"""What the page does with saved questions and those asked in vain: rag.page.saved on a real index, without a server."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import gradio as gr
import pytest

from rag.page.desk import Desk
from rag.page.saved import Saved
from rag.page.vain import vain_html
from rag.page.watchlist import watchlist_html
from rag.saved import SavedQuestions, Vain, VainQuestions
from rag.saved.database import FILE
from rag.saved.topics import Topic
from rag.types import Article, Constraints
from tests.page.fake_rag import HOSTILE, MARKDOWN, PAYLOAD
from tests.page.payloads import PAYLOADS
from tests.saved.conftest import rag  # noqa: F401 - a fixture

KILLED = "How many people were killed in the quake?"
TOLL = Article(
    "toll", "Toll of the quake rises", "Rescuers said 41 people were killed in the quake.", source="Daily Post",
    published=date(2023, 2, 8),
)  # fmt: skip
MAY = date(2024, 5, 1)
TAGS = set(re.findall(r"\w+", "a article button details div h2 h3 i li p q small span summary time ul"))


@pytest.fixture
def saved(rag):  # noqa: F811
    return Saved(rag)


def event(**values):
    return SimpleNamespace(**values)


def asked(saved, *questions, filters=None):
    conversation = []
    for question in questions:
        *_, (_, _, _, conversation) = Desk(saved.rag).ask(question, conversation, filters or {})
    return conversation


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'")


def checked(saved):
    *_, last = saved.check()
    return last if last[0] != gr.skip() else saved.shown()


def test_a_question_is_saved_from_its_answer_once_and_from_none_that_is_not_there(saved):
    conversation = asked(saved, KILLED)
    told = [saved.keep(conversation, event(key="a1")) for _ in range(2)]
    assert ["It is asked again" in told[0], "Saved already" in told[1]] == [True, True]
    assert 'data-key="a1"' in told[0]
    assert [saved.keep(conversation, event(key=key)) for key in ("a2", "", "<b>")] == [""] * 3
    assert [one.question for one in SavedQuestions(saved.rag.settings.index).all()] == [KILLED]


def test_the_filters_of_the_conversation_are_saved_with_it(saved):
    saved.keep(asked(saved, KILLED, filters={"until": "2023-03-01", "sources": ["Daily Post"]}), event(key="a1"))
    (one,) = SavedQuestions(saved.rag.settings.index).all()
    assert one.given == Constraints(until=date(2023, 3, 1), sources=("Daily Post",))
    listed, *_ = saved.shown()
    assert "until 2023-03-01" in listed
    assert "Daily Post" in listed


def test_what_came_and_went_is_told_with_title_outlet_and_day_until_it_is_marked_as_read(saved):
    saved.keep(asked(saved, KILLED), event(key="a1"))
    listed, _, label = saved.shown()
    assert "Nothing changed since" in text_of(listed)
    assert label["label"] == "Saved"
    saved.rag.add_article(TOLL)
    saved.rag.remove("quake")
    assert "Looking at what was added" in saved.shown()[0]
    listed, _, label = checked(saved)
    words = text_of(listed)
    assert "came, " in words
    assert "came: Rescuers said 41 people were killed in the quake. Toll of the quake rises · Daily Post" in words
    assert "8 February 2023" in words
    assert "went: At least 5 people were killed in the quake. Quake hits Hatay · Daily Post" in words
    assert "its article was removed" in words
    assert label["label"] == "Saved · 1"
    (one,) = SavedQuestions(saved.rag.settings.index).all()
    stale = saved.accept(event(number=str(one.number), generation="1"))
    assert "Mark as read" in stale[0]
    listed, _, label = saved.accept(event(number=str(one.number), generation=str(one.present.generation)))
    assert "Nothing changed since" in text_of(listed)
    assert label["label"] == "Saved"


def test_the_label_is_all_that_a_visitor_elsewhere_gets(saved):
    saved.keep(asked(saved, KILLED), event(key="a1"))
    assert saved.look()["label"] == "Saved"
    saved.rag.add_article(TOLL)
    assert saved.look()["label"] == "Saved · 1"


def test_a_check_that_finds_nothing_draws_nothing_again(saved):
    saved.keep(asked(saved, KILLED), event(key="a1"))
    assert list(saved.check())[1] == (gr.skip(),) * 3


def test_an_abstention_is_in_the_report_and_marked_once_it_is_answered(saved):
    saved.keep(asked(saved, "Who plays chess?", KILLED), event(key="a1"))
    _, report, _ = saved.shown()
    assert "1 question, asked 1 time" in text_of(report)
    assert "Who plays chess?" in text_of(report)
    saved.rag.add_article(Article("club", "Chess club", "Ottilie Brandt plays chess."))
    listed, report, _ = checked(saved)
    assert "The articles answer this now." in text_of(listed)
    assert "answered by now" in text_of(report)
    assert "Forget those answered by now" in report


def test_questions_are_deleted_by_their_numbers_and_anything_else_is_told(saved):
    saved.keep(asked(saved, "Who plays chess?", "Who plays go?"), event(key="a1"))
    numbers = ",".join(str(one.number) for one in VainQuestions(saved.rag.settings.index).all())
    for bad in ("", "x", "1,", "1;2", "²", "9" * 30):
        assert "is no number of a question" in text_of(saved.forget(event(numbers=bad))[0])
    assert len(VainQuestions(saved.rag.settings.index).all()) == 2
    assert "Questions that the articles don't answer are counted here" in text_of(
        saved.forget(event(numbers=numbers))[1]
    )
    (one,) = SavedQuestions(saved.rag.settings.index).all()
    assert "There is no saved question 99" in text_of(saved.remove(event(number="99"))[0])
    assert "“Save question” below an answer" in saved.remove(event(number=one.number))[0]


def test_a_file_that_cannot_be_used_is_told_in_place(saved):
    conversation = asked(saved, KILLED)
    (saved.rag.settings.index / FILE).write_bytes(b"no database" * 500)
    assert "cannot be used" in saved.keep(conversation, event(key="a1"))
    assert "cannot be used" in saved.shown()[0]
    assert "cannot be used" in next(saved.check())[0]
    assert saved.look() == gr.skip()
    assert asked(saved, "Who plays chess?")[0].answer.abstained  # asking goes on


def test_a_question_that_cannot_be_asked_again_says_why(saved):
    saved.keep(asked(saved, KILLED, filters={"sources": ["Daily Post"]}), event(key="a1"))
    saved.rag.remove("quake")
    assert "could not be asked again: No article has the source" in text_of(checked(saved)[0])


def test_an_empty_tab_says_what_goes_there(rag):  # noqa: F811
    assert "Save one that the articles don" in watchlist_html([], 1, rag.article)
    assert "RAG_RECORD_VAIN is off" in vain_html([], [], recording=False)


def vain(number, question, answered=False, **days):
    counted = {date(2024, int(name[1:]), 1): n for name, n in days.items()}
    return Vain(number, question, Constraints(), counted, 1, None, answered)


def test_the_report_groups_by_topic_with_the_lone_ones_last_and_by_month():
    asked = [vain(4, "Who plays chess?", m5=1), vain(3, "Dam b?", True, m3=2, m5=1), vain(2, "Dam a?", m3=1)]
    html = vain_html(asked, [Topic("dam", (1, 2)), Topic("chess", (0,))], recording=True)
    by_topic, by_month = (text_of(part) for part in html.split('data-by="month"'))
    assert re.search(r"3 questions, asked 5 times .* dam +2 questions, asked 4 times", by_topic)
    assert "last 1 May 2024: Dam b? · 1 answered by now" in by_topic
    assert by_topic.index("Dam a?") < by_topic.index("Each on its own") < by_topic.rindex("Who plays chess?")
    assert re.findall(r"(\w+ 2024) (\d) questions?, asked (\d) times?", by_month) == [
        ("May 2024", "2", "2"),
        ("March 2024", "2", "3"),
    ]
    assert 'aria-label="March 2024: 3, May 2024: 1"' in html
    assert 'value="3,2"' in html


def test_hostile_text_stays_text_everywhere(rag):  # noqa: F811
    saved = Saved(rag)
    rag.add_article(replace(HOSTILE, text=f"The zebra escaped the zoo {MARKDOWN} {PAYLOAD}."))
    question = f"Did the zebra escape the zoo {PAYLOAD}?"
    saved.keep(asked(saved, question, filters={"sources": [HOSTILE.source]}), event(key="a1"))
    rag.remove(HOSTILE.id)
    rag.add_article(replace(HOSTILE, text=f"The zebra escaped the zoo by night {PAYLOAD}."))
    for n, payload in enumerate(PAYLOADS[:60]):
        given = Constraints(sources=(payload,))
        VainQuestions(rag.settings.index).record(f"Who besieged {payload} {n % 3}?", given, rag.generation, day=MAY)
    listed, report, _ = checked(saved)
    assert "zebra escaped the zoo by night" in text_of(listed)
    for html in (listed, report):
        assert set(re.findall(r"<\s*/?\s*([^\s>/]+)", html)) <= TAGS
        assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', html))
        assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', html))


def test_a_kept_conversation_keeps_the_filters_that_a_question_was_asked_with(saved):
    from rag.page.history import kept, restored

    conversation = asked(saved, KILLED, filters={"until": "2023-03-01"})
    again = restored(kept("c1", conversation)["exchanges"], lambda key, answer, filters: "")
    assert again[0].filters == {"until": "2023-03-01"}


def test_a_question_that_has_changed_in_the_file_is_told_above_the_others(saved):
    for n, question in enumerate((KILLED, "When did the quake strike?")):
        saved.keep(asked(saved, question), event(key="a1"))
        VainQuestions(saved.rag.settings.index).record(f"Who is {n}?", Constraints(), 1, day=MAY)
    connection = sqlite3.connect(saved.rag.settings.index / FILE)
    connection.execute("UPDATE saved SET checked = 9 WHERE number = 1")
    connection.execute("UPDATE vain SET answered = 1 WHERE number = 1")
    connection.commit()
    connection.close()
    listed, report, _ = saved.shown()
    assert 0 < text_of(listed).index("Saved question 1 ") < text_of(listed).index(" Question 1 ")
    assert "When did the quake strike?" in listed
    assert "Who is 1?" in report
    assert "Who is 0?" not in report
