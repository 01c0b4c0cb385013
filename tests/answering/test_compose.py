from dataclasses import replace
from datetime import date
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering import compose, shares
from rag.answering.leaning import MAX_COMPANIONS
from rag.answering.link import text_fragment_link
from rag.types import Answer, Article, Models, Passage, PassageInContext, Reading, Sentence
from rag.verify import verify
from tests.answering.made import candidate, ids, texts


def article(article_id: str, *sentences: str, url: str | None = None) -> tuple[Article, tuple[Sentence, ...]]:
    text = " ".join(sentences)
    spans, at = [], 0
    for number, sentence in enumerate(sentences):
        spans.append(Sentence(article_id, number, at, at + len(sentence)))
        at += len(sentence) + 1
    return Article(article_id, f"Title of {article_id}", text, url=url, published=date(2023, 6, 19)), tuple(spans)


def reading(made: tuple[Article, tuple[Sentence, ...]], *probabilities: float, relevance: float = 0.9) -> Reading:
    story, spans = made
    passage = Passage(1, story.id, 0, len(spans) - 1, 0, len(story.text), story.text)
    return Reading(PassageInContext(story, passage, spans), relevance, probabilities)


def stated(*readings: Reading, question: str = "What was reported?") -> list[str]:
    composed = compose.compose(compose.candidates(list(readings)), question)
    return [statement.text for statement in compose.state(composed.groups, composed.forms)[0]]


TALKS = article("talks", "Blinken met Xi in Beijing.", "They spoke for 35 minutes.", "Rain fell on the square.")


@pytest.fixture(autouse=True, scope="module")
def plain_shares():
    """Half of the best, and a fifth: what is tested is how shares are used, not what they are tuned to."""
    with mock.patch.multiple(shares, NEAR_BEST=0.5, LEAST=0.2):
        yield


def test_the_best_sentence_leads_and_sentences_far_below_it_are_left_out():
    assert stated(reading(TALKS, 0.5, 0.9, 0.1)) == ["Blinken met Xi in Beijing.", "They spoke for 35 minutes."]
    assert stated(reading(TALKS, 0.9, 0.4, 0.1)) == ["Blinken met Xi in Beijing."]


def test_a_sentence_that_leans_on_the_one_before_it_brings_that_one():
    made = article("lean", "Rudolf is a fellow at Yale.", "He called the visit a positive sign.", "It rained.")
    assert stated(reading(made, 0.1, 0.9, 0.1)) == [
        "Rudolf is a fellow at Yale.",
        "He called the visit a positive sign.",
    ]


def test_the_same_sentence_of_several_outlets_is_one_statement_with_several_citations():
    a = article("a", "The quake killed at least 5 people in Hatay on Monday.")
    b = article("b", "The quake killed at least 5 people in Hatay Monday.")
    c = article("c", "The quake killed at least 7 people in Hatay on Monday.")
    groups = compose.choose(compose.candidates([reading(a, 0.9), reading(b, 0.8), reading(c, 0.7)]))
    statements, citations = compose.state(groups)
    assert [s.citations for s in statements] == [(1, 2), (3,)]  # other figures are another statement
    assert [citation.article_id for citation in citations] == ["a", "b", "c"]
    assert compose.answer_text(statements) == (
        "The quake killed at least 5 people in Hatay on Monday. [1][2] "
        "The quake killed at least 7 people in Hatay on Monday. [3]"
    )


def test_a_sentence_of_two_overlapping_passages_counts_once_at_its_better_reading():
    ranked = compose.candidates([reading(TALKS, 0.2, 0.3, 0.1), reading(TALKS, 0.1, 0.8, 0.2)])
    assert [(c.sentence.ordinal, c.probability) for c in ranked] == [(1, 0.8), (0, 0.2), (2, 0.2)]


def test_ties_go_to_the_article_id_and_then_to_reading_order():
    a, b = article("a", "One fact stands here.", "Another fact here."), article("b", "A third fact is here.")
    ranked = compose.candidates([reading(b, 0.5), reading(a, 0.5, 0.5)])
    assert [c.key for c in ranked] == [("a", 0), ("a", 1), ("b", 0)]


def test_boilerplate_is_never_stated():
    made = article("b", "Reuters contributed to this report", "The talks ended on Monday.")
    assert stated(reading(made, 0.99, 0.6)) == ["The talks ended on Monday."]


def test_what_looks_like_a_marker_or_scraping_debris_is_not_shown_but_stays_in_the_quote():
    made = article("wiki", "It turned cold,[12] Blinken said. .")
    statements, citations = compose.state(compose.choose(compose.candidates([reading(made, 0.9)])))
    assert statements[0].text == "It turned cold, Blinken said."
    assert citations[0].quote == "It turned cold,[12] Blinken said. ."


def test_a_stop_that_scraping_left_before_a_comma_is_not_shown():
    assert compose.display_text("It is held in November. , said Rudolf.") == "It is held in November, said Rudolf."


def test_an_abstention_names_what_no_article_mentions():
    assert compose.abstention_text([]) == "The articles don't say."
    assert compose.abstention_text(["Brazil"]) == "The articles don't say: no article mentions Brazil."
    assert compose.abstention_text(["A", "B", "C"]) == "The articles don't say: no article mentions A, B or C."


def test_confidence_is_the_relevance_of_the_best_passage():
    assert compose.confidence([]) == 0.0
    assert compose.confidence([reading(TALKS, 0, 0, 0, relevance=0.2), reading(TALKS, 0, 0, 0, relevance=0.7)]) == 0.7


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_every_citation_is_a_slice_of_its_article(first: list[float], second: list[float]):
    other = article("other", "Qin spoke with Blinken for seven hours.", "But they agreed on little.")
    readings = [reading(TALKS, *first), reading(other, *second)]
    composed = compose.compose(compose.candidates(readings), "What did Blinken say, and how long did they talk?")
    statements, citations = compose.state(composed.groups, composed.forms)
    texts = {"talks": TALKS[0].text, "other": other[0].text}
    assert 1 <= len(statements) <= shares.MAX_STATEMENTS + MAX_COMPANIONS
    assert [c.number for c in citations] == list(range(1, len(citations) + 1))
    assert all(texts[c.article_id][c.start : c.end] == c.quote for c in citations)
    assert sorted(n for s in statements for n in s.citations) == [c.number for c in citations]


def test_a_link_names_a_short_quote_whole_and_a_long_one_by_its_ends():
    assert text_fragment_link("https://a.org/x#y", "Well-known, he said.") == (
        "https://a.org/x#y:~:text=Well%2Dknown%2C%20he%20said."
    )
    long = "one two three four five six seven eight nine ten"
    assert text_fragment_link("https://a.org/x", long) == (
        "https://a.org/x#:~:text=one%20two%20three%20four,seven%20eight%20nine%20ten"
    )
    assert text_fragment_link("javascript:alert(1)", "x") is None
    assert text_fragment_link(None, "x") is None


def test_what_no_address_may_hold_is_escaped_in_a_link():
    link = text_fragment_link('https://ex.org/"><script>alert(3)</script>?a=b&c=%20é', "Rain fell.")
    assert link == "https://ex.org/%22%3E%3Cscript%3Ealert(3)%3C/script%3E?a=b&c=%20%C3%A9#:~:text=Rain%20fell."


def answered(question: str, *ranked: compose.Candidate) -> list[str]:
    """Return the statements with the articles cited for each: "… [a b]"."""
    composed = compose.compose(sorted(ranked, key=lambda c: -c.probability), question)
    statements, citations = compose.state(composed.groups, composed.forms)
    held = {citation.number: citation.article_id for citation in citations}
    return [f"{s.text} [{' '.join(held[n] for n in s.citations)}]" for s in statements]


def test_a_further_sentence_is_stated_from_a_share_of_the_best_one_and_a_least_probability_on():
    best = candidate("a", "The dam broke.", p=0.8)
    near, below = 0.8 * shares.NEAR_BEST, 0.8 * shares.NEAR_BEST - 0.01
    assert ids(compose.choose([best, candidate("b", "The ferry sank.", p=near)])) == [["a"], ["b"]]
    assert ids(compose.choose([best, candidate("b", "The ferry sank.", p=below)])) == [["a"]]
    unsure = candidate("a", "The dam broke.", p=shares.LEAST)
    assert ids(compose.choose([unsure, candidate("b", "The ferry sank.", p=shares.LEAST - 0.01)])) == [["a"]]
    assert compose.choose([]) == []


def test_at_most_three_sentences_are_chosen():
    ranked = [
        candidate(name, f"The {thing} broke.", p=0.8)
        for name, thing in (("a", "dam"), ("b", "bus"), ("c", "car"), ("d", "toy"))
    ]
    assert ids(compose.choose(ranked)) == [["a"], ["b"], ["c"]]


def test_a_copy_too_improbable_to_be_stated_is_cited_for_the_first_sentence_only():
    dam, bus = "The dam at Oke broke at noon.", "The bus to Ostley was late."
    ranked = [candidate("a", dam, p=0.8), candidate("b", bus, p=0.8), *(
        candidate(name, text, p=0.8 * shares.COPY) for name, text in (("c", "OKE — " + dam), ("d", "OSTLEY — " + bus))
    )]  # fmt: skip
    below_near = [*ranked[:2], *(replace(c, probability=0.8 * shares.COPY) for c in ranked[2:])]
    with mock.patch.object(shares, "NEAR_BEST", shares.COPY + 0.1):
        assert ids(compose.choose(below_near)) == [["a", "c"], ["b"]]
    too_low = replace(ranked[2], probability=0.8 * shares.COPY - 0.01)
    assert ids(compose.choose([*ranked[:2], too_low])) == [["a"], ["b"]]


def test_a_copy_in_the_same_article_is_not_cited_twice():
    assert ids(compose.choose([candidate("a", "The dam broke.", p=0.8), candidate("a", "The dam broke .", p=0.7)])) == [
        ["a"]
    ]


def test_one_fact_from_three_outlets_is_one_statement_that_says_so():
    fact = "The ferry fire hurt 12 people on Saturday."
    assert answered(
        "What happened on the ferry?",
        candidate("a", fact, p=0.9, source="AP"),
        candidate("b", "PORT SENN — " + fact, p=0.7, source="BBC"),
        candidate("c", "The ferry fire hurt 12 people, officials said.", p=0.6, source="CNN"),
    ) == [fact + " (3 outlets) [a b c]"]


def test_contradicting_figures_stand_side_by_side_newest_first_with_their_days():
    assert answered(
        "How many people did the ferry fire hurt?",
        candidate("old", "The ferry fire hurt 12 people.", p=0.9, day=3),
        candidate("new", "The ferry fire hurt 19 people.", p=0.5, day=16),
        candidate("mid", "The ferry fire hurt 17 people.", p=0.8, day=4),
    ) == [
        "The ferry fire hurt 19 people. (reported 16 Jun 2023) [new]",
        "The ferry fire hurt 17 people. (reported 4 Jun 2023) [mid]",
    ]


def test_contradicting_figures_of_one_day_stand_side_by_side_with_their_outlets():
    assert answered(
        "How many people did the ferry fire hurt?",
        candidate("a", "The ferry fire hurt 12 people.", p=0.9, source="Daily Post"),
        candidate("b", "The ferry fire hurt 19 people.", p=0.8, source="Ostley Times"),
    ) == [
        "The ferry fire hurt 12 people. (reported 1 Jun 2023 by Daily Post) [a]",
        "The ferry fire hurt 19 people. (reported 1 Jun 2023 by Ostley Times) [b]",
    ]


def test_agreeing_figures_are_one_statement_without_a_day():
    assert answered(
        "How many people did the ferry fire hurt?",
        candidate("a", "The ferry fire hurt 12 people.", p=0.9, day=3),
        candidate("b", "In all 12 people were hurt in the fire.", p=0.8, day=4),
    ) == ["The ferry fire hurt 12 people. [a b]"]


def test_each_part_of_a_question_is_answered_from_the_article_that_has_it():
    assert answered(
        "Who resigned and why was the alarm late?",
        candidate("a", "Piet Lovelock resigned as chief executive.", p=0.9),
        candidate("b", "The alarm was late because an officer switched it off.", p=0.3),
        candidate("c", "The ferry sails again.", p=0.35),
    ) == [
        "Piet Lovelock resigned as chief executive. [a]",
        "The alarm was late because an officer switched it off. [b]",
    ]


def test_what_happened_after_is_answered_by_a_dated_timeline():
    assert answered(
        "What happened after the theft of the Salt Gatherers?",
        candidate("back", "The Salt Gatherers hangs in the museum again.", p=0.6, day=22),
        candidate("theft", "The theft of the Salt Gatherers was found at dawn.", p=0.5, day=11),
        candidate("arrest", "Police arrested a guard over the Salt Gatherers.", p=0.3, day=14),
    ) == [
        "11 Jun 2023: The theft of the Salt Gatherers was found at dawn. [theft]",
        "14 Jun 2023: Police arrested a guard over the Salt Gatherers. [arrest]",
        "22 Jun 2023: The Salt Gatherers hangs in the museum again. [back]",
    ]


def test_where_no_course_of_events_is_reported_the_question_is_answered_as_any_other():
    theft = candidate("theft", "The theft of the Salt Gatherers was found at dawn.", p=0.5, day=11)
    assert answered("What happened after the theft?", theft) == [theft.text + " [theft]"]


strict_shares = mock.patch.multiple(shares, NEAR_BEST=0.3, OTHER_ARTICLE=0.8, OF_KIND=0.6, NOT_OF_KIND=1.01)


@strict_shares
def test_a_further_sentence_of_another_article_needs_more_than_one_of_the_same():
    dam = candidate("a", "The dam at Oke broke.", p=0.9)
    same, other = (candidate(name, "A bus was late.", p=0.9 * shares.OTHER_ARTICLE - 0.01) for name in "ab")
    asked = "What happened at Oke?"
    assert answered(asked, dam, same) == [f"{dam.text} [a]", f"{same.text} [a]"]
    assert answered(asked, dam, other) == [f"{dam.text} [a]"]
    assert len(answered(asked, dam, replace(other, probability=0.9 * shares.OTHER_ARTICLE))) == 2
    with mock.patch.object(shares, "OTHER_ARTICLE", 0):
        assert len(answered(asked, dam, other)) == 2


def test_a_newer_report_of_the_state_of_another_article_needs_no_more_than_to_lead():
    old = candidate("a", "The strike goes on.", p=0.9, day=3)
    new = candidate("b", "The miners went back to work.", p=0.9 * shares.OLDER, day=8)
    assert answered("What is the latest on the strike?", old, new) == [
        "The miners went back to work. (reported 8 Jun 2023) [b]",
        "The strike goes on. (reported 3 Jun 2023) [a]",
    ]


@strict_shares
def test_where_a_few_words_answer_a_further_sentence_holds_some_and_is_probable():
    first = candidate("a", "Piet Lovelock signed the deed.", p=0.9)
    holds, lacks = candidate("a", "So did Nora Pell.", p=0.9 * shares.OF_KIND), candidate("a", "It was wet.", p=0.9)
    asked = "Who signed the deed?"
    assert answered(asked, first, holds, lacks) == [f"{first.text} [a]", f"{holds.text} [a]"]
    assert len(answered(asked, first, replace(holds, probability=holds.probability - 0.01))) == 1
    with mock.patch.multiple(shares, OF_KIND=0, NOT_OF_KIND=0):
        assert len(answered(asked, first, replace(holds, probability=holds.probability - 0.01), lacks)) == 3


def test_the_best_sentence_leads_and_the_others_follow_in_reading_order():
    b2, a1 = candidate("b", "One fell.", "The bus was late.", p=0.7), candidate("a", "The dam broke.", p=0.8)
    b1 = candidate("b", "The ferry sank.", p=0.6)
    assert texts(compose.order([[a1], [b2], [b1]])) == [[a1.text], [b1.text], [b2.text]]
    assert compose.order([]) == []


ENDINGS = st.sampled_from(["12 people.", "17 people.", "nobody.", "his mother, he said."])
STORIES = st.lists(
    st.tuples(ENDINGS, st.floats(0, 1), st.integers(1, 28), st.sampled_from("ABC")), min_size=1, max_size=8
)
QUESTIONS = st.sampled_from(["How many were hurt?", "What happened after the fire?", "Who was hurt and when?", "So?"])


@given(STORIES, QUESTIONS)
def test_every_answer_composed_passes_the_check_of_its_wording(
    stories: list[tuple[str, float, int, str]], question: str
):
    ranked = [
        candidate(f"a{n}", "Ann Holub saw the fire.", f"The ferry fire hurt {ending}", p=p, day=day, source=source)
        for n, (ending, p, day, source) in enumerate(stories)
    ]
    ranked.sort(key=lambda c: (-c.probability, c.key))
    composed = compose.compose(ranked, question)
    statements, citations = compose.state(composed.groups, composed.forms)
    text = compose.answer_text(statements)
    answer = Answer(question, question, None, text, False, 0.9, statements, citations, (), 1, Models("e", "m"))
    assert verify(answer, Shelf(ranked)).ok


class Shelf:
    """An index of the candidates' articles."""

    def __init__(self, ranked: list[compose.Candidate]) -> None:
        self._held = {c.article.id: c for c in ranked}

    def article(self, id_or_url: str) -> Article:
        return self._held[id_or_url].article

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        held = self._held[article_id]
        assert held.before is not None
        return held.before, held.sentence


QUOTED = (
    "The hall fell silent.",
    "“We will rebuild the pier.",
    "It is ours,” Holub said.",
    "“Nobody left,” Brenn said.",
)


def whole(
    made: tuple[Article, tuple[Sentence, ...]], *probabilities: float
) -> tuple[list[tuple[str, list[int]]], bool]:
    """Return each statement with the ordinals it cites, and whether the answer passes the check."""
    composed = compose.compose(compose.candidates([reading(made, *probabilities)]), "What will be rebuilt?")
    composed = compose.with_whole_quotations(composed, lambda _: made[1])
    statements, citations = compose.state(composed.groups, composed.forms)
    text = compose.answer_text(statements)
    answer = Answer("q", "q", None, text, False, 0.9, statements, citations, (), 1, Models("e", "m"))
    held = mock.Mock(article=lambda _: made[0], sentences=lambda _: made[1])
    cited = {c.number: c.sentences[0] for c in citations}
    return [(s.text, [cited[n] for n in s.citations]) for s in statements], verify(answer, held).ok


@pytest.mark.parametrize("lead", [1, 2])
def test_of_a_quotation_that_a_statement_would_cut_every_sentence_is_stated_in_order_with_its_own_citation(lead):
    probabilities = [0.9 if at == lead else 0.1 for at in range(4)]
    assert whole(article("q", *QUOTED), *probabilities) == (
        [("“We will rebuild the pier.", [1]), ("It is ours,” Holub said.", [2])],
        True,
    )


def test_what_a_whole_quotation_has_in_it_is_not_stated_again():
    assert whole(article("q", *QUOTED), 0.1, 0.9, 0.8, 0.7) == (
        [("“We will rebuild the pier.", [1]), ("It is ours,” Holub said.", [2]), ("“Nobody left,” Brenn said.", [3])],
        True,
    )


def test_a_quotation_is_not_brought_whole_where_a_part_of_it_is_stated_already():
    made = article("q", "“We will rebuild.", "The pier is ours.", "It stays,” Holub said.")
    assert whole(made, 0.1, 0.9, 0.8) == ([("The pier is ours.", [1]), ("It stays,” Holub said.", [2])], True)


def test_a_sentence_whose_quotations_begin_and_end_in_it_is_stated_alone():
    assert whole(article("q", *QUOTED), 0.1, 0.1, 0.1, 0.9) == ([("“Nobody left,” Brenn said.", [3])], True)
    assert whole(article("q", *QUOTED), 0.9, 0.1, 0.1, 0.1) == ([("The hall fell silent.", [0])], True)
