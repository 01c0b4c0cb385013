from __future__ import annotations

from datetime import date

from rag.retrieval import constrain
from rag.types import Article, Constraints

TODAY = date(2026, 3, 4)


class Archive:
    """An index as `constrain` sees it: its articles by day, newest first."""

    def __init__(self, *days):
        self.days = sorted((day for day in days if day), reverse=True) + [None for day in days if not day]

    def articles(self, *, query=None, offset=0, limit=None):
        articles = [Article(str(n), "", "x", published=day) for n, day in enumerate(self.days)]
        return articles[offset : None if limit is None else offset + limit]


FRESH = Archive(date(2026, 3, 3), date(2020, 1, 1), None)
OLD = Archive(date(2023, 6, 20), date(2020, 1, 1), None)


def test_this_week_is_counted_from_the_as_of_day():
    given = Constraints(as_of=date(2022, 2, 9), sources=("cnn.com",))
    assert constrain("Who resigned this week?", given, FRESH, TODAY) == Constraints(
        as_of=date(2022, 2, 9),
        sources=("cnn.com",),
        recent_to=date(2022, 2, 9),
        present=date(2022, 2, 9),
        near=(date(2022, 2, 7), date(2022, 2, 9)),
    )


def test_this_week_is_counted_from_today_where_the_index_is_fed():
    assert constrain("Who resigned this week?", Constraints(), FRESH, TODAY).recent_to == TODAY


def test_this_week_is_counted_from_the_newest_article_of_an_archive():
    week = (date(2023, 6, 19), date(2023, 6, 20))
    expected = Constraints(recent_to=date(2023, 6, 20), present=date(2023, 6, 20), near=week)
    assert constrain("Who resigned this week?", Constraints(), OLD, TODAY) == expected


def test_an_article_dated_in_the_future_makes_no_archive_fresh():
    week = "Who resigned this week?"
    index = Archive(date(2031, 1, 1), date(2030, 1, 1), date(2023, 6, 20))
    assert constrain(week, Constraints(), index, TODAY).present == date(2023, 6, 20)
    assert constrain(week, Constraints(), Archive(*[date(2031, 1, 1)] * 30), TODAY).present == TODAY


def test_the_present_is_no_later_than_what_may_be_used():
    given = Constraints(until=date(2010, 12, 31))
    assert constrain("Who is the current premier?", given, FRESH, TODAY).present == date(2010, 12, 31)
    assert constrain("Who is the current premier?", Constraints(until=date(2031, 1, 1)), FRESH, TODAY).present == TODAY


def test_an_index_counts_as_an_archive_after_31_days():
    week = "Who resigned this week?"
    assert constrain(week, Constraints(), Archive(date(2026, 2, 1)), TODAY).recent_to == TODAY
    assert constrain(week, Constraints(), Archive(date(2026, 1, 31)), TODAY).recent_to == date(2026, 1, 31)


def test_an_index_without_articles_or_dates_is_asked_today():
    for index in (Archive(), Archive(None)):
        assert constrain("Who resigned this week?", Constraints(), index, TODAY).recent_to == TODAY


def test_with_an_as_of_day_a_question_without_words_for_time_prefers_the_newest_articles():
    given = Constraints(as_of=date(2022, 2, 9))
    assert constrain("Who resigned?", given, FRESH, TODAY) == Constraints(
        as_of=date(2022, 2, 9), recent_to=date(2022, 2, 9)
    )


def test_with_an_as_of_day_a_question_about_another_time_prefers_that_time_alone():
    given = Constraints(as_of=date(2022, 2, 9))
    assert constrain("Who resigned in May 2021?", given, FRESH, TODAY) == Constraints(
        as_of=date(2022, 2, 9), near=(date(2021, 5, 1), date(2021, 5, 31))
    )


def test_a_question_without_words_for_time_changes_nothing():
    assert constrain("What did Blinken raise?", Constraints(), FRESH, TODAY) == Constraints()
    given = Constraints(since=date(2021, 1, 1), sources=("cnn.com",))
    assert constrain("What did Blinken raise?", given, FRESH, TODAY) == given


def test_a_time_of_publication_in_the_question_filters_unless_a_filter_is_given():
    question = "Which articles from May 2021 mention Xi?"
    may = Constraints(since=date(2021, 5, 1), until=date(2021, 5, 31))
    assert constrain(question, Constraints(), FRESH, TODAY) == may
    for given in (Constraints(since=date(2020, 1, 1)), Constraints(until=date(2020, 1, 1))):
        assert constrain(question, given, FRESH, TODAY) == given


def test_the_present_is_not_asked_about_where_a_past_time_is_named_too():
    given = Constraints(as_of=date(2022, 2, 9))
    assert constrain("Who leads the council now?", given, FRESH, TODAY).present == date(2022, 2, 9)
    assert constrain("Who won on Tuesday?", given, FRESH, TODAY).present == date(2022, 2, 9)
    assert constrain("Who led the council in 2019, and who won?", given, FRESH, TODAY).present is None
    assert constrain("Who was then the latest to leave in 2019?", given, FRESH, TODAY).present is None


def test_preferences_given_win_over_those_of_the_question():
    given = Constraints(recent_to=date(2019, 1, 1), near=(date(2018, 1, 1), date(2018, 2, 1)))
    assert constrain("Who resigned this week?", given, FRESH, TODAY) == given


def test_today_is_the_machines_day_by_default():
    assert constrain("Who resigned today?", Constraints(), Archive(), None).recent_to == date.today()
