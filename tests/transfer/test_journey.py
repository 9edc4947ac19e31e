"""A person's journey in any order: read, sign in, plan, push with every fault, crash, go on, retry.

Beside it a small model: which badges exist and whose they are. Whatever happens, no badge arrives
twice, none is forgotten, and the books balance after every step.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from migrator.archive import ledger, totals
from migrator.archive.archive import Archive
from migrator.destinations.base import Credentials
from migrator.transfer.campaign import Campaign
from migrator.transfer.comparison import Watcher
from migrator.transfer.push import Limits
from migrator.transfer.reconcile import Reconciliation

MEMORY = Path("/dev/shm")  # every step is synced to disk, which takes a minute on a real one
PEOPLE = ("ann@example.org", "bob@example.org", "eve@example.org")
FAULTS = st.sampled_from(
    ["ok"] * 4
    + ["pending", "answer_lost", "request_lost", "refused", "later", "unreachable"]
    + ["signed_out", "unverified", "killed", "killed_after"]
)

DAY = st.tuples(
    st.lists(FAULTS, max_size=6),
    st.none() | st.integers(1, 4),
    st.none() | st.integers(0, 4),
    st.sampled_from([1, 60, 3600]),
)


class MemoryKeys:
    def credentials(self, destination, username):
        return Credentials(username)

    def save(self, destination, credentials):
        pass


class Journey(RuleBasedStateMachine):
    tools = None

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.clock = self.tools.clock()
        archive = Archive.open(Path(self.folder.name) / "a.db", self.clock)
        self.desk = self.tools.desk(archive, self.tools.reader, self.clock)
        self.badges = {}
        self.accounts = {PEOPLE[0]}
        self.sign_in(PEOPLE[1])

    @initialize(first=st.integers(0, 30), number=st.integers(3, 9))
    def begin(self, first, number):
        self.read(first=first, number=number, place="a", planned=True)

    @rule(
        first=st.integers(0, 30),
        number=st.integers(2, 8),
        place=st.sampled_from("abc"),
        planned=st.booleans(),
    )
    def read(self, first, number, place, planned):
        for n in range(first, first + number):
            self.badges[n] = PEOPLE[n % 3]
        found = [
            self.tools.make.found(n, PEOPLE[n % 3], locator=f"{place} {n}")
            for n in range(first, first + number)
        ]
        self.desk.read(found)
        assert totals.totals(self.desk.archive).badges == len(self.badges)
        if planned:
            self.plan()

    @rule(who=st.sampled_from(PEOPLE))
    def sign_in(self, who):
        self.desk.login(who, who)
        self.accounts.add(who)

    @rule()
    def plan(self):
        final = self.final()
        assert self.desk.plan().badges == len(self.badges)
        assert self.final() == final

    @rule(days=st.lists(DAY, min_size=1, max_size=4), planned=st.booleans())
    def push(self, days, planned):
        if planned:
            self.plan()
        for faults, badges, stop_after, seconds in days:
            self.push_once(faults, badges, stop_after)
            self.no_badge_arrived_twice()
            self.clock.advance(seconds)

    def push_once(self, faults, badges, stop_after):
        backpack = self.desk.backpack
        backpack.faults = list(faults)
        until = None if stop_after is None else len(backpack.sent) + stop_after
        stop = (lambda: False) if until is None else (lambda: len(backpack.sent) >= until)
        before = len(backpack.sent)
        try:
            self.campaign(Limits(badges, stop)).push(None, lambda sent: None)
        except self.tools.killed:
            return
        sent = len(backpack.sent) - before
        assert badges is None or sent <= badges
        assert stop_after is None or sent <= stop_after
        due = ledger.states(self.desk.archive, self.desk.saved.id)
        if not faults and badges is None and stop_after is None:
            assert (due["planned"], due["sending"]) == (0, 0)

    @rule(number=st.integers(0, 30))
    def somebody_adds_it_over_there(self, number):
        who = PEOPLE[number % 3]
        if who in self.accounts:
            self.backpack_of(who).setdefault(self.tools.make.url(number), f"theirs {number}")

    @rule(number=st.integers(0, 30), send_again=st.booleans())
    def somebody_deletes_it_over_there(self, number, send_again):
        there = self.backpack_of(PEOPLE[number % 3])
        if there.pop(self.tools.make.url(number), None) is not None:
            self.desk.backpack.arrived.pop(self.tools.make.url(number), None)
        self.reconcile(send_again)

    @rule(send_again=st.booleans())
    def reconcile(self, send_again):
        sent = len(self.desk.backpack.sent)
        for repaired in (None, 0):
            compared = self.compared(send_again=send_again and repaired is None)
            assert len(self.desk.backpack.sent) == sent
            for one in compared:
                assert one.missing == 0
                assert repaired in (None, one.repaired)

    def compared(self, send_again):
        backpack, found = self.desk.backpack, []
        backpack.faults = []
        job = Reconciliation(
            *(self.desk.archive, self.desk.saved, backpack, MemoryKeys(), self.tools.treated()),
            send_again=send_again,
        )
        job.run(None, "9999", Watcher(lambda difference: None, found.append))
        return found

    @rule(reason=st.sampled_from([None, "revoked", "rate_limited", "deleted_there"]))
    def retry(self, reason):
        ledger.retry(self.desk.archive, self.desk.saved.id, reason, None)

    def finish(self):
        self.clock.advance(3600)
        for reason in (None, "deleted_there"):
            ledger.retry(self.desk.archive, self.desk.saved.id, reason, None)
        self.desk.plan()
        self.desk.backpack.faults = []
        self.campaign(Limits()).push(None, lambda sent: None)
        for number, who in self.badges.items():
            there = self.tools.make.url(number) in self.backpack_of(who)
            assert there == (who in self.accounts)
        due = ledger.states(self.desk.archive, self.desk.saved.id)
        arrived = sum(who in self.accounts for who in self.badges.values())
        assert due["done"] + due["already_there"] == arrived
        assert due["held"] == len(self.badges) - arrived

    @invariant()
    def no_badge_arrived_twice(self):
        assert self.desk.once()

    @invariant()
    def what_is_done_is_there(self):
        rows = self.desk.archive.all(
            "select transfer.remote_id, account.username from transfer"
            " join account on account.id = transfer.account_id"
            " where state in ('done', 'already_there')"
        )
        for remote_id, username in rows:
            assert remote_id in self.backpack_of(username).values()

    @invariant()
    def the_books_balance(self):
        self.desk.balance()

    def final(self):
        return [
            tuple(row)
            for row in self.desk.archive.all(
                "select * from transfer where state not in ('planned', 'held') order by id"
            )
        ]

    def campaign(self, limits):
        backpack = self.desk.backpack
        keys = MemoryKeys()
        return Campaign(
            self.desk.archive, self.desk.saved, backpack, keys, self.tools.treated(), limits
        )

    def backpack_of(self, who):
        account = self.desk.backpack.accounts.get(who)
        return account.badges if account else {}

    def teardown(self):
        if self.badges:
            self.finish()
        self.desk.archive.close()
        self.folder.cleanup()


@dataclass(frozen=True)
class Tools:
    """The fixtures a journey needs: hypothesis makes it, not pytest."""

    desk: type
    reader: object
    make: object
    clock: type
    killed: type
    treated: type


@pytest.mark.no_cover  # dozens of examples of what other tests measure
def test_any_journey_ends_with_every_badge_there_once(
    make_desk, reader, make, text_clock, killed, treated
):
    Journey.tools = Tools(make_desk, reader, make, type(text_clock), killed, treated)
    run_state_machine_as_test(
        Journey,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[*HealthCheck],
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
        ),
    )
