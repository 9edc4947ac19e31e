from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.archive.storable import storable
from migrator.sources.found import Found, Membership, Problem


def test_what_is_fine_is_the_very_same():
    found = Found(
        "row 1", assertion=b"\xff", holder="jörg@example.org", memberships=(Membership("1", 2),)
    )
    assert storable(found) is found


def test_half_characters_become_escapes_at_any_depth():
    warning = Problem("row \udcff", "odd", "\ud800", b"raw")
    found = storable(
        Found("a\ud800b", memberships=(Membership("k", 2**70, "s"),), warnings=(warning,))
    )
    assert found.locator == "a\\ud800b"
    assert found.memberships == (Membership("k", 2**63 - 1, "s"),)
    assert found.warnings == (Problem("row \\udcff", "odd", "\\ud800", b"raw"),)


@given(st.text(st.characters()) | st.integers() | st.booleans() | st.none() | st.binary())
def test_whatever_it_is_sqlite_takes_it_and_gives_it_back(value):
    kept = storable(value)
    conn = sqlite3.connect(":memory:")
    assert conn.execute("select ?", (kept,)).fetchone()[0] == kept
    conn.close()
    if isinstance(value, str) and value.isascii():
        assert kept is value


@pytest.mark.parametrize("number", [-(2**63) - 1, 2**63])
def test_numbers_come_as_near_as_they_can(number):
    assert abs(storable(number) - number) <= 2
