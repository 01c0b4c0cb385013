"""Questions and what they say of time, each as asked on Tuesday 20 June 2023."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import dateparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval import TimeReading, understand_time
from rag.retrieval.when import MAX_READ

ASKED_ON = date(2023, 6, 20)


def day(text: str) -> date:
    return date.fromisoformat(text)


def period(text: str) -> tuple[date, date]:
    first, _, last = text.partition("..")
    return day(first), day(last or first)


EVENTS = [  # question, phrase read, days preferred
    ("What happened on 19 June?", "19 June", "2023-06-19"),
    ("What happened on the 19th of June?", "the 19th of June", "2023-06-19"),
    ("What happened on June 19?", "June 19", "2023-06-19"),
    ("What happened on June 19th, 2023?", "June 19th, 2023", "2023-06-19"),
    ("What was said on Monday, June 19, 2023, in Beijing?", "Monday, June 19, 2023", "2023-06-19"),
    ("What happened on 19 June 2023?", "19 June 2023", "2023-06-19"),
    ("What happened on 2023-06-19?", "2023-06-19", "2023-06-19"),
    ("What happened on 19/06/2023?", "19/06/2023", "2023-06-19"),
    ("What happened on 06/19/2023?", "06/19/2023", "2023-06-19"),
    ("What happened on 06/05/2023?", "06/05/2023", "2023-05-06..2023-06-05"),  # either way round
    ("What did they say on Nov 3?", "Nov 3", "2022-11-03"),
    ("What did they say on 5 July?", "5 July", "2022-07-05"),  # the newest, not the next
    ("Who was born on 29 February?", "29 February", "2020-02-29"),
    ("What happened in June 2023?", "June 2023", "2023-06-01..2023-06-20"),  # not after the day of asking
    ("what happened in may 2022?", "may 2022", "2022-05-01..2022-05-31"),
    ("What was said in Nov. 2022?", "Nov. 2022", "2022-11-01..2022-11-30"),
    ("What happened in May?", "May", "2023-05-01..2023-05-31"),
    ("what happened in may?", "may", "2023-05-01..2023-05-31"),
    ("what happened in june", "june", "2023-06-01..2023-06-20"),
    ("What happened in August?", "August", "2022-08-01..2022-08-31"),
    ("What happened in Sept?", "Sept", "2022-09-01..2022-09-30"),
    ("What happened last June?", "last June", "2022-06-01..2022-06-30"),
    ("What happened after the November election?", "November", "2022-12-01..2023-06-20"),
    ("Who won the 2022 World Cup?", "2022", "2022-01-01..2022-12-31"),
    ("What happened in 1989?", "1989", "1989-01-01..1989-12-31"),
    ("Why may 2023 be the hottest year?", "2023", "2023-01-01..2023-06-20"),
    ("Which book published in 1997 was banned?", "1997", "1997-01-01..1997-12-31"),
    ("How many murders were reported in 2022?", "2022", "2022-01-01..2022-12-31"),
    ("Which of the 2022-23 budgets passed?", "2022-23", None),  # too long a time to tell articles apart
    ("What has Blinken said since March?", "March", "2023-03-01..2023-06-20"),
    ("What changed after 1 May 2023?", "1 May 2023", "2023-05-02..2023-06-20"),
    ("What was agreed between May and July 2022?", "May and July 2022", "2022-05-01..2022-07-31"),
    ("What was agreed between May and June?", "May and June", "2023-05-01..2023-06-20"),
    ("What happened from December to February 2023?", "December to February 2023", "2022-12-01..2023-02-28"),
    ("Who met from 12 June to 15 June 2023?", "12 June to 15 June 2023", "2023-06-12..2023-06-15"),
    ("How did rents change from 2021 to 2022?", "2021 to 2022", None),
    ("What happened in the first half of 2022?", "first half of 2022", "2022-01-01..2022-06-30"),
    ("What happened in Q1 2023?", "Q1 2023", "2023-01-01..2023-03-31"),
    ("What happened in the second quarter of 2022?", "second quarter of 2022", "2022-04-01..2022-06-30"),
    ("What happened in early 2023?", "early 2023", "2023-01-01..2023-04-30"),
    ("What happened in mid-2022?", "mid-2022", "2022-05-01..2022-08-31"),
    ("What happened late last year?", "late last year", "2022-09-01..2022-12-31"),
    ("What happened in the summer of 2022?", "summer of 2022", "2022-06-01..2022-08-31"),
    ("What happened last winter?", "last winter", "2022-12-01..2023-02-28"),
    ("What happened last year?", "last year", "2022-01-01..2022-12-31"),
    ("What happened 20 years ago?", "20 years ago", "2003-01-01..2003-12-31"),
    ("What happened over the past year?", "over the past year", "2022-06-20..2023-06-20"),
]
RECENT_EVENTS = [  # as above, and the question speaks of the present
    ("What happened last week?", "last week", "2023-06-12..2023-06-18"),
    ("What happened this week?", "this week", "2023-06-19..2023-06-20"),
    ("What's in the news this week?", "this week", "2023-06-19..2023-06-20"),
    ("What happened yesterday?", "yesterday", "2023-06-19"),
    ("Yesterday someone resigned. Who?", "Yesterday", "2023-06-19"),
    ("What is happening today?", "today", "2023-06-20"),
    ("What is today's headline?", "today", "2023-06-20"),
    ("Who spoke this morning?", "this morning", "2023-06-20"),
    ("Who spoke last night?", "last night", "2023-06-19..2023-06-20"),
    ("What was announced this month?", "this month", "2023-06-01..2023-06-20"),
    ("What is this year's theme?", "this year", "2023-01-01..2023-06-20"),
    ("How many died over the past three days?", "over the past three days", "2023-06-17..2023-06-20"),
    ("What happened during the last 24 hours?", "during the last 24 hours", "2023-06-19..2023-06-20"),
    ("How many goals has he scored so far this year?", "so far this year", "2023-01-01..2023-06-20"),
    ("What happened last Monday?", "last Monday", "2023-06-19"),
    ("What happened on Monday?", "Monday", "2023-06-19"),
    ("Which network failed Wednesday?", "Wednesday", "2023-06-14"),
    ("What did Tuesday's ruling say?", "Tuesday", "2023-06-20"),
    ("What happened last Tuesday?", "last Tuesday", "2023-06-13"),
    ("What happened over the weekend?", "over the weekend", "2023-06-17..2023-06-18"),
    ("What happened three weeks ago?", "three weeks ago", "2023-05-29..2023-06-04"),
    ("What happened a few days ago?", "a few days ago", "2023-06-17"),
    ("What happened this summer?", "this summer", "2023-06-01..2023-06-20"),
    ("What happened this spring?", "this spring", "2023-03-01..2023-05-31"),
]
PRESENT = [  # question, phrase read; nothing but the present
    ("How many pilots are to go this autumn?", "this autumn"),  # still to come
    ("What are the latest figures?", "latest"),
    ("Who is currently the prime minister?", "currently"),
    ("Who is prime minister now?", "now"),
    ("What was recently banned?", "recently"),
    ("What is the current price of oil?", "the current"),
    ("Who will speak next week?", "next week"),
    ("Who is favourite in the upcoming election?", "upcoming"),
    ("What has changed in recent weeks?", "in recent weeks"),
    ("What are people buying right now?", "right now"),
]
PUBLISHED = [  # question, first day, last day
    ("Which articles from June 2022 mention Xi?", "2022-06-01", "2022-06-30"),
    ("Which articles published before 2020 mention Xi?", None, "2019-12-31"),
    ("Articles that were written after 5 June 2023 about Xi", "2023-06-06", None),
    ("Show me stories since March about Xi.", "2023-03-01", None),
    ("What is the news since March?", "2023-03-01", None),
    ("News from June 2022 about China", "2022-06-01", "2022-06-30"),
    ("Headlines between 1 May 2023 and 3 May 2023?", "2023-05-01", "2023-05-03"),
    ("What did media coverage until 2021 say?", None, "2021-12-31"),
    ("Which articles from last week mention Xi?", "2023-06-12", "2023-06-18"),
]
SILENT = [  # no time is read
    "What did Theresa May say?",
    "Which country may march next?",
    "Who may 3 states sue?",
    "What did May's government do?",
    "What does the Sunday Times say?",
    "Who hosts Saturday Night Live?",
    "Who plays Wednesday Addams?",
    "What did Ruby Tuesday's sell?",
    "When is Black Friday?",
    "Who won on Super Tuesday?",
    "Why does he fast every Friday?",
    "How long is a day on Mars: 24 hours?",
    "Who hosts the G20?",
    "When did World War 2 end?",
    "Who wrote Catch-22?",
    "What did Apollo 11 do?",
    "What happened on 9/11?",
    "How much is the iPhone 14?",
    "Who came in the second?",
    'What did "Yesterday" sell?',
    "Who sang “1999” and ‘Now and Then’?",
    "What did USA Today report?",
    "Who directed Apocalypse Now?",
    "Why did 2000 people protest?",
    "Why did more than 2023 people protest?",
    "What costs $2023?",
    "What is version 2.0.2022?",
    "Who lives at number 12-2022-3?",
    "Who died in the 1990s?",
    "Is Project 2025 real?",
    "Who won March Madness?",
    "Who wrote about March Madness in March Madness Monthly?",
    "What did June Carter sing?",
    "How long did the strike last?",
    "Did the match last 90 minutes?",
    "Why does the current flow?",
    "Who is the now-famous singer?",
    "What happens every now and then?",
    "Was the score 19-6?",
    "Who scored in minute 45?",
    "What are 5 may poles for?",
    "What happened on 31 June?",
    "",
]


@pytest.mark.parametrize(("question", "phrase", "days"), EVENTS)
def test_a_time_asked_about_is_preferred_and_filters_nothing(question, phrase, days):
    near = period(days) if days else None
    kind = "event" if near else "none"
    assert understand_time(question, ASKED_ON) == TimeReading(near=near, phrases=(phrase,), kind=kind)


@pytest.mark.parametrize(("question", "phrase", "days"), RECENT_EVENTS)
def test_a_recent_time_is_preferred_along_with_the_newest_articles(question, phrase, days):
    expected = TimeReading(recent_to=ASKED_ON, near=period(days), phrases=(phrase,), kind="event")
    assert understand_time(question, ASKED_ON) == expected


@pytest.mark.parametrize(("question", "phrase"), PRESENT)
def test_a_word_of_the_present_prefers_the_newest_articles(question, phrase):
    expected = TimeReading(recent_to=ASKED_ON, phrases=(phrase,), kind="present")
    assert understand_time(question, ASKED_ON) == expected


@pytest.mark.parametrize(("question", "since", "until"), PUBLISHED)
def test_a_time_of_publication_filters(question, since, until):
    reading = understand_time(question, ASKED_ON)
    assert (reading.since, reading.until) == (since and day(since), until and day(until))
    assert (reading.kind, reading.near, reading.recent_to) == ("published", None, None)


@pytest.mark.parametrize("question", SILENT)
def test_names_amounts_and_scores_are_not_times(question):
    assert understand_time(question, ASKED_ON) == TimeReading()


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("What is planned for 2030?", "2030"),
        ("What is due by 30 June?", "30 June"),
        ("What will open in August?", "August"),
        ("What did he say before June 2023?", "June 2023"),
        ("Who was prime minister until 2019?", "2019"),
        ("What happened in the last decade?", "in the last decade"),
    ],
)
def test_a_time_to_come_or_without_a_beginning_is_read_but_prefers_nothing(question, phrase):
    assert understand_time(question, ASKED_ON) == TimeReading(phrases=(phrase,))


@pytest.mark.parametrize(
    "question",
    [
        "What is new in stories about the 2022 World Cup?",
        "Which articles of 2022 law were repealed?",
        "What did news from the 2022 World Cup say?",
        "Did Fox News in 2022 settle?",
        "What did reports published in 2022 find?",
        "Was health coverage since 2022 extended?",
    ],
)
def test_words_that_only_resemble_a_time_of_publication_do_not_filter(question):
    reading = understand_time(question, ASKED_ON)
    assert (reading.since, reading.until) == (None, None)
    assert reading.phrases == ("2022",)


def test_a_winter_is_told_from_the_one_before():
    january = date(2023, 1, 9)
    assert understand_time("What happened this winter?", january).near == (date(2022, 12, 1), january)
    assert understand_time("What happened last winter?", january).near == period("2021-12-01..2022-02-28")


def test_of_several_times_the_shortest_is_preferred_and_of_two_days_the_later():
    assert understand_time("What in 2022 led to 5 May 2022?", ASKED_ON).near == period("2022-05-05")
    assert understand_time("Who spoke on Thursday and Friday?", ASKED_ON).near == period("2023-06-16")


def test_only_the_beginning_of_a_long_text_is_read():
    assert understand_time("x " * (MAX_READ // 2) + "in June 2023", ASKED_ON) == TimeReading()
    assert understand_time("x " * (MAX_READ // 2 - 10) + "in June 2023", ASKED_ON).phrases == ("June 2023",)


PIECES = [
    "in",
    "on",
    "the",
    "last",
    "May",
    "may",
    "3",
    "19",
    "2022",
    "June",
    "of",
    "this",
    "week",
    "past",
    "three",
    "days",
]
PIECES += [
    "ago",
    "to",
    "between",
    "and",
    ",",
    ".",
    "-",
    "31",
    "Feb",
    "Sunday",
    "weekend",
    "summer",
    "early",
    "Articles",
]
WRITTEN = ["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%d %b %Y", "%A, %B %d, %Y"]


@given(
    st.dates(date(1950, 1, 1), ASKED_ON),
    st.sampled_from(WRITTEN),
    st.sampled_from(["What happened on {}?", "On {}, who spoke?", "Why was {} a holiday?"]),
)
def test_a_written_date_is_read_as_dateparser_reads_it_alone(when, form, question):
    written = when.strftime(form)
    settings = {"RELATIVE_BASE": datetime(2023, 6, 20), "DATE_ORDER": "DMY"}
    independent = dateparser.parse(written, date_formats=[form], languages=["en"], settings=settings).date()
    assert understand_time(question.format(written), ASKED_ON).near == (independent, independent)


@given(
    st.text(max_size=200) | st.lists(st.sampled_from(PIECES)).map(" ".join),
    st.dates(date(1, 1, 1), date(9990, 1, 1)),
)
def test_any_text_on_any_day_gives_phrases_that_stand_in_it_and_ordered_days(text, asked_on):
    reading = understand_time(text, asked_on)
    assert all(phrase in text for phrase in reading.phrases)
    assert reading.near is None or reading.near[0] <= reading.near[1] <= asked_on
    assert reading.recent_to in (None, asked_on)


@given(
    st.sampled_from([q for q, _, _ in RECENT_EVENTS if "summer" not in q and "spring" not in q]),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)
def test_a_recent_time_is_never_after_the_day_of_asking_nor_over_a_year_before(question, asked_on):
    near = understand_time(question, asked_on).near
    assert near is not None
    assert asked_on - timedelta(days=366) <= near[0] <= near[1] <= asked_on
