from datetime import date

import pytest

from rag.answering.candidates import candidates, confidence, evidence
from rag.answering.compose import state
from rag.types import Article, Evidence, Passage, PassageInContext, Reading, Sentence

TEXT = "Ann spoke. Bo left. Cy stayed."
SPANS = tuple(Sentence("a", n, *span) for n, span in enumerate([(0, 10), (11, 19), (20, 30)]))
STORY = Article("a", "T", TEXT, published=date(2023, 6, 19))


def reading(first: int, *probabilities: float) -> Reading:
    spans = SPANS[first : first + len(probabilities)]
    start, end = spans[0].start, spans[-1].end
    passage = Passage(first, "a", spans[0].ordinal, spans[-1].ordinal, start, end, TEXT[start:end])
    return Reading(PassageInContext(STORY, passage, spans, before=SPANS[max(0, first - 2) : first]), 0.9, probabilities)


def ordinals(*sentences: Sentence | None) -> list[int | None]:
    return [sentence and sentence.ordinal for sentence in sentences]


def test_a_candidate_knows_the_two_sentences_before_it_in_its_article_whatever_its_passage_begins_with():
    last, middle, first = candidates([reading(0, 0.1, 0.2, 0.3)])
    assert ordinals(last.before, last.before_that) == [1, 0]
    assert ordinals(middle.before, middle.before_that) == [0, None]
    assert ordinals(first.before, first.before_that) == [None, None]
    (alone,) = candidates([reading(2, 0.8)])
    assert ordinals(alone.before, alone.before_that) == [1, 0]
    last, middle = candidates([reading(1, 0.1, 0.8)])
    assert ordinals(last.before, last.before_that, middle.before, middle.before_that) == [1, 0, 0, None]


def test_of_two_passages_the_better_reading_counts():
    for readings in ([reading(0, 0.1, 0.1, 0.5), reading(2, 0.8)], [reading(2, 0.8), reading(0, 0.1, 0.1, 0.5)]):
        assert [(c.sentence.ordinal, c.probability) for c in candidates(readings)] == [(2, 0.8), (0, 0.1), (1, 0.1)]


def test_an_article_without_a_date_is_older_than_any():
    undated = Reading(
        PassageInContext(Article("a", "T", TEXT), reading(0, 0.1).context.passage, SPANS), 0.9, (0.1,) * 3
    )
    assert candidates([undated])[0].day == date.min
    assert candidates([reading(0, 0.1)])[0].day == date(2023, 6, 19)


def test_at_most_twenty_sentences_are_reported_as_evidence():
    ranked = candidates([reading(0, 0.1, 0.4, 0.3)])
    assert evidence(ranked) == (Evidence("a", 1, 0.4), Evidence("a", 2, 0.3), Evidence("a", 0, 0.1))
    assert len(evidence(ranked * 7)) == 20


def test_without_passages_nothing_is_sure():
    assert (candidates([]), confidence([])) == ([], 0.0)


def test_a_candidate_has_the_short_answer_that_the_reading_found_in_it():
    text = "They spoke for 35 minutes. It rained."
    cut = [(0, 26), (27, 37)]
    sentences = tuple(Sentence("a", i, *span) for i, span in enumerate(cut))
    context = PassageInContext(Article("a", "Talks", text), Passage(0, "a", 0, 1, 0, 37, text), sentences)
    found = candidates([Reading(context, 0.9, (0.8, 0.1), ((15, 25), None))])
    assert [c.short for c in found] == ["35 minutes", None]
    assert [s.short for s in state([[found[0]]])[0]] == ["35 minutes"]
    assert [c.short for c in candidates([Reading(context, 0.9, (0.8, 0.1))])] == [None, None]


@pytest.mark.parametrize("quote", ["Of the 2024 boats 20 sank.", "Of  the\n2024 boats [3] 20 sank, not 20 more."])
def test_a_statement_knows_where_its_short_answer_stands(quote):
    at = quote.index(" 20 ") + 1
    context = PassageInContext(
        Article("a", "Boats", quote), Passage(0, "a", 0, 0, 0, len(quote), quote), (Sentence("a", 0, 0, len(quote)),)
    )
    (found,) = candidates([Reading(context, 0.9, (0.8,), ((at, at + 2),))])
    ((stated,), _) = state([[found]])
    assert (stated.short, stated.short_at) == ("20", stated.text.index(" 20 ") + 1)
