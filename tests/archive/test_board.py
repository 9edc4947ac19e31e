from __future__ import annotations

import pytest

from migrator.archive import accounts, ledger
from migrator.archive.board import GROUPINGS, NOT_PLANNED, groups, hours
from migrator.archive.roll import roll
from migrator.openbadges.model import Addresses
from migrator.sources.found import Found


@pytest.fixture
def planned(archive, reader, tmp_path, make):
    """Six badges of three classes in two sources; four planned, at two different days."""
    for name, numbers in (("first", range(1, 5)), ("second", range(5, 7))):
        (tmp_path / name).mkdir()
        reader.outcomes(archive, tmp_path / name, [make.found(n, f"p{n}@x.org") for n in numbers])
    (tmp_path / "third").mkdir()
    url = [Found("line 1", hosted_url="https://x.example/a")]
    reader.outcomes(archive, tmp_path / "third", url)
    saved = accounts.save_destination(archive, "memory", "https://x.example")
    account = accounts.save_account(archive, saved.id, "p1@x.org", Addresses())
    states = [("done", None), ("held", "host_dead"), ("held", "host_dead"), ("planned", None)]
    ledger.write_plan(
        archive,
        saved.id,
        [
            ledger.Planned(n, account.id, "import", "url", state, reason, "", 0)
            for n, (state, reason) in enumerate(states, start=1)
        ],
    )
    return archive


def shown(archive, by, destination=1):
    return {
        group.name: {(one.state, one.reason): one.badges for one in group.states}
        for group in groups(archive, destination, by)
    }


def test_by_badge_class(planned):
    assert shown(planned, "class") == {
        "Badge 1": {("done", None): 1, ("planned", None): 1},
        "Badge 2": {("held", "host_dead"): 1, (NOT_PLANNED, None): 1},
        "Badge 0": {("held", "host_dead"): 1, (NOT_PLANNED, None): 1},
        "": {(NOT_PLANNED, None): 1},
    }


def test_by_issuer_the_largest_first(planned):
    found = groups(planned, 1, "issuer")
    assert [(one.name, one.badges) for one in found] == [("Issuer", 6), ("", 1)]


def test_a_cohort_is_the_source_a_badge_was_first_found_in(planned):
    found = groups(planned, 1, "cohort")
    assert [(one.name, one.badges) for one in found] == [("first", 4), ("second", 2), ("third", 1)]


def test_by_day_in_their_order_and_what_has_none_last(planned):
    with planned.writing() as conn:
        conn.execute("update transfer set changed_at = '2026-01-02T00:00:00Z' where id = 1")
    assert [(one.name, one.badges) for one in groups(planned, 1, "day")] == [
        ("2026-01-02", 1),
        ("2026-11-23", 3),
        ("", 3),
    ]


@pytest.mark.parametrize("by", GROUPINGS)
def test_without_a_destination_nothing_is_planned(planned, by):
    states = {one.state for group in groups(planned, None, by) for one in group.states}
    assert states == {NOT_PLANNED}
    assert sum(group.badges for group in groups(planned, None, by)) == 7


def test_requests_are_counted_hour_by_hour(planned):
    run = planned.begin_run("push")
    for at in ("2026-11-23T09:10:00Z", "2026-11-23T09:50:00Z", "2026-11-23T11:00:00Z"):
        ledger.record(planned, run, 1, ledger.Result("done", "done"))
        with planned.writing() as conn:
            conn.execute(
                "update attempt set at = ? where id = (select max(id) from attempt)", (at,)
            )
    assert [(one.at, one.outcomes) for one in hours(planned, 1)] == [
        ("2026-11-23T09", {"done": 2}),
        ("2026-11-23T11", {"done": 1}),
    ]


def test_the_roll_has_every_badge_once_by_learner(planned):
    found = list(roll(planned))
    assert len(found) == len({one.assertion_id for one in found}) == 7
    assert [one.learner_id for one in found] == [1, 2, 3, 4, 5, 6, None]
    assert [len(one.places) for one in found] == [1, 1, 1, 1, 0, 0, 0]
    assert (found[0].address, found[0].badge) == ("p1@x.org", "Badge 1")


def test_the_roll_goes_on_over_its_batches(archive, reader, tmp_path, make):
    many = [make.found(n, f"p{n % 2}@x.org") for n in range(1203)]
    many += [Found(f"line {n}", hosted_url=f"https://x.example/{n}") for n in range(501)]
    reader.outcomes(archive, tmp_path, many)
    found = [(one.learner_id, one.assertion_id) for one in roll(archive)]
    assert len(found) == len(set(found)) == 1704
    known = [one for one in found if one[0] is not None]
    assert known == sorted(known)
    assert found[len(known) :] == sorted(found[len(known) :])
