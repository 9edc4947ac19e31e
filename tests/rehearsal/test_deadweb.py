"""Each sort of death gets its right name, from real servers on this computer."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.rehearsal.deaths import SORTS
from migrator.rehearsal.obituary import obituaries
from migrator.verify.hosts.fate import FATES, LATER, LOST, SERVED


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return obituaries(tmp_path_factory.mktemp("dead"))


def test_every_death_has_the_name_it_should_have(found):
    assert {one.sort.name: one.fate.code for one in found} == {one.name: one.fate for one in SORTS}


def test_at_least_twelve_sorts_of_death_are_told_apart(found):
    assert len({one.fate.code for one in found} - SERVED) >= 12


def test_every_fate_of_a_document_is_on_the_dead_web():
    assert {one.fate for one in SORTS} == FATES.keys() - {"not_a_picture"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("changed", "issued_on, expires"),
        ("moved", "leads to http://academy.example/moved/there.json"),
        ("revoked_410", "A mistake"),
        ("parked", 'its title is "This domain is for sale"'),
        ("home", "leads to http://academy.example/parked/"),
        ("comments", "there are comments in its JSON"),
        ("comma", "there are commas too many in its JSON"),
        ("cut", "its JSON is cut off"),
        ("charset", "in the charset CP500"),
        ("latin_1", "not written in UTF-8 although it says UTF-8"),
        ("huge", "1,073,741,824 bytes announced"),
        ("file", "only http and https are asked"),
        ("blocked", "inner network"),
        ("drip", "the whole answer took too long"),
    ],
)
def test_what_is_wrong_is_said(found, name, words):
    (one,) = (one for one in found if one.sort.name == name)
    assert words in one.detail


def test_the_page_shows_them_all(found):
    page = (Path(__file__).parents[2] / "docs/verify.md").read_text(encoding="utf-8")
    for one in found:
        line = f"| {one.sort.happens} | `{one.fate.code}`: {one.fate.title} | {one.detail} |"
        assert line in page
    for fate in FATES.values():
        assert f"| `{fate.code}` | {fate.title} | {fate.sentence} | {fate.next_step} |" in page


def test_the_sorts_of_fates_do_not_overlap():
    assert not LOST & LATER
    assert not LOST & SERVED
    assert {*LOST, *LATER, *SERVED, "blocked"} == set(FATES)
