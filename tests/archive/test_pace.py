from __future__ import annotations

import pytest

from migrator.archive import accounts, ledger, totals
from migrator.archive.lease import leased
from migrator.archive.pace import pace
from migrator.openbadges.model import Addresses


@pytest.fixture
def planned(archive, reader, tmp_path, make):
    reader.outcomes(archive, tmp_path, [make.found(n) for n in range(1, 101)])
    saved = accounts.save_destination(archive, "memory", "https://x.example")
    account = accounts.save_account(archive, saved.id, "ann@example.org", Addresses())
    plan = [
        ledger.Planned(n, account.id, "import", "url", "planned", None, "", 0)
        for n in range(1, 101)
    ]
    ledger.write_plan(archive, saved.id, plan)
    return archive


def now(archive):
    return pace(archive, 1, totals.totals(archive).destinations[0].states)


def test_nobody_at_work_has_no_pace(planned):
    ledger.record(planned, planned.begin_run("push"), 1, ledger.Result("done", "done"))
    assert now(planned) is None


def test_a_push_says_how_fast_it_goes_and_what_is_left(planned, text_clock):
    with leased(planned, "push 1", "push --to memory") as lease:
        for number in range(1, 41):
            ledger.record(planned, lease.run_id, number, ledger.Result("done", "done"))
            text_clock.advance(1)
        found = now(planned)
    assert (found.left, found.per_minute, found.seconds_left) == (60, 60, 60)
    assert "push --to memory" in found.who


def test_it_is_judged_by_the_last_minutes(planned, text_clock):
    with leased(planned, "push 1", "push") as lease:
        for number in range(1, 11):
            ledger.record(planned, lease.run_id, number, ledger.Result("done", "done"))
        text_clock.advance(250)
        lease.renew()
        for number in range(11, 31):
            ledger.record(planned, lease.run_id, number, ledger.Result("done", "done"))
            text_clock.advance(6)
        # The first ten are longer ago than that; the twenty took two minutes.
        assert now(planned).per_minute == pytest.approx(10)


def test_a_beginning_is_not_judged(planned, text_clock):
    with leased(planned, "push 1", "push") as lease:
        assert now(planned) is None
        ledger.record(planned, lease.run_id, 1, ledger.Result("done", "done"))
        text_clock.advance(1)
        assert (now(planned).left, now(planned).per_minute) == (99, None)


def test_what_goes_on_elsewhere_is_not_this_destinations_pace(planned, text_clock):
    with leased(planned, "push 1", "push") as lease:
        for number in range(1, 11):
            ledger.record(planned, lease.run_id, number, ledger.Result("done", "done"))
            text_clock.advance(1)
        assert pace(planned, 2, ()) is None
