import re
from html.parser import HTMLParser

import pytest

from rag.evaluation import evaluate
from rag.evaluation.report.html import join, raw, tag
from tests.evaluation.made import RECORDS, write_set

VOID = {"meta", "br", "hr", "input"}


class Reader(HTMLParser):
    """Checks that tags close in order, and collects what a browser would load, run or show."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.loads, self.scripts, self.shown, self.details = [], [], [], 0, [], {}

    def handle_starttag(self, name, attrs):
        attrs = dict(attrs)
        self.loads += [v for k, v in attrs.items() if k in ("src", "srcset", "data", "action", "poster", "xlink:href")]
        self.loads += [attrs["href"]] if "href" in attrs and not attrs["href"].startswith("#") else []
        assert not [k for k in attrs if k.startswith("on")], attrs
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.scripts += name == "script"
        if "question" in (attrs.get("class") or "").split():
            self.details[attrs["id"]] = attrs["data-outcome"]
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name, attrs):
        self.handle_starttag(name, attrs)
        self.handle_endtag(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        self.shown.append(data)


def read(path):
    reader = Reader()
    text = path.read_text(encoding="utf-8")
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader, text


def test_the_report_holds_every_question_with_what_became_of_it(evalset, opened, tmp_path):
    out = evaluate(evalset, index=opened, out=tmp_path / "out").out
    reader, _ = read(out / "report.html")
    assert reader.details == {
        "q-long": "right", "q-killed": "right", "q-where": "right", "q-cup": "rightly abstained",
    }  # fmt: skip
    shown = " ".join(reader.shown)
    for record in RECORDS:
        assert record["question"] in shown
    assert shown.count("The meeting with Xi lasted 35 minutes.") >= 3  # said, cited, wanted
    assert "100% of 4 questions come out right" in shown
    assert len(reader.ids) == len(set(reader.ids))


def test_the_report_refers_to_nothing_outside_itself(evalset, opened, tmp_path):
    out = evaluate(evalset, index=opened, out=tmp_path / "out").out
    reader, text = read(out / "report.html")
    assert reader.loads == []
    assert reader.scripts == 1
    assert 'content="default-src &#x27;none&#x27;; ' in text
    assert not re.search(r"https?://|@import|url\(", text)


def test_nothing_that_a_set_or_a_system_says_becomes_markup(tmp_path, opened):
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\"'&\u202e"
    records = [{"id": evil, "question": evil, "kind": evil, "choices": [evil, "b"], "answer": [0], "reference": evil}]
    out = evaluate(write_set(tmp_path / "s", records), index=opened, out=tmp_path / "out").out
    reader, text = read(out / "report.html")
    assert reader.scripts == 1
    assert "<img" not in text
    assert evil in " ".join(reader.shown)


def test_a_lone_surrogate_does_not_stop_the_report(tmp_path, opened):
    records = [{"id": "a", "question": "What is \ud800?"}]
    out = evaluate(write_set(tmp_path / "s", records), index=opened, out=tmp_path / "out").out
    assert "What is \\ud800?" in (out / "report.html").read_text(encoding="utf-8")


def test_other_runs_stand_beside_this_one(evalset, opened, tmp_path):
    beside = evaluate(evalset, index=opened, out=tmp_path / "bm25", system="bm25").out
    out = evaluate(evalset, index=opened, out=tmp_path / "rag", beside=[beside]).out
    reader, _ = read(out / "report.html")
    shown = [words for words in reader.shown if words in ("rag", "bm25")]
    assert shown == ["rag", "bm25"]
    alone, _ = read(beside / "report.html")
    assert "Side by side" not in alone.shown


def test_a_system_that_only_chooses_has_a_report_too(evalset, tmp_path):
    out = evaluate(evalset, out=tmp_path / "out", system="published:other").out
    reader, _ = read(out / "report.html")
    assert reader.details["q-where"] == "wrong choice"
    assert reader.details["q-long"] == "not judged"
    assert "Plots" not in reader.shown


def test_plots_are_drawn_from_a_set_with_enough_questions(tmp_path, opened):
    records = [
        RECORDS[i % 2] | {"id": f"{i}", "question": f"{RECORDS[i % 2]['question'][:-1]} ({i})?"} for i in range(12)
    ]
    out = evaluate(write_set(tmp_path / "s", records), index=opened, out=tmp_path / "out").out
    reader, _ = read(out / "report.html")
    for title in ("Reliability diagram", "Risk and coverage", "Retrieval by depth", "Latency"):
        assert title in reader.shown


@pytest.mark.parametrize(
    ("made", "html"),
    [
        (tag("p", "a < b", class_="x"), '<p class="x">a &lt; b</p>'),
        (tag("p", None, tag("b", "x"), 3), "<p><b>x</b>3</p>"),
        (tag("input", type="search", hidden=True, disabled=False), '<input type="search" hidden>'),
        (tag("a", "x", href='"><script>', data_kind="k"), '<a href="&quot;&gt;&lt;script&gt;" data-kind="k">x</a>'),
        (join(["<", raw("<br>")]), "&lt;<br>"),
    ],
)
def test_text_is_escaped_and_markup_is_not(made, html):
    assert made == html
