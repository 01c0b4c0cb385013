from __future__ import annotations

from lxml import html as lxml_html

from rag.page.library import (
    N_FATES_SHOWN,
    N_SKIPPED_SHOWN,
    STARTER_QUESTIONS,
    Fate,
    header_html,
    list_html,
    questions_for,
    reader_html,
    reindexed_html,
    removed_html,
    report_html,
    welcome_html,
)
from rag.types import AddReport, Skipped
from tests.page.fake_rag import HARVEST, HOSTILE, PAYLOAD, SUMMIT


def tree(markup):
    return lxml_html.fromstring(f"<body>{markup}</body>")


def test_rows_carry_id_title_source_and_date():
    page = tree(list_html([SUMMIT, HARVEST], 2, "", more=False))
    rows = page.find_class("rag-row")
    assert [row.get("value") for row in rows] == [SUMMIT.id, HARVEST.id]
    assert [row.text_content() for row in rows] == [
        f"{SUMMIT.title}Example Wire · 19 June 2023 · {SUMMIT.id}",
        f"{HARVEST.title}Campo · 12 August 2024 · {HARVEST.id}",
    ]
    assert page.find_class("rag-total")[0].text_content() == "2 articles"
    assert not page.find_class("rag-more")


def test_a_list_that_goes_on_says_so():
    page = tree(list_html([SUMMIT], 2310, "", more=True))
    assert page.find_class("rag-total")[0].text_content() == "1 or more of 2,310 articles"
    assert len(page.find_class("rag-more")) == 1


def test_no_match_and_no_articles_are_told_apart():
    assert "No article matches “&#60;b&#62;”" in list_html([], 5, "<b>", more=False)
    assert "No articles yet" in list_html([], 0, "", more=False)


def test_an_empty_index_says_how_to_add_articles_and_offers_no_question():
    page = tree(welcome_html(0, ("unused",)))
    assert "rag add PATH" in page.text_content()
    assert len(page.find_class("rag-goto")) == 1
    assert not page.find_class("rag-example")
    assert "no articles yet" in header_html(0)


def test_questions_come_from_the_starter_article_or_from_headlines():
    assert questions_for([HARVEST], starter=True) == STARTER_QUESTIONS
    assert questions_for([HARVEST], starter=False) == (f"What is reported about “{HARVEST.title}”?",)
    page = tree(welcome_html(1, questions_for([HOSTILE], starter=False)))
    assert page.find_class("rag-example")[0].get("value") == f"What is reported about “{HOSTILE.title}”?"


def test_a_report_counts_and_gives_reasons():
    skipped = tuple(Skipped("news.jsonl", n, f"no text {PAYLOAD}") for n in range(1, N_SKIPPED_SHOWN + 3))
    report = AddReport(("a", "b"), ("c",), ("d",), ("b",), skipped)
    page = tree(report_html("news.jsonl", report))
    assert "2 added, 1 updated, 1 unchanged, 1 with the same text as another article, 22 skipped" in page.text_content()
    items = [item.text_content() for item in page.iter("li")]
    assert items[0] == f"news.jsonl:1: no text {PAYLOAD}"
    assert (len(items), items[-1]) == (N_SKIPPED_SHOWN + 1, "and 2 more")
    assert not page.find_class("rag-failed")


def test_a_report_of_nothing_and_of_a_failure_look_failed():
    assert "nothing found in it" in report_html("a.txt", AddReport())
    for report in (AddReport(), AddReport(skipped=(Skipped("a", None, "is empty"),)), "cannot be read"):
        assert len(tree(report_html("a.txt", report)).find_class("rag-failed")) == 1
    assert not tree(removed_html("a")).find_class("rag-failed")


def test_a_report_lists_what_became_of_each_article_and_folds_a_long_list():
    report = AddReport(("a", "b"), ("c",), ("d",), ("b",))
    fates = [
        Fate("updated", f"Three {PAYLOAD}"),
        Fate("added", "One"),
        Fate("added", "Two", "a"),
        Fate("unchanged", "d"),
    ]
    page = tree(report_html("feed.xml", report, fates))
    listed = [item.text_content() for item in page.find_class("rag-fates")[0]]
    assert listed == [f"updated Three {PAYLOAD}", "added One", "added Two · same text as a", "unchanged d"]
    assert not page.xpath("//details")
    many = AddReport(tuple(f"id{n}" for n in range(250)))
    page = tree(report_html("feed.xml", many, [Fate("added", f"Title {n}") for n in range(N_FATES_SHOWN)]))
    [folded] = page.xpath("//details")
    assert folded.find("summary").text_content() == "What became of each of the 250"
    items = [item.text_content() for item in folded.iter("li")]
    assert (items[0], items[-1], len(items)) == ("added Title 0", "and 50 more", N_FATES_SHOWN + 1)


def test_what_the_first_line_of_a_report_has_said_is_not_said_again():
    assert "<li>" not in report_html("Storm", AddReport(("a",)), [Fate("added", "Storm")])
    assert "added</b> Storm" in report_html("storm.txt", AddReport(("a",)), [Fate("added", "Storm")])


def test_a_re_index_says_what_was_done_to_how_many():
    plain, anew = (tree(reindexed_html(4330, 7, anew, 12.4)).text_content() for anew in (False, True))
    assert plain == "Re-index 4,330 articles have new search structures, in 12.4 s; generation 7"
    assert anew == "Re-index 4,330 articles encoded anew, and their search structures built, in 12.4 s; generation 7"


def test_the_reader_shows_the_whole_article():
    page = tree(reader_html(SUMMIT, 25))
    assert "25 sentences" in page.text_content()
    assert page.find(".//h2").text_content() == SUMMIT.title
