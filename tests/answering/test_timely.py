import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from rag.answering.compose import candidates, compose
from rag.answering.timely import SPOKEN as SPOKEN_WEIGHT
from rag.answering.timely import timely
from rag.types import Article, Constraints, Passage, PassageInContext, Reading, Sentence

TODAY = date(2024, 3, 8)
TEXT = "The harbour bridge was closed."
SPOKEN = Constraints(as_of=TODAY, recent_to=TODAY, present=TODAY)
AS_OF = Constraints(as_of=TODAY, recent_to=TODAY)


def reading(days: int | None, probability: float = 0.6) -> Reading:
    """Return a reading of an article published so many days before `TODAY`."""
    published = None if days is None else TODAY - timedelta(days)
    article = Article(f"bridge-{days}", "Bridge", TEXT, "The Tern", published=published)
    context = PassageInContext(
        article, Passage(1, article.id, 0, 0, 0, len(TEXT), TEXT), (Sentence(article.id, 0, 0, len(TEXT)),)
    )
    return Reading(context, probability, (probability,))


def read(days: int | None, constraints: Constraints, probability: float = 0.6) -> tuple[float, float]:
    (found,) = timely([reading(days, probability)], constraints)
    return found.relevance, found.sentences[0]


@pytest.mark.parametrize("constraints", [SPOKEN, AS_OF])
def test_the_older_an_article_the_less_it_is_taken_to_tell_of_the_present(constraints: Constraints):
    relevances = [read(days, constraints)[0] for days in (0, 10, 40, 100, 1000)]
    assert relevances == sorted(relevances, reverse=True)
    assert relevances[0] == relevances[1] == pytest.approx(0.6)  # what is fresh is no surer for it
    assert relevances[2] < 0.6
    assert all(read(days, constraints)[0] == read(days, constraints)[1] for days in (0, 40, 1000))


def test_words_that_speak_of_the_present_weigh_more_than_the_day_of_asking_alone():
    assert read(1000, SPOKEN)[0] < read(1000, AS_OF)[0] < 0.6


def test_odds_are_multiplied_so_that_probabilities_stay_within_bounds():
    assert read(5000, SPOKEN, 0.5)[0] == pytest.approx(1 / (1 + math.exp(SPOKEN_WEIGHT)), abs=1e-6)
    assert [read(5000, SPOKEN, p)[0] for p in (0.0, 1.0)] == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("constraints", [Constraints(), Constraints(near=(TODAY, TODAY)), Constraints(until=TODAY)])
def test_a_question_of_no_day_or_of_a_past_time_leaves_readings_as_they_are(constraints: Constraints):
    assert timely([reading(1000)], constraints) == [reading(1000)]


def test_an_article_without_a_date_is_not_doubted():
    assert timely([reading(None)], SPOKEN) == [reading(None)]


@pytest.mark.parametrize(("days", "form"), [(0, "plain"), (31, "plain"), (32, "reported"), (None, "plain")])
def test_an_answer_of_the_present_from_an_older_article_tells_its_day(days: int | None, form: str):
    ranked = candidates([reading(days)])
    assert compose(ranked, "What was closed this week?", SPOKEN).forms == (form,)
    assert compose(ranked, "What was closed?", AS_OF).forms == ("plain",)


def test_a_named_day_is_hardly_told_by_an_article_of_weeks_before_and_a_week_less_strictly():
    yesterday = replace(SPOKEN, near=(TODAY - timedelta(1), TODAY - timedelta(1)))
    week = replace(SPOKEN, near=(TODAY - timedelta(4), TODAY))
    assert read(5, yesterday) == read(5, week) == pytest.approx((0.6, 0.6))
    assert read(400, yesterday)[0] < 0.1 < 0.3 < read(400, week)[0]
    assert read(400, week) == read(400, SPOKEN)
