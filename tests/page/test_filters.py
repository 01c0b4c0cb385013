"""The form of filters: rag.page.filters."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import html as lxml_html

from rag.page.filters import chosen, filters_html


def slider(first, last):
    return lxml_html.fromstring(filters_html(first, last, {})).xpath("//input[@type='range']")[0]


def test_the_slider_says_its_day_in_words_and_is_hidden_where_there_is_one_day():
    day = date(2023, 6, 19)
    several, one = slider(date(2023, 6, 1), day), slider(day, day)
    assert (several.get("max"), several.get("hidden")) == ("18", None)
    assert several.get("aria-valuetext") == "19 June 2023, no limit"
    assert one.get("hidden") is not None


@pytest.mark.parametrize("sent", [None, [], "x", {"since": 3, "sources": "Post"}, {"until": "", "sources": [1]}])
def test_what_is_no_filter_is_left_out(sent):
    assert chosen(sent) == {}
