from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from rag.answering import compose
from rag.answering.link import text_fragment_link
from rag.types import Article, Passage, PassageInContext, Reading, Sentence


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


def stated(*readings: Reading) -> list[str]:
    statements, _ = compose.state(
        compose.order(compose.with_companions(compose.choose(compose.candidates(list(readings)))))
    )
    return [statement.text for statement in statements]


TALKS = article("talks", "Blinken met Xi in Beijing.", "They spoke for 35 minutes.", "Rain fell on the square.")


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
    groups = compose.order(compose.with_companions(compose.choose(compose.candidates(readings))))
    statements, citations = compose.state(groups)
    texts = {"talks": TALKS[0].text, "other": other[0].text}
    assert 1 <= len(statements) <= compose.MAX_STATEMENTS + 1
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
