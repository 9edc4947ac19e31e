"""Dates as they are written into tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.sources.writtendate import is_ambiguous, order_of, written_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2014-05-29", "2014-05-29T00:00:00Z"),
        ("2014-05-29 10:16:01", "2014-05-29T10:16:01Z"),
        ("2006-01-02 15:04:05 -0700", "2006-01-02T22:04:05Z"),
        ("2006-01-02 15:04:05 UTC", "2006-01-02T15:04:05Z"),
        ("2014/5/9", "2014-05-09T00:00:00Z"),
        ("29.05.2014", "2014-05-29T00:00:00Z"),
        ("9. 5. 2014", "2014-05-09T00:00:00Z"),
        ("1.2.2015 14:30 Uhr", "2015-02-01T14:30:00Z"),
        ("05/29/2014 1:16 PM", "2014-05-29T13:16:00Z"),
        ("29/05/14", "2014-05-29T00:00:00Z"),
        ("05/05/1999", "1999-05-05T00:00:00Z"),
        ("29-05-99", "1999-05-29T00:00:00Z"),
        ("20140529", "2014-05-29T00:00:00Z"),
        ("1401358561", "2014-05-29T10:16:01Z"),
        ("41788", "2014-05-29T00:00:00Z"),
        ("41788.5000000001", "2014-05-29T12:00:00Z"),
        ("29 May 2014", "2014-05-29T00:00:00Z"),
        ("May 29th, 2014", "2014-05-29T00:00:00Z"),
        ("29-May-14", "2014-05-29T00:00:00Z"),
        ("Tuesday, 26 July 2023, 12:06 AM", "2023-07-26T00:06:00Z"),
    ],
)
def test_a_date_is_read_as_it_is_written(text, date):
    assert written_date(text) == date
    assert not is_ambiguous(text)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2015-13-45", "32.01.2015", "May 2014", "29 Flurember 2014", "1/2", "99999"],
)
def test_what_is_no_date_is_none(text):
    assert written_date(text) is None
    assert not is_ambiguous(text)


def test_an_ambiguous_date_is_read_only_in_a_known_order():
    assert written_date("03/04/2015") is None
    assert is_ambiguous("03/04/2015")
    assert written_date("03/04/2015", "dmy") == "2015-04-03T00:00:00Z"
    assert written_date("03/04/2015", "mdy") == "2015-03-04T00:00:00Z"
    assert written_date("15/04/03", "ymd") == "2015-04-03T00:00:00Z"
    assert written_date("13/04/2015", "mdy") is None


def test_other_rows_show_the_order():
    assert order_of(["", "03/04/2015", "13/04/2015"]) == "dmy"
    assert order_of(["03/04/2015", "3/14/2015"]) == "mdy"
    assert order_of(["2015/04/13", "03/04/2015"]) == ""


@given(st.text("0123456789./- :APMmay,é", max_size=24), st.sampled_from(["", "dmy", "mdy", "ymd"]))
def test_no_text_makes_it_fail(text, order):
    found = written_date(text, order)
    assert found is None or found.endswith("Z")
