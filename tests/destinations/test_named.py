"""Names a server gives: kept when they are some, and nothing else."""

from __future__ import annotations

import pytest

from migrator.destinations.named import LONGEST, name_in


@pytest.mark.parametrize("name", ["x", "urn:uuid:1", "Ann@Example.org", "Räume", "n" * LONGEST])
def test_a_name_is_taken_as_it_is(name):
    assert name_in(name) == name


@pytest.mark.parametrize(
    "value", [None, "", "  ", 7, True, [], {}, "a\nb", "x\ud800", "x\0", "n" * (LONGEST + 1)]
)
def test_what_is_no_name_is_none(value):
    assert name_in(value) is None
