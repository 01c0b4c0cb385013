from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from rag.answering.speech import Speech
from rag.page.answer import (
    answer_html,
    footnotes_text,
    growing_html,
    notice_html,
    question_html,
    support_in_words,
    working_html,
)
from rag.page.exchange import Exchange, messages
from rag.page.panel import empty_panel, panel_html
from rag.page.sources import N_CLOSEST, gather
from rag.types import Copy, Evidence, Statement, Turn
from tests.page.fake_rag import BALLOON, HARVEST, HOSTILE, MARKDOWN, PAYLOAD, SUMMIT, FakeRag, stocked

ACROSS_TWO = "Which balloon crossed the United States from Montana?"


def answered(question, rag=None):
    *_, answer = (rag or stocked()).stream(question)
    return answer


def tree(markup):
    return lxml_html.fromstring(f"<body>{markup}</body>")


def test_every_message_is_one_line_so_that_markdown_never_gets_hold_of_it():
    rag = stocked()
    for question in (ACROSS_TWO, "zebra escaped zoo", "olive lunch"):
        answer = answered(question, rag)
        text = answer_html(answer, gather(rag, "a1", answer))
        assert "\n" not in text
        assert text.startswith("<div ")
    for text in (question_html("a\n\n# b"), notice_html("a\n\nb"), working_html(), growing_html(answer)):
        assert "\n" not in text
        assert text.startswith("<div ")


def test_markers_follow_their_statement_and_lead_to_their_spot():
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    page = tree(answer_html(answer, gather(rag, "a7", answer)))
    assert [b.get("value") for b in page.find_class("rag-marker")] == ["a7-1", "a7-2"]
    assert [s.text_content() for s in page.find_class("rag-statement")] == [
        f"{statement.text}[{n}]" for n, statement in enumerate(answer.statements, 1)
    ]


def test_a_marker_already_in_the_text_is_not_shown_twice_but_other_brackets_stay():
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    first = replace(answer.statements[0], text="He named [North Korea]. [1][2]", citations=(1,))
    answer = replace(answer, statements=(first,))
    page = tree(answer_html(answer, gather(rag, "a1", answer)))
    assert [s.text_content() for s in page.find_class("rag-statement")] == ["He named [North Korea].[1]"]


def test_the_short_answer_of_a_statement_stands_out_literally():
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    first = replace(
        answer.statements[0], text="It was <b>5</b> to 3, he said of the vote at last.", short="<b>5</b> to 3"
    )
    answer = replace(answer, statements=(first, *answer.statements[1:]))
    page = tree(answer_html(answer, gather(rag, "a7", answer)))
    assert [s.text_content() for s in page.find_class("rag-short")] == ["<b>5</b> to 3"]
    assert page.find_class("rag-statement")[0].text_content() == f"{first.text}[1]"
    assert not page.xpath("//b")


@pytest.mark.parametrize("short", [None, "", "not in it", "Rain fell on most"])
def test_nothing_stands_out_where_there_is_no_short_answer_or_it_is_most_of_the_statement(short):
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    statement = replace(answer.statements[0], text="Rain fell on most days.", short=short)
    page = tree(answer_html(replace(answer, statements=(statement,)), gather(rag, "a7", answer)))
    assert not page.find_class("rag-short")
    assert page.find_class("rag-statement")[0].text_content().startswith("Rain fell on most days.")


@pytest.mark.parametrize(("at", "before"), [(18, "Of the 2024 boats "), (None, "Of the 2024 boats "), (7, "Of the ")])
def test_the_short_answer_stands_out_where_it_was_meant_and_never_in_a_longer_word_by_chance(at, before):
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    statement = replace(answer.statements[0], text="Of the 2024 boats 20 sank.", short="20", short_at=at)
    page = tree(answer_html(replace(answer, statements=(statement,)), gather(rag, "a7", answer)))
    (shown,) = page.find_class("rag-short")
    assert (shown.getparent().text, shown.text) == (before, "20")


def test_a_number_without_a_citation_is_plain_text():
    rag = stocked()
    answer = replace(answered(ACROSS_TWO, rag), statements=(Statement("So it was.", (9,), 0.9),))
    page = tree(answer_html(answer, gather(rag, "a1", answer)))
    assert not page.find_class("rag-marker")
    assert page.find_class("rag-statement")[0].text_content() == "So it was.[9]"


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.85, "Well supported · 2 articles"),
        (0.84, "Supported · 2 articles"),
        (0.65, "Supported · 2 articles"),
        (0.64, "Weakly supported · 2 articles"),
    ],
)
def test_support_is_told_by_the_confidence(confidence: float, words: str):
    assert support_in_words(replace(answered(ACROSS_TWO), confidence=confidence)) == words


def test_one_article_is_named_as_one_source_however_often_it_is_cited():
    answer = answered(ACROSS_TWO)
    one = replace(answer, citations=tuple(replace(c, article_id="x") for c in answer.citations))
    assert support_in_words(one).endswith(" · one source")


def with_copies(answer):
    """Make the articles of both citations copies of one story that two further outlets have, one of them hostile."""
    copies = (
        Copy("b", "t", "Post", "https://post.example/#:~:text=A"),
        Copy("c", "t", PAYLOAD, "javascript:alert(1)"),
    )
    return replace(answer, citations=tuple(replace(c, story="s", also=copies) for c in answer.citations))


def test_copies_of_a_story_are_one_source_and_are_named_where_it_is_shown():
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    assert support_in_words(answer).endswith(" · 2 articles")
    answer = with_copies(answer)
    assert support_in_words(answer).endswith(" · one source")
    sources = gather(rag, "a1", answer)
    card = tree(answer_html(answer, sources)).get_element_by_id("card-a1-1")
    assert card.find("small").text_content() == f"Coastal Times · 4 February 2023 · also in Post, {PAYLOAD}"
    panel = tree(panel_html(sources))
    assert [p.text_content() for p in panel.find_class("rag-also")] == [
        f"{n} also in Post ↗, {PAYLOAD}" for n in (1, 2)
    ]
    assert {a.get("href") for a in panel.find_class("rag-also-out")} == {"https://post.example/#:~:text=A"}
    assert footnotes_text(answer).count("also in [Post](https://post.example/#:~:text=A), ") == 2
    assert "javascript:" not in footnotes_text(answer)


def test_footnotes_are_markdown_with_quote_linked_title_source_and_date():
    answer = answered("What did Blinken raise about Taiwan Strait peace?")
    quote = answer.citations[0].quote
    assert footnotes_text(answer).splitlines() == [
        f"{quote}[^1]",
        "",
        f"[^1]: “{quote}” [{SUMMIT.title}]({answer.citations[0].link}), Example Wire, 2023-06-19",
    ]


def test_what_is_pasted_fetches_nothing_and_each_footnote_is_a_line():
    answer = answered("What did Blinken raise about Taiwan Strait peace?")
    quote = "Rain fell\n\n![x](http://evil.example/p.png) <img src='http://evil.example/p.png'>\\"
    hostile = replace(
        answer.citations[0],
        quote=quote,
        title="Rain](http://evil.example) ![x\\",
        source="![y](http://evil.example/q.png)",
        link="https://a.example/x) ![z](http://evil.example/r.png",
        also=(Copy("b", "t", "<script>\n![w](//evil.example)", "https://b.example/)![v](//evil.example"),),
    )
    text = footnotes_text(
        replace(answer, statements=(replace(answer.statements[0], text=quote),), citations=(hostile,))
    )
    body, empty, note = text.splitlines()
    assert (body[:9], empty, note[:6]) == ("Rain fell", "", "[^1]: ")
    made = lxml_html.fromstring(MarkdownIt("commonmark").render(text.replace("[^1]: ", "")))
    assert not made.xpath("//img | //script")
    assert {a.get("href").split("/")[2] for a in made.xpath("//a")} == {"a.example", "b.example"}


def test_the_answer_that_is_saved_is_the_answer_whatever_characters_it_has():
    rag = stocked()
    answer = replace(answered(ACROSS_TWO, rag), question="Who\x7f crossed Jaén?")
    saved = tree(answer_html(answer, gather(rag, "a1", answer))).get_element_by_id("json-a1").text_content()
    assert json.loads(saved)["question"] == "Who\x7f crossed Jaén?"


def test_an_answer_says_as_of_when_it_was_asked():
    answer = replace(answered(ACROSS_TWO), as_of=date(2023, 6, 20))
    assert "as of 2023-06-20" in tree(answer_html(answer, gather(stocked(), "a1", answer))).text_content()


def test_a_follow_up_says_how_it_was_read_and_a_question_that_stands_alone_does_not():
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    followed = replace(answer, question="And where from?", standalone_question="Where did <it> come from?")
    shown = tree(answer_html(followed, gather(rag, "a1", followed)))
    assert shown.xpath("string(//div[@class='rag-readas'])") == "Read as: Where did <it> come from?"
    same = replace(answer, standalone_question=answer.question.lower().rstrip("?"))
    assert "rag-readas" not in answer_html(same, gather(rag, "a1", same))


def test_an_abstention_offers_the_closest_sentences_and_calls_them_no_answer():
    rag = stocked()
    answer = answered("What did the chancellor eat about olive?", rag)
    sources = gather(rag, "a2", answer)
    page = tree(answer_html(answer, sources))
    assert answer.abstained
    assert [spot.quote for spot in sources.spots] == ["Prices of olive oil have doubled in two years."]
    assert [b.get("value") for b in page.find_class("rag-closest")] == ["a2-1"]
    assert "not an answer" in page.text_content()
    assert not page.find_class("rag-marker")
    assert "not an answer" in tree(panel_html(sources)).text_content()


def test_the_closest_sentences_are_the_best_evidence_in_order_and_lost_ones_are_left_out():
    rag = stocked()
    answer = answered("nothing shared", rag)
    rows = [Evidence("gone", 0, 0.9), Evidence(BALLOON.id, 99, 0.8)]
    rows += [Evidence(SUMMIT.id, n, 0.5 - n / 10) for n in range(5)]
    sources = gather(rag, "a1", replace(answer, evidence=tuple(rows)))
    assert [(s.number, s.start) for s in sources.spots] == [
        (n + 1, rag.sentences(SUMMIT.id)[n].start) for n in range(N_CLOSEST)
    ]


def test_the_panel_holds_each_cited_article_once_and_marks_the_quotes():
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    page = tree(panel_html(gather(rag, "a1", answer)))
    assert [h.text_content() for h in page.find_class("rag-title")] == [BALLOON.title, SUMMIT.title]
    assert [(m.get("id"), m.text_content()) for m in page.iter("mark")] == [
        ("a1-1", answer.citations[0].quote),
        ("a1-2", answer.citations[1].quote),
    ]
    assert all(section.get("hidden") is not None for section in page.iter("section"))
    assert page.find_class("rag-panel")[0].get("data-open") == "a1-1"


def test_the_panel_opens_at_the_spot_that_was_chosen_and_at_no_unknown_one():
    rag = stocked()
    sources = gather(rag, "a1", answered(ACROSS_TWO, rag))
    assert tree(panel_html(sources, "a1-2")).find_class("rag-panel")[0].get("data-open") == "a1-2"
    assert tree(panel_html(sources, 'a9-"')).find_class("rag-panel")[0].get("data-open") == "a1-1"


def test_a_changed_article_is_shown_with_the_quote_as_it_was_cited_and_no_mark():
    rag = stocked()
    answer = answered("What did Blinken raise about Taiwan Strait peace?", rag)
    rag._articles[SUMMIT.id] = replace(SUMMIT, text="Corrected. " + SUMMIT.text)
    sources = gather(rag, "a1", answer)
    page = tree(panel_html(sources))
    assert [spot.state for spot in sources.spots] == ["changed"]
    assert not list(page.iter("mark"))
    assert page.find(".//blockquote").text_content() == answer.citations[0].quote
    assert "has changed since" in page.text_content()


def test_a_removed_article_leaves_its_quote():
    rag = stocked()
    answer = answered("What did Blinken raise about Taiwan Strait peace?", rag)
    rag.remove(SUMMIT.id)
    page = tree(panel_html(gather(rag, "a1", answer)))
    assert "no longer in the index" in page.text_content()
    assert page.find(".//blockquote").get("id") == "a1-1"


def test_without_any_evidence_the_panel_says_so():
    answer = answered("question", FakeRag())
    assert "Nothing in the articles" in panel_html(gather(FakeRag(), "a1", answer))
    assert "Sources" in empty_panel()


def test_nothing_hostile_becomes_an_element():
    rag = FakeRag([HOSTILE])
    answer = answered("zebra escaped zoo", rag)
    sources = gather(rag, "a1", answer)
    allowed = {"body", "div", "p", "span", "button", "pre", "q", "cite", "small"}
    assert {e.tag for e in tree(answer_html(answer, sources)).iter()} <= allowed
    allowed |= {"h2", "h3", "b", "section", "header", "time", "mark"}
    panel = tree(panel_html(sources))
    assert {e.tag for e in panel.iter()} <= allowed
    assert not [e for e in panel.iter() for name in e.attrib if name.startswith("on") or name == "href"]
    for text in (PAYLOAD, MARKDOWN):
        assert tree(question_html(text)).text_content() == text


def test_a_conversation_is_two_messages_an_exchange_and_failures_leave_no_history():
    answer = answered(ACROSS_TWO)
    done, failed = Exchange("a1", "Q1", answer, "<div>A</div>"), Exchange("a2", "Q2", None, "<div>E</div>")
    assert [m["role"] for m in messages([done, failed])] == ["user", "assistant"] * 2
    assert [m["content"] for m in messages([done])] == [question_html("Q1"), "<div>A</div>"]
    assert done.turns() == (Turn("user", "Q1"), Turn("assistant", answer.text))
    assert failed.turns() == ()


def test_an_answer_is_handed_on_with_the_words_that_answer_by_themselves():
    answer = answered(ACROSS_TWO)
    assert Exchange("a1", "Q1", answer).turns()[1].short is None
    first, *others = answer.statements
    shortened = replace(answer, statements=(first, *(replace(other, short="two parts") for other in others)))
    assert Exchange("a1", "Q1", shortened).turns()[1].short == "two parts"


def test_closest_sentences_do_not_appear_beside_an_answer():
    rag = FakeRag([HARVEST])
    answer = answered("Prices of olive oil", rag)
    assert not answer.abstained
    assert [spot.near for spot in gather(rag, "a1", answer).spots] == [False]


# whose words ----------------------------------------------------------------------------------------------------------

TALKS = replace(
    SUMMIT,
    id="talks",
    text="Wang Yi met Ann Holub in Senn for talks on the bridge.\n"
    "“The bridge will be open before the first snow falls on Senn,” Wang said.\n"
    "The old bridge of Senn had been checked twice, police said.",
)


def tags(question, article):
    rag = FakeRag([article])
    answer = answered(question, rag)
    sources = gather(rag, "a1", answer)
    cards = tree(answer_html(answer, sources)).xpath("//div[starts-with(@id, 'card-')]")
    return {
        card.find("q").text_content(): [tag.text_content() for tag in card.find_class("rag-said")] for card in cards
    }


def test_a_card_says_whose_words_a_cited_sentence_is_and_nothing_where_it_is_narration():
    met, quoted, attributed = TALKS.text.split("\n")
    assert tags("When will the bridge be open before first snow falls?", TALKS)[quoted] == ["quote · Wang Yi"]
    assert tags("Was old bridge checked twice?", TALKS)[attributed] == ["attributed · police"]
    assert tags("Whom did Wang Yi meet, Ann Holub?", TALKS)[met] == []


def test_a_card_has_quote_title_outlet_and_day_of_publication():
    rag = stocked()
    answer = answered(ACROSS_TWO, rag)
    card = tree(answer_html(answer, gather(rag, "a1", answer))).get_element_by_id("card-a1-2")
    shown = [card.find(tag).text_content() for tag in ("q", "cite", "small")]
    assert shown == [answer.citations[1].quote, SUMMIT.title, "Example Wire · 19 June 2023"]


def test_a_speaker_is_shown_literally_on_the_card():
    name = "Ann<img\u00a0src=x>\u00a0O’Hara"
    hostile = replace(TALKS, text=f"“The bridge will be open before the snow,” said {name} & Sons_Co.")
    (tag,) = tags("When will the bridge be open before snow?", hostile)[hostile.text]
    assert tag.startswith("quote · ")
    rag = FakeRag([hostile])
    answer = answered("When will the bridge be open before snow?", rag)
    sources = gather(rag, "a1", answer)
    (spot,) = sources.spots
    forged = replace(sources, spots=(replace(spot, speech=Speech("quote", PAYLOAD + MARKDOWN)),))
    markup = answer_html(answer, forged)
    assert PAYLOAD not in markup
    assert tree(markup).find_class("rag-said")[0].text_content() == f"quote · {PAYLOAD}{MARKDOWN}"
    assert not tree(markup).xpath("//img | //script")


def test_a_changed_or_removed_article_and_a_closest_passage_have_no_tag():
    rag = FakeRag([TALKS])
    answer = answered("When will the bridge be open before first snow falls?", rag)
    FakeRag.remove(rag, "talks")
    assert {spot.speech.kind for spot in gather(rag, "a1", answer).spots} == {"narration"}
    rag = FakeRag([TALKS])
    answer = replace(answered("Who police?", rag), abstained=True, evidence=(Evidence("talks", 2, 0.4),))
    assert [spot.speech.kind for spot in gather(rag, "a1", answer).spots] == ["narration"]


@pytest.mark.parametrize(
    ("cited", "label"),
    [
        ((1,), Speech("quote", "Wang Yi")),
        ((1, 1), Speech("quote", "Wang Yi")),
        ((1, 2), Speech("narration")),  # two speakers
        ((0, 1), Speech("narration")),  # not all of it is anyone's words
        ((9,), Speech("narration")),  # the sentences are counted otherwise by now
    ],
)
def test_sentences_cited_together_are_tagged_only_where_one_speaks_them_all(cited, label):
    rag = FakeRag([TALKS])
    answer = answered("When will the bridge be open before first snow falls?", rag)
    answer = replace(answer, citations=(replace(answer.citations[0], sentences=cited),))
    assert gather(rag, "a1", answer).spots[0].speech == label
