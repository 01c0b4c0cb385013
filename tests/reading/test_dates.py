from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.reading.dates import parse_day, parse_written_day


@given(st.datetimes(timezones=st.timezones()))
def test_an_iso_time_names_the_day_that_is_written(moment):
    assert parse_day(moment.isoformat()) == moment.date()
    assert parse_day(moment.isoformat(" ")) == moment.date()


@pytest.mark.parametrize(
    "value", ["2023-06-19", " 2023-06-19\n", "2023-06-19T23:59:59Z", "2023-06-19T00:00:00.123+09:00"]
)
def test_days_and_times_are_read(value):
    assert parse_day(value) == date(2023, 6, 19)


@pytest.mark.parametrize("value", [None, "", " ", "None", "null", "NULL"])
def test_missing_values_are_no_day(value):
    assert parse_day(value) is None


@pytest.mark.parametrize(
    "value", ["yesterday", "2023-02-30", "2023-6-9", "19/06/2023", 20230619, True, [], "2023-06-19T25:00"]
)
def test_anything_else_is_refused_with_the_value(value):
    with pytest.raises(ReadError, match=r"published is .*YYYY-MM-DD"):
        parse_day(value)


@pytest.mark.parametrize(
    "value",
    [
        "2023-06-19",
        "19 June 2023",
        "June 19, 2023",
        "Jun 19, 2023",
        "2023/06/19",
        "Mon, 19 Jun 2023 23:30:00 -0400",
        "Mon, 19 Jun 2023 00:10:00 GMT",
    ],
)
def test_what_people_and_feeds_write_is_read_as_written(value):
    assert parse_written_day(value) == date(2023, 6, 19)


@pytest.mark.parametrize("value", ["04/05/2023", "last week", "Mon, 99 Jun 2023 00:00:00 GMT", 5])
def test_an_ambiguous_or_impossible_day_is_refused(value):
    with pytest.raises(ReadError):
        parse_written_day(value)


@given(st.text(max_size=30))
def test_no_text_makes_it_fail_otherwise(value):
    with suppress(ReadError):
        assert isinstance(parse_written_day(value), date | None)
