from __future__ import annotations

from dataclasses import replace

from lxml import html as lxml_html

from rag.page.sources import gather
from rag.page.timeline import timeline_html
from rag.types import Evidence
from tests.page.fake_rag import BALLOON, HOSTILE, PAYLOAD, SUMMIT, stocked

ACROSS_TWO = "Which balloon crossed the United States from Montana?"


def drawn(articles, **changed):
    rag = stocked()
    answer = replace(list(rag.stream(ACROSS_TWO))[-1], **changed)
    return timeline_html(answer, gather(rag, "a1", answer), {a.id: a for a in articles})


def test_cited_sentences_stand_on_their_days_with_their_numbers():
    plot = lxml_html.fromstring(drawn([SUMMIT, BALLOON], evidence=(Evidence(SUMMIT.id, 3, 1.0),)))
    numbers = {g.xpath("./text")[0].text: float(g.xpath("./circle")[0].get("cx")) for g in plot.find_class("rag-cited")}
    assert numbers == {"1": 52.0, "2": 508.0}  # 4 February at the left end, 19 June at the right
    assert [t.text for t in plot.find_class("rag-tick")][::4] == ["4 Feb 2023", "19 Jun 2023"]
    (read,) = plot.find_class("rag-read")
    assert (read.get("cx"), read.get("r")) == ("508.0", "8.0")
    assert plot.get("aria-label") == "Evidence by date, 4 February 2023 to 19 June 2023"


def test_evidence_of_one_day_needs_no_plot():
    assert drawn([BALLOON], evidence=()) == ""


def test_a_hostile_title_stays_text():
    plot = drawn([SUMMIT, BALLOON, HOSTILE], evidence=(Evidence(HOSTILE.id, 0, 0.3),))
    assert PAYLOAD not in plot
    assert not lxml_html.fromstring(plot).xpath("//img | //script")
