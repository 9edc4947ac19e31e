from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import ExitStack
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator import errors
from migrator.archive import accounts, ledger, verdicts
from migrator.archive.archive import LATEST, Archive
from migrator.archive.lease import leased
from migrator.archive.ledger import Planned, Result
from migrator.archive.life import tables, union
from migrator.archive.life.foreign import examine
from migrator.archive.proof.check import check
from migrator.openbadges.model import Addresses
from migrator.sources.found import (
    Found,
    FoundCollection,
    FoundLearner,
    Membership,
    Problem,
    Severity,
)

NOBODY = lambda done: None  # noqa: E731 - nobody watches


def join(archive, *others):
    joined = []
    for other in others:
        examine(other.path, archive.path)
        joined.append(union.join(archive, other.path, NOBODY))
        assert joined[-1].balances
    return joined[-1]


def outcomes_of(make):
    """Outcomes of every kind, several of them telling of the same badge or person."""
    ann, bob = "ann@example.org", "bob@example.net"
    return [
        FoundLearner("person 1", (ann, "Ann@Example.org"), "Ann"),
        FoundLearner("person 2", (ann, "ann@home.example")),
        FoundLearner("person 3", (bob,), "Bob"),
        make.found(1),
        make.found(1, locator="badge 1 again"),
        Found("address 1", hosted_url=make.url(1)),
        make.found(2, bob, image=make.baked(2, recipient=bob)),
        Found("image 2", image=make.baked(2, recipient=bob)),
        Found("image 4", image=make.baked(4)),
        Found("address 5", hosted_url=make.url(5)),
        make.found(5, "ann@home.example"),
        make.found(6, warnings=(Problem("badge 6", "odd", "Odd.", severity=Severity.WARNING),)),
        make.found(7, badge_class=make.json(make.badge_class(7, tags=["a", "b"], alignment=[
            {"targetName": "T", "targetUrl": "https://t.example"}]))),
        make.found(8, assertion=make.json(make.assertion(8, evidence="https://e.example/8"))),
        make.found(9, issuer=make.json(make.issuer(name="Second"))),
        make.found(10, issuer=make.json(make.issuer(name="Third"))),
        make.found(11, "carla@example.org", issuer=None),
        Problem("a.txt", "not_a_badge", "This is a text.", b"\xff\x00"),
        Problem("b.txt", "not_a_badge", "This is a text."),
        Found("nothing"),
    ]  # fmt: skip


@pytest.mark.no_cover  # dozens of examples of what other tests measure
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_shards_joined_in_any_order_say_what_one_reading_says(
    data, reader, make, meaning, check_books, undamaged, text_clock
):
    outcomes = outcomes_of(make)
    where = data.draw(st.lists(st.integers(0, 2), min_size=len(outcomes), max_size=len(outcomes)))
    order = data.draw(st.permutations(range(3)))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        whole, joined, *shards = (
            stack.enter_context(Archive.open(folder / f"{one}.db", text_clock))
            for one in ("whole", "joined", "0", "1", "2")
        )
        reader.outcomes(whole, folder, outcomes)
        for number in range(3):
            part = [one for one, shard in zip(outcomes, where, strict=True) if shard == number]
            reader.outcomes(shards[number], folder, part)
        for number in order:
            join(joined, shards[number])
        assert meaning(joined) == meaning(whole)
        check_books(joined)
        undamaged(joined)
        # ...and joining them once more changes nothing at all.
        for number in order:
            again = join(joined, shards[number])
            assert (again.archived, again.sightings, again.learners) == (0, 0, 0)
        assert meaning(joined) == meaning(whole)


def test_samples_of_two_kinds_joined_either_way_are_the_same(
    archive, other, tmp_path, reader, meaning, check_books, sample_zip, sample_dump, contents
):
    reader.file(archive, sample_zip)
    reader.file(other, sample_dump)
    with Archive.open(tmp_path / "one.db") as one, Archive.open(tmp_path / "two.db") as two:
        joined = join(one, archive, other)
        assert (joined.badges, joined.archived, joined.known) == (32, 20, 12)
        join(two, other, archive)
        assert meaning(one) == meaning(two)
        check_books(one)
        before = contents(one)
        join(one, other, archive)
        assert contents(one) == before
        found = one.all("select label, found, archived, known from source order by adapter")
        assert [tuple(row)[1:] for row in found] == [(12, 12, 0), (32, 20, 12)]


def planned(assertion_id, account_id, **more):
    facts = {"route": "import", "input": "url", "state": "planned", "reason": None}
    facts |= {"detail": "", "assumed": 0} | more
    return Planned(assertion_id, account_id, **facts)


def moved(archive, make, reader, folder, state, text_clock):
    """Put one badge into an archive, with an account, a verdict and a transfer in a state."""
    reader.outcomes(archive, folder, [
        FoundCollection("collection 1", "c1", "ann@example.org", "Best"),
        make.found(1, memberships=(Membership("c1", 1, "proud"),)),
    ])  # fmt: skip
    destination = accounts.save_destination(archive, "badgr", "https://backpack.example")
    account = accounts.save_account(
        archive, destination.id, "ann@example.org", Addresses(verified=("ann@example.org",))
    )
    held = {"state": "held", "reason": "no_account"} if state == "held" else {}
    ledger.write_plan(archive, destination.id, [planned(1, account.id, **held)])
    verdicts.append(archive, "archive", [(1, account.id, verdicts.Row(True, None, ""))])
    if state not in ("planned", "held"):
        with leased(archive, f"push:{account.id}", "push") as lease:
            ledger.mark_sending(archive, lease, account.id, 1)
            if state != "sending":
                result = Result(state, state, remote_id="r1" if state == "done" else None)
                ledger.record(archive, lease.run_id, 1, result)
    archive.conn.execute("insert into remote_collection values (1, ?, 'rc', 1)", (account.id,))
    text_clock.advance(1)


FURTHER = ["done", "already_there", "refused", "sending", "waiting", "held", "planned"]


@pytest.mark.parametrize(("further", "behind"), list(pairwise(FURTHER)))
@pytest.mark.parametrize("first", [0, 1])
def test_of_two_transfers_the_further_one_stays_whichever_came_first(
    archive, other, tmp_path, make, reader, text_clock, further, behind, first, count, check_books
):
    with Archive.open(tmp_path / "into.db", text_clock) as into:
        moved(archive, make, reader, tmp_path, further, text_clock)
        moved(other, make, reader, tmp_path, behind, text_clock)
        join(into, *((archive, other), (other, archive))[first])
        assert [row[0] for row in into.all("select state from transfer")] == [further]
        tries = sum(count(one, "attempt") for one in (archive, other))
        assert count(into, "attempt") == tries
        assert count(into, "verdict") == 2
        assert count(into, "account") == count(into, "destination") == 1
        assert count(into, "remote_collection") == count(into, "collection_assertion") == 1
        before = [count(into, table) for table in ("attempt", "verdict", "run")]
        join(into, archive, other)
        assert [count(into, table) for table in ("attempt", "verdict")] == before[:2]
        assert count(into, "run") == before[2] + 2  # the two joinings themselves
        check_books(into)


def test_the_order_of_three_makes_no_difference(tmp_path, make, reader, text_clock, meaning):
    with ExitStack() as stack:
        shards = []
        for number, state in enumerate(("waiting", "sending", "refused")):
            shard = stack.enter_context(Archive.open(tmp_path / f"{number}.db", text_clock))
            moved(shard, make, reader, tmp_path, state, text_clock)
            reader.outcomes(
                shard, tmp_path, [FoundLearner("p", ("x@y.example",), f"Name {number}")]
            )
            shards.append(shard)
        said = []
        for number, order in enumerate(permutations(shards)):
            into = stack.enter_context(Archive.open(tmp_path / f"into{number}.db", text_clock))
            join(into, *order)
            names = [row[0] for row in into.all("select name from learner order by 1")]
            said.append((meaning(into), names))
        assert all(one == said[0] for one in said)
        assert said[0][1] == [None, "Name 0"]


def test_learners_who_share_an_address_become_one_across_archives(
    archive, other, make, reader, tmp_path, count, check_books
):
    reader.outcomes(
        archive,
        tmp_path,
        [FoundLearner("1", ("a@x.example", "b@x.example")), make.found(1, "a@x.example")],
    )
    reader.outcomes(other, tmp_path, [
        FoundLearner("1", ("c@x.example",)), FoundLearner("2", ("D@x.example", "B@x.example")),
        make.found(2, "c@x.example"), make.found(3, "d@x.example"),
        FoundLearner("3", ("c@x.example", "d@x.example")),
    ])  # fmt: skip
    join(archive, other)
    assert count(archive, "learner") == 1
    assert count(archive, "assertion", "learner_id is not null") == 3
    check_books(archive)


def test_two_holders_of_one_badge_are_told_apart_in_the_same_way_in_any_order(
    archive, other, tmp_path, make, reader, meaning, text_clock
):
    reader.outcomes(archive, tmp_path, [make.found(1, "ann@example.org")])
    reader.outcomes(other, tmp_path, [make.found(1, "zoe@example.org", locator="elsewhere")])
    with (
        Archive.open(tmp_path / "one.db", text_clock) as one,
        Archive.open(tmp_path / "two.db", text_clock) as two,
    ):
        join(one, archive, other)
        join(two, other, archive)
        assert meaning(one) == meaning(two)
        assert one.one("select learner from badge_overview")[0] == "ann@example.org"


@pytest.mark.parametrize("first", [0, 1])
def test_the_richer_knowledge_of_a_badge_wins_with_its_evidence(
    archive, other, tmp_path, make, reader, first
):
    reader.outcomes(archive, tmp_path / "..", [Found("u", hosted_url=make.url(1))])
    full = make.json(make.assertion(1, evidence="https://e.example/1"))
    reader.outcomes(other, tmp_path, [make.found(1, assertion=full)])
    with Archive.open(tmp_path / "into.db") as into:
        join(into, *((archive, other), (other, archive))[first])
        row = into.one("select badge, issued_on, sightings from badge_overview")
        assert tuple(row) == ("Badge 1", "2015-04-30T10:00:00Z", 2)
        assert [one[0] for one in into.all("select url from evidence")] == ["https://e.example/1"]


@pytest.mark.parametrize("first", [0, 1])
def test_where_two_tell_differently_the_same_one_wins_in_any_order(
    archive, other, tmp_path, make, reader, first, meaning, request
):
    for opened, day in ((archive, "2015-01-01"), (other, "2016-01-01")):
        told = make.assertion(1, issuedOn=day, evidence=f"https://e.example/{day}")
        reader.outcomes(opened, tmp_path, [make.found(1, assertion=make.json(told))])
    with Archive.open(tmp_path / "into.db") as into, Archive.open(tmp_path / "o.db") as opposite:
        join(into, archive, other)
        join(opposite, other, archive)
        assert meaning(into) == meaning(opposite)
        (day,), (url,) = (
            into.one("select issued_on from assertion"),
            into.one("select url from evidence"),
        )
        assert day[:10] in url


def test_an_interrupted_joining_is_repeated_to_the_end(
    archive, other, tmp_path, make, reader, meaning, monkeypatch, check_books, text_clock, undamaged
):
    reader.outcomes(other, tmp_path, [make.found(n, image=make.baked(n)) for n in range(25)])
    monkeypatch.setattr(union, "_ROWS", 10)
    stopped = 0
    while True:
        left = stopped

        def stop(done):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

        try:
            union.join(archive, other.path, stop)
        except KeyboardInterrupt:
            assert archive.one("select state from source")[0] == "interrupted"
            told = []
            check(archive, told.append, lambda seen: None)
            assert {one.code for one in told} == {"unfinished"}
            assert "`merge other.db` has not come to its end" in told[0].sentence
            stopped += 1
        else:
            break
    assert stopped == 3
    assert meaning(archive) == meaning(other)
    check_books(archive)
    undamaged(archive)
    assert archive.one("select count(*) from lease")[0] == 0


def test_what_comes_in_over_there_meanwhile_is_left_for_the_next_time(
    archive, other, tmp_path, make, reader, check_books, meaning
):
    reader.outcomes(other, tmp_path, [make.found(1)])

    def meanwhile(done):
        if done == 1:
            with Archive.open(other.path) as there:
                reader.outcomes(
                    there, tmp_path, [make.found(2, "new@example.org", image=make.baked(2))]
                )

    assert union.join(archive, other.path, meanwhile).archived == 1
    check_books(archive)
    assert join(archive, other).archived == 1
    assert meaning(archive) == meaning(other)


def raised(kind, path, into, words):
    with pytest.raises(kind, match=words) as error:
        examine(path, into)
    return error.value


def test_what_is_no_archive_is_refused(archive, tmp_path):
    raised(errors.Usage, tmp_path / "missing.db", archive.path, "There is no archive")
    (tmp_path / "shop.db").write_bytes(b"x" * 5000)
    raised(errors.ArchiveDamaged, tmp_path / "shop.db", archive.path, "cannot be read")
    sqlite3.connect(tmp_path / "foreign.db").execute("create table t (x)").connection.close()
    raised(errors.Usage, tmp_path / "foreign.db", archive.path, "not an archive of badge-migrator")
    raised(errors.Usage, archive.path, archive.path, "is the archive to join into")


def test_a_newer_archive_is_refused(archive, other):
    other.conn.execute(f"pragma user_version = {LATEST + 1}")
    error = raised(errors.Usage, other.path, archive.path, "newer badge-migrator")
    assert "Update" in error.next_step


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("update document set content = content || ' ' where id = 2", "document 2 is not"),
        ("update artwork set content = zeroblob(100)", "artwork 1 is not what"),
        ("update image set splice_at = splice_at - 1", "image 1 is not what"),
        ("delete from learner", "refers to nothing"),
    ],
)  # fmt: skip
def test_a_damaged_archive_is_refused_before_anything_is_taken(
    archive, other, make, reader, tmp_path, change, words
):
    reader.outcomes(other, tmp_path, [make.found(1, image=make.baked(1))])
    other.conn.execute("pragma foreign_keys = off")
    other.conn.execute(change)
    error = raised(errors.ArchiveDamaged, other.path, archive.path, words)
    assert "check" in error.next_step


def test_damaged_pages_are_refused(archive, other, make, reader, tmp_path):
    reader.outcomes(other, tmp_path, [make.found(number) for number in range(50)])
    root = other.one("select rootpage from sqlite_master where name = 'sighting_assertion'")[0]
    other.conn.execute("pragma wal_checkpoint(truncate)")
    other.close()
    data = bytearray(other.path.read_bytes())
    data[(root - 1) * 4096 + 8 : (root - 1) * 4096 + 1000] = os.urandom(992)
    (tmp_path / "bad.db").write_bytes(data)
    raised(errors.ArchiveDamaged, tmp_path / "bad.db", archive.path, "damaged|cannot be read")


def test_an_archive_somebody_works_on_is_refused_and_so_is_joining_into_one(archive, other):
    with leased(other, "push:1", "push to ann"):
        other.conn.execute("update run set pid = ?", (os.getppid(),))
        error = raised(
            errors.ArchiveLocked, other.path, archive.path, "`push to ann` .* is at work"
        )
        assert error.exit_code == 7
        with pytest.raises(errors.ArchiveLocked, match="is at work"):
            union.join(other, archive.path, NOBODY)
    examine(other.path, archive.path)


def test_an_older_archive_is_brought_up_to_date_and_joined(archive, tmp_path, old_archive):
    path = old_archive(tmp_path / "old.db")
    assert examine(path, archive.path) == 3
    joined = union.join(archive, path, NOBODY)
    assert (joined.badges, joined.archived, joined.transfers) == (3, 3, 2)
    assert (tmp_path / "old.db.v1").exists()


def test_a_removal_is_remembered_once(archive, other):
    other.conn.execute("insert into removal (removed_at, badges) values ('2026-11-23', 4)")
    for _ in range(2):
        join(archive, other)
    assert [row["badges"] for row in archive.all("select * from removal")] == [4]


def test_no_table_of_the_archive_is_left_behind(archive):
    copied = {"learner", "identity"}
    for one in (*tables.BEFORE_PEOPLE, tables.ASSERTION, tables.ACCOUNT, *tables.AFTER_PEOPLE):
        copied |= {one.table, *(child.table for child in one.children)}
        for part in (one, *one.children):
            held = {row["name"] for row in archive.all(f"pragma table_info({part.table})")}
            taken = {*part.columns, *part.references, *getattr(part, "fixed", ())}
            counted = {"found", "archived", "known", "problems", "bookmark"}
            counted = counted if one.table == "source" else set()
            assert held - taken - counted <= {"id", getattr(part, "parent", "id")}
    rows = archive.all(
        "select name from sqlite_master where type = 'table' and name not like '%\\_fts%'"
        " escape '\\'"
    )
    # Who is at work, and which migrations were made, is each archive's own.
    assert {row[0] for row in rows} - copied == {"lease", "_sqlite_migrations"}
