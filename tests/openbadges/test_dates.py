import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.openbadges.dates import to_utc

MOMENT = "2014-05-29T10:16:01Z"


@pytest.mark.parametrize(
    "written",
    [
        "2014-05-29T10:16:01Z",
        " 2014-05-29t10:16:01z ",
        "2014-05-29T10:16:01",
        "2014-05-29 10:16:01+00:00",
        "2014-05-29T12:16:01+0200",
        "2014-05-29T10:16:01.123456789Z",
        "2014-05-29T05:16:01.9-05:00",
        "20140529T101601Z",
        1401358561,
        1401358561.0,
        "1401358561",
    ],
)
def test_every_way_to_write_a_moment_is_one_moment(written):
    assert to_utc(written) == MOMENT


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2014-05-29", "2014-05-29T00:00:00Z"),
        ("2014-05-29T10:16Z", "2014-05-29T10:16:00Z"),
        (0, "1970-01-01T00:00:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
        (9_999_999_999, "2286-11-20T17:46:39Z"),
    ],
)
def test_days_and_edges_are_moments(written, moment):
    assert to_utc(written) == moment


@pytest.mark.parametrize(
    "written",
    ["06/01/2013", "2015-04-31", "soon", "", None, True, [], {}, -1, 10**10, 1.5, float("nan"),
     "12345678901", "0001-01-01T00:00:00+10:00", "\u0664", float("inf"), "2014-05-29T25:00:00Z"],
)  # fmt: skip
def test_what_is_no_date_is_none(written):
    assert to_utc(written) is None


@given(st.text(max_size=30) | st.integers() | st.floats() | st.from_regex(r"[0-9TZ:.+-]{1,25}"))
def test_no_value_makes_it_fail_and_every_date_looks_the_same(value):
    found = to_utc(value)
    assert found is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found)
