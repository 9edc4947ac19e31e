"""What every adapter must keep, whoever wrote it; new adapters and fixtures come in by themselves.

The checks themselves are in migrator.sources.conformance, for strangers to run too.
"""

from __future__ import annotations

from collections import Counter

import pytest

from migrator.archive.intake import read_sources
from migrator.sources.conformance import CASE_CHECKS, Case, cases, checks, damage, matrix, memory
from migrator.sources.live import live_of


def test_case(case):
    # One test for all checks: of four hundred cases each has ten, and starting a test costs more
    # than most checks. What fails is told by the name of its check.
    failed = {}
    for check in CASE_CHECKS:
        try:
            check(case)
        except AssertionError as error:
            failed[check.__name__] = str(error)
    assert not failed


@pytest.mark.parametrize("check", checks.ADAPTER_CHECKS, ids=lambda check: check.__name__)
def test_adapter(adapter, check, tmp_path):
    check(adapter, tmp_path)


@pytest.mark.no_cover  # what it measures is memory
def test_memory_stays_flat(adapter, fixtures_of):
    folder = fixtures_of(adapter)
    live_only = all(case.live for case in cases(adapter, folder))
    assert live_only or (folder / "large.py").exists(), f"write {folder}/large.py"
    memory.stays_flat(adapter, folder)


def test_there_are_good_and_bad_fixtures(adapter, all_cases):
    checks.has_fixtures([case for case in all_cases if case.adapter.name == adapter.name])


def test_each_fixture_is_claimed_most_surely_by_its_own_adapter(all_adapters, all_cases, capsys):
    found = matrix(all_adapters, all_cases)
    with capsys.disabled():
        print(f"\n{found}")  # noqa: T201 (the matrix is there to be looked at)
    assert found.wrong == ()


@pytest.mark.no_cover  # many readings; the good ones are measured above
def test_another_adapters_source_never_raises_anything_but_that_it_cannot_be_read(
    adapter, all_cases
):
    # Of each adapter and each outcome the first two: all of them, for all adapters, are a minute.
    alike = Counter()
    for case in all_cases:
        alike[kind := (case.adapter.name, case.worst)] += 1
        if not case.live and alike[kind] <= 2:
            damage.read_each(Case(adapter, case.folder), lambda data: iter([data]))


@pytest.mark.no_cover  # as above
def test_a_second_reading_adds_nothing(case, archive):
    for place in case.opened():
        first = read_sources(archive, place, lambda counts: None, case.adapter)
        holds = _holds(archive)
        (second,) = read_sources(archive, place, lambda counts: None, case.adapter)
        assert second.counts.archived == 0
        assert second.counts.found == first[0].counts.found
        assert _holds(archive) == holds


def test_every_page_of_a_live_source_can_be_the_last_one_for_now(case, tmp_path):
    if not case.live or "source_unreadable" in case.expected:
        return
    assert live_of(case.adapter) is not None


def _holds(archive):
    tables = ("assertion", "sighting", "document", "image", "problem", "source_file", "learner")
    return [archive.all(f"select count(*) from {table}")[0][0] for table in tables]
