"""A wire story in several outlets, and another report of the same event, in a real index."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from rag.answer_json import answer_from_json, answer_to_json
from rag.answering.candidates import candidates
from rag.answering.compose import compose, state
from rag.answering.stories import stories_of, with_copies
from rag.api import Rag
from rag.llm.sources import numbered
from rag.settings import Settings
from rag.types import Answer, Article, Citation, Constraints, Passage, PassageInContext, Reading
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.index.test_copies import OTHER_WORDS, WIRE, sentences, trimmed

QUOTED = "Nobody told us anything for a quarter of an hour."
CURLED = re.sub(r'"([^"]*)"', r"“\1”", WIRE)
LED = "The ferry company says its alarm was given at once, and the ministry has closed the line until further notice. "


def told(name: str, text: str, day: int | None, title: str = "Fire on ferry injures people", **fields: str) -> Article:
    published = None if day is None else date(2024, 2, day)
    return Article(name.lower(), title, text, name, f"https://{name.lower()}.example/1", (), published, **fields)


AGENCY = told("Agency", " ".join(WIRE.split()), 4)
MORNING = told("Morning", " ".join(CURLED.removeprefix("PORT SENN — ").split()), 5)
BRIEF = told("Brief", trimmed(WIRE, 6), 4, "Ferry passengers hurt in fire")
EVENING = told("Evening", LED + " ".join(WIRE.replace("injuring 12", "injuring 17").split()), 6)
OWN = told("Own", OTHER_WORDS + " A fire broke out on Saturday morning on the car deck, injuring 12 people.", 5)
COPIES = (EVENING, MORNING, AGENCY, BRIEF)


@pytest.fixture(scope="module")
def rag(tmp_path_factory: pytest.TempPathFactory) -> Rag:
    made = Rag(Settings(index=tmp_path_factory.mktemp("stories") / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    made.add_articles([*COPIES, OWN])
    return made


def asked(rag: Rag, question: str = "How long did nobody tell us anything?", **filters: object) -> Answer:
    return rag.ask(question, **filters)  # type: ignore[arg-type]


def cited(answer: Answer, quote: str) -> list[Citation]:
    return [citation for citation in answer.citations if quote in citation.quote]


def test_a_sentence_of_several_copies_is_cited_once_from_the_first_and_names_the_others(rag: Rag) -> None:
    answer = asked(rag)
    (citation,) = cited(answer, QUOTED)
    assert citation.article_id == "agency"  # of the two of that day the longer
    assert citation.story == "agency"
    assert [(copy.article_id, copy.source) for copy in citation.also] == [
        ("brief", "Brief"),
        ("morning", "Morning"),
        ("evening", "Evening"),
    ]
    assert (
        citation.also[0].link
        == "https://brief.example/1#:~:text=%22Nobody%20told%20us%20anything,quarter%20of%20an%20hour.%22"
    )
    assert rag.verify(answer).ok


def test_copies_that_the_asker_does_not_allow_are_not_named(rag: Rag) -> None:
    (citation,) = cited(asked(rag, as_of="2024-02-05"), QUOTED)
    assert [copy.article_id for copy in citation.also] == ["brief", "morning"]
    (citation,) = cited(asked(rag, sources=["Evening", "Brief"]), QUOTED)
    assert (citation.article_id, [copy.article_id for copy in citation.also]) == ("brief", ["evening"])


def test_the_form_of_an_answer_is_as_it_was(rag: Rag) -> None:
    answer = asked(rag)
    form = answer_to_json(answer)
    assert not {"also", "story"} & {key for citation in form["citations"] for key in citation}
    assert answer_to_json(answer_from_json(form)) == form
    assert rag.verify(answer_from_json(form)).ok


def test_a_claim_is_supported_by_a_story_once(rag: Rag) -> None:
    found = rag.support("Nobody told us anything for a quarter of an hour.")
    assert found.verdict == "supported"
    assert [c.article_id for c in found.citations if QUOTED in c.quote] == ["agency"]
    assert [copy.source for c in found.citations if QUOTED in c.quote for copy in c.also] == [
        "Brief",
        "Morning",
        "Evening",
    ]


def read(rag: Rag, sentence: str, *articles: Article) -> list[Reading]:
    """Return readings of whole articles in which only the sentences with these words are evidence."""
    out = []
    for at, article in enumerate(articles):
        spans = rag.sentences(article.id)
        passage = Passage(at, article.id, 0, len(spans) - 1, 0, len(article.text), article.text)
        found = tuple(0.9 - 0.1 * at if sentence in article.text[s.start : s.end] else 0.0 for s in spans)
        out.append(Reading(PassageInContext(article, passage, spans), 0.9, found))
    return out


def stated(rag: Rag, readings: list[Reading], question: str) -> tuple[list[str], list[list[str]]]:
    composed = compose(candidates(readings, stories_of(readings, rag.snapshot())), question)
    statements, citations = state(composed.groups, composed.forms)
    by_number = {citation.number: citation.article_id for citation in citations}
    return [s.text for s in statements], [[by_number[n] for n in s.citations] for s in statements]


def test_copies_are_not_counted_as_outlets_that_report_a_fact(rag: Rag) -> None:
    readings = read(rag, "Two tugs brought the ship back", EVENING, MORNING, AGENCY)
    assert stated(rag, readings, "What brought the ship back?") == (
        ["Two tugs brought the ship back to the harbour by noon."],
        [["agency"]],
    )
    readings = read(rag, "A fire broke out on Saturday morning", MORNING, OWN, AGENCY)
    texts, ids = stated(rag, readings, "How many people did the fire injure?")
    assert ids == [["agency", "own"]]
    assert "outlets" not in texts[0]


def test_a_copy_with_another_figure_keeps_its_own_sentence_and_is_not_cited_beside_the_first(rag: Rag) -> None:
    readings = read(rag, "A fire broke out on Saturday morning", AGENCY, EVENING)
    texts, ids = stated(rag, readings, "How many people were injured in the fire?")
    assert ids == [["evening"], ["agency"]]  # the newer figure leads, as between any two reports
    assert "injuring 17" in texts[0]


def test_a_language_model_is_shown_a_sentence_of_a_story_once(rag: Rag) -> None:
    readings = read(rag, QUOTED, MORNING, AGENCY, BRIEF)
    sources = numbered(readings, stories_of(readings, rag.snapshot()))
    assert len(sources) == len(rag.sentences("agency"))
    assert {source.article.id for source in sources} == {"agency"}
    assert len(numbered(readings)) == sum(len(rag.sentences(a.id)) for a in (MORNING, AGENCY, BRIEF))


def test_without_stories_every_article_is_its_own(rag: Rag) -> None:
    readings = read(rag, QUOTED, MORNING, AGENCY)
    assert {c.teller for c in candidates(readings)} == {"morning", "agency"}
    assert len([c for c in candidates(readings) if QUOTED in c.text]) == 2


@pytest.mark.parametrize(
    ("constraints", "allowed"),
    [
        (Constraints(), ["agency", "undated"]),
        (Constraints(as_of=date(2024, 2, 4)), ["agency"]),
        (Constraints(until=date(2024, 2, 3)), []),
        (Constraints(since=date(2024, 2, 4)), ["agency"]),
        (Constraints(since=date(2024, 2, 5)), []),
        (Constraints(sources=("AGENCY",)), ["agency"]),
        (Constraints(sources=("Nobody",)), []),
    ],
    ids=str,
)
def test_what_the_asker_allows(constraints: Constraints, allowed: list[str]) -> None:
    undated = Article("undated", "", "Text.")
    assert [article.id for article in (AGENCY, undated) if constraints.allow(article)] == allowed


def test_a_sentence_that_a_copy_left_out_is_not_said_to_be_in_it(rag: Rag) -> None:
    last = sentences(" ".join(WIRE.split()))[-1]
    at = AGENCY.text.index(last)
    citation = Citation(1, "agency", "", "Agency", None, None, (0,), at, at + len(last), last, AGENCY.digest, 1.0, None)
    (told_of,) = with_copies([citation], rag.snapshot())
    assert [copy.article_id for copy in told_of.also] == ["morning", "evening"]


def test_an_older_index_answers_and_names_no_copies(rag: Rag, tmp_path: Path) -> None:
    lone = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    lone.add_articles([AGENCY])
    (citation,) = cited(asked(lone), QUOTED)
    assert (citation.story, citation.also) == ("agency", ())
