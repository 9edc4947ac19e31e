"""One shard of a push: every account in one, counts that add up, and copies that join again."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator import errors
from migrator.archive import shard as shards
from migrator.archive import totals
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.archive.life import union
from migrator.archive.selection import Selection
from migrator.archive.shard import WHOLE, Shard
from migrator.destinations.base import Capabilities, Credentials, Input
from migrator.transfer.push import Limits
from migrator.transfer.shard import Counts, Means, push_shard, share

PEOPLE = [f"learner{n}@example.org" for n in range(12)]


class Keys:
    def credentials(self, destination, username):
        return Credentials(username, password="x")

    def save(self, destination, credentials):
        pass


@pytest.fixture
def cohort(desk, make):
    """Twelve people with two badges each, one who has no account, and a badge of nobody's."""
    for person in PEOPLE:
        desk.login(person, person)
    holders = [*PEOPLE, *PEOPLE, "lost@example.org"]
    desk.read([make.found(n, holder) for n, holder in enumerate(holders)])
    desk.plan()
    desk.read([make.found(100, PEOPLE[0]), make.found(101, "lost@example.org")])
    return desk


@pytest.fixture
def push(treated):
    def pushed(desk, archive, shard, limits=None):
        means = Means(Keys(), treated(), threads=2)
        return push_shard(archive, desk.backpack, shard, limits or Limits(), means)

    return pushed


def added(counts):
    return sum(counts, Counts())


@pytest.mark.parametrize(
    ("text", "number", "of"), [("17/1000", 17, 1000), ("0/4", 4, 4), ("4/4", 4, 4), ("1/1", 1, 1)]
)
def test_a_shard_is_written_as_a_part_of_so_many_and_0_is_the_last(text, number, of):
    assert Shard.written(text) == Shard(number, of)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "/",
        "3/",
        "/3",
        "5/4",
        "0/0",
        "-1/4",
        "1/-4",
        "a/4",
        "1/4/5",
        "\u0661/4",
        "1/10000000",
    ],
)
def test_what_is_no_shard_is_said_so(text):
    with pytest.raises(errors.Usage, match="shard"):
        Shard.written(text)


@given(st.text(min_size=1), st.integers(1, 12))
def test_each_account_is_in_one_shard_whatever_its_capitals(name, of):
    has = [shard.has(name) for shard in Shard.all_of(of)]
    assert sum(has) == 1
    assert has == [shard.has(name.casefold()) for shard in Shard.all_of(of)]


def test_a_name_is_in_the_shard_it_always_was_in():
    # Machines of a cluster may run different versions: this must not change.
    assert [shard.number for shard in Shard.all_of(1000) if shard.has("Maria@example.org")] == [19]


@pytest.mark.parametrize("of", [1, 3, 50])
def test_counts_of_all_shards_are_those_of_the_push_without_shards(cohort, push, of, tmp_path):
    whole = tmp_path / "whole.db"
    cohort.archive.conn.execute("vacuum into ?", (str(whole),))
    counts = added(push(cohort, cohort.archive, shard) for shard in Shard.all_of(of))
    assert cohort.once()
    cohort.balance()
    (total,) = totals.totals(cohort.archive).destinations
    assert (counts.badges, counts.missing, counts.left) == (total.badges, 0, 0)
    assert counts.states == {"done": 24, "held": 1}
    assert (counts.not_planned, counts.accounts) == (2, 12)
    cohort.backpack.accounts = {
        name: type(account)(account.addresses) for name, account in cohort.backpack.accounts.items()
    }
    with Archive.open(whole, cohort.archive.now) as other:
        assert push(cohort, other, WHOLE) == counts


def test_a_shard_sends_its_own_accounts_badges_alone_and_a_repetition_nothing(cohort, push):
    shard = Shard(2, 3)
    ours = {name for name in PEOPLE if shard.has(name)}
    assert 0 < len(ours) < len(PEOPLE)
    first = push(cohort, cohort.archive, shard)
    assert {n for n, one in cohort.backpack.accounts.items() if one.badges} == ours
    assert first.states["done"] == 2 * len(ours)
    sent = len(cohort.backpack.sent)
    again = push(cohort, cohort.archive, shard)
    assert (again.states, len(cohort.backpack.sent)) == (first.states, sent)


def test_how_much_is_due_is_counted_by_shard_and_selection(cohort):
    archive, destination = cohort.archive, cohort.saved.id
    due = [shards.count_due(archive, destination, shard) for shard in Shard.all_of(4)]
    assert sum(due) == 24
    learner = archive.one("select learner_id from account where username = ?", PEOPLE[3])[0]
    one = Selection(learners=(learner,))
    due = [shards.count_due(archive, destination, shard, one) for shard in Shard.all_of(4)]
    assert sorted(due) == [0, 0, 0, 2]
    chosen = [shards.total(archive, destination, "x", shard, one) for shard in Shard.all_of(4)]
    assert sum(total.badges for total in chosen) == 2


def test_accounts_that_another_is_at_work_on_are_left_to_it_and_counted(cohort, push, text_clock):
    path = cohort.archive.path
    number = cohort.archive.one("select id from account where username = ?", PEOPLE[0])[0]
    with Archive.open(path, text_clock) as other, leased(other, f"push:{number}", "push"):
        # Within one process only time tells who has a lease.
        counts = push(cohort, cohort.archive, WHOLE)
    assert (counts.locked, counts.left, counts.states["done"]) == (1, 2, 22)
    shard = next(one for one in Shard.all_of(1000) if one.has(PEOPLE[0]))
    with Archive.open(path, text_clock) as other, leased(other, f"push:{number}", "push"):
        counts = push(cohort, cohort.archive, shard)
    assert (counts.locked, counts.left, counts.accounts) == (1, 2, 0)
    assert push(cohort, cohort.archive, WHOLE).left == 0


def test_who_cannot_sign_in_is_counted(cohort, push):
    cohort.backpack.accounts[PEOPLE[1]].locked = True
    counts = added(push(cohort, cohort.archive, shard) for shard in Shard.all_of(4))
    assert (counts.shut_out, counts.left) == (1, 2)


def test_each_copy_of_an_archive_pushes_its_shard_and_joined_they_say_all(
    cohort, push, tmp_path, text_clock
):
    cohort.archive.conn.execute("pragma wal_checkpoint(truncate)")
    copies = [tmp_path / f"copy{shard.number}.db" for shard in Shard.all_of(3)]
    for path in copies:
        shutil.copy(cohort.archive.path, path)
    # The first one sends all but two of its badges, and the last one loses an answer on the way.
    cohort.backpack.faults = []
    counts = []
    for path, shard in zip(copies, Shard.all_of(3), strict=True):
        text_clock.advance(1)
        if shard.number == 3:
            cohort.backpack.faults = ["answer_lost", "refused"]
        with Archive.open(path, text_clock) as copy:
            counts.append(push(cohort, copy, shard))
    for path in copies:
        text_clock.advance(1)
        union.join(cohort.archive, path, lambda _: None)
    (total,) = totals.totals(cohort.archive).destinations
    assert total.missing == 0
    found = Counter()
    for one in total.states:
        found[one.state] += one.badges
    assert found == Counter(added(counts).states)
    assert (found["waiting"], found["refused"], found["done"]) == (1, 1, 22)
    tries = cohort.archive.one("select count(*) from attempt")[0]
    assert tries == 24
    text_clock.advance(4000)
    assert push(cohort, cohort.archive, WHOLE).states["done"] == 23
    assert cohort.once()


def test_a_copy_that_takes_up_anothers_shard_finds_what_has_arrived(
    cohort, push, tmp_path, text_clock
):
    cohort.archive.conn.execute("pragma wal_checkpoint(truncate)")
    copy = tmp_path / "copy.db"
    shutil.copy(cohort.archive.path, copy)
    push(cohort, cohort.archive, Shard(1, 2), Limits(badges=3))
    with Archive.open(copy, text_clock) as other:
        taken = push(cohort, other, Shard(1, 2))
    assert taken.states["already_there"] == 3
    assert cohort.once()
    text_clock.advance(1)
    union.join(cohort.archive, copy, lambda _: None)
    joined = Counts.of(shards.total(cohort.archive, cohort.saved.id, "x", Shard(1, 2)))
    assert joined.states["done"] == taken.states["done"] + 3


def test_several_side_by_side_keep_the_limits_together():
    hosted = Capabilities(inputs=frozenset(Input), requests_per_minute=90, at_once=4)
    quarter, crowd = share(hosted, 4), share(hosted, 200)
    assert (quarter.requests_per_minute, quarter.at_once) == (22, 1)
    assert (crowd.requests_per_minute, crowd.at_once) == (1, 1)
    free = share(Capabilities(inputs=frozenset(Input), at_once=8), 2)
    assert (free.requests_per_minute, free.at_once) == (None, 4)


def test_counts_are_written_and_read_again():
    counts = Counts(3, {"done": 2, "waiting": 1}, 0, 2, 1, 0)
    assert Counts.read(json.loads(json.dumps(asdict(counts)))) == counts
    assert (counts.left, counts.missing) == (1, 0)
