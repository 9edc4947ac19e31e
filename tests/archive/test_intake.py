from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from migrator import errors
from migrator.archive import intake, shelf, totals
from migrator.archive.archive import Archive
from migrator.archive.books import Counts
from migrator.archive.problems import first_problems
from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources import registry
from migrator.sources.found import (
    Found,
    FoundCollection,
    FoundLearner,
    Membership,
    Problem,
    Severity,
)
from migrator.sources.place import open_place


def identities(archive):
    return {row[0] for row in archive.all("select identity from assertion")}


def test_the_sample_dump_gives_every_badge_the_deleted_one_everybody_and_all_collections(
    archive, reader, sample_dump, check_books
):
    read = reader.file(archive, sample_dump)
    assert read.adapter == "mozilla-mysql"
    assert (read.counts.found, read.counts.archived) == (32, 32)
    assert (read.counts.learners, read.counts.collections) == (6, 7)
    found = totals.totals(archive)
    assert (found.badges, found.learners, found.collections) == (32, 6, 7)
    deleted = [kept for batch in shelf.all_kept(archive) for kept in batch if kept.deleted]
    assert len(deleted) == 1
    check_books(archive)


def test_the_sample_export_gives_its_twelve_badges(archive, reader, sample_zip, check_books):
    read = reader.file(archive, sample_zip)
    assert (read.counts.found, read.counts.archived) == (12, 12)
    check_books(archive)


def test_a_second_reading_adds_nothing_at_all(
    archive, reader, contents, sample_zip, sample_dump, count, check_books
):
    reader.file(archive, sample_zip)
    second = reader.file(archive, sample_dump)
    assert (second.counts.archived, second.counts.known) == (20, 12)
    before = contents(archive)
    for path in (sample_zip, sample_dump, sample_zip):
        again = reader.file(archive, path).counts
        assert (again.archived, again.known) == (0, again.found)
    assert contents(archive) == before
    assert count(archive, "assertion") == 32
    assert count(archive, "sighting") == 12 + 32
    sightings = archive.all("select count(*) from sighting group by assertion_id order by 1")
    assert [row[0] for row in sightings] == [1] * 20 + [2] * 12
    check_books(archive)


def test_the_order_of_sources_does_not_matter(archive, other, reader, sample_zip, sample_dump):
    for opened, paths in ((archive, (sample_zip, sample_dump)), (other, (sample_dump, sample_zip))):
        for path in paths:
            reader.file(opened, path)
    assert identities(archive) == identities(other)
    facts = """
        select a.identity, a.version, a.verification, a.hosted_url, a.issued_on, a.expires,
          a.revoked, a.recipient_identity, a.recipient_salt, a.richness, badge_overview.badge,
          (select group_concat(value) from (select value from identity
            where identity.learner_id = a.learner_id order by value))
        from assertion as a join badge_overview on a.id = assertion_id order by a.identity
    """
    assert [tuple(r) for r in archive.all(facts)] == [tuple(r) for r in other.all(facts)]


@pytest.mark.parametrize("which", ["sample_zip", "sample_dump"])
def test_every_image_and_document_comes_back_byte_for_byte(archive, reader, request, which):
    path = request.getfixturevalue(which)
    reader.file(archive, path)
    images = {shelf.image_file(archive, row[0]) for row in archive.all("select id from image")}
    documents = {
        row[0].encode() if isinstance(row[0], str) else row[0]
        for row in archive.all("select content from document")
    }
    with open_place(path) as place:
        yielded = [
            outcome
            for outcome in registry.recognise(place).adapter.read(place)
            if isinstance(outcome, Found)
        ]
    assert len(yielded) >= 12
    for found in yielded:
        assert found.image is None or found.image in images
        for part in (found.assertion, found.badge_class, found.issuer, found.jws):
            assert part is None or part in documents
        badge = read_badge(
            Pieces(
                found.assertion,
                found.badge_class,
                found.issuer,
                found.jws,
                found.hosted_url,
                found.image,
            )
        )
        assert {document.data for document in badge.documents} <= documents


def test_one_picture_for_many_badges_is_kept_once(archive, reader, tmp_path, make, count):
    found = [Found(f"badge {n}", image=make.baked(n)) for n in range(20)]
    reader.outcomes(archive, tmp_path, found)
    assert (count(archive, "artwork"), count(archive, "image")) == (1, 20)
    for row in archive.all(
        "select sighting.locator, sighting.image_id from sighting order by sighting.id"
    ):
        number = int(row[0].split()[1])
        assert shelf.image_file(archive, row[1]) == found[number].image


def test_problems_are_recorded_once_and_counted_each_time(archive, reader, tmp_path, make):
    outcomes = [
        Problem("a.txt", "not_a_badge", "This is a text.", b"x" * 100_000),
        Problem("b.txt", "odd", "Odd.", severity=Severity.WARNING),
        make.found(
            1, warnings=(Problem("badge 1", "wrong_checksum", "Wrong.", severity=Severity.WARNING),)
        ),
        Found("empty.png", image=b"no picture"),
        Found("nothing"),
    ]
    for _ in range(2):
        read = reader.outcomes(archive, tmp_path, outcomes)
        assert (read.counts.found, read.counts.problems) == (4, 3)
    assert totals.totals(archive).problems == 3
    assert totals.totals(archive).warnings == 2
    rows = totals.problems(archive)
    assert [row.severity for row in rows] == ["problem"] * 3 + ["warning"] * 2
    assert len(totals.problems(archive, limit=2)) == 2
    assert archive.one("select raw from problem where locator = 'a.txt'")[0] == b"x" * 100_000
    assert archive.one("select raw from problem where locator = 'empty.png'")[0] == b"no picture"
    assert first_problems(archive, read.source_id, 1) == [("a.txt", "This is a text.")]
    assert len(first_problems(archive, read.source_id)) == 3


def test_a_source_that_cannot_be_read_ends_the_command_and_says_so(archive, reader, tmp_path):
    with pytest.raises(errors.SourceUnreadable):
        reader.outcomes(archive, tmp_path, [errors.SourceUnreadable("No.", "Next.")])
    assert [source.state for source in totals.totals(archive).sources] == ["interrupted"]
    assert archive.one("select outcome from run")[0] == "SourceUnreadable"


def test_books_that_do_not_balance_are_an_error_of_ours(
    archive, reader, tmp_path, make, monkeypatch
):
    monkeypatch.setattr(Counts, "balances", property(lambda self: False))
    with pytest.raises(errors.MigratorError, match="do not balance"):
        reader.outcomes(archive, tmp_path, [make.found(1)])


def test_counts_add_up():
    one = Counts(3, 1, 1, 1, 5, 6, 7)
    assert one.balances
    assert one + one == Counts(6, 2, 2, 2, 10, 12, 14)
    assert not replace(one, found=4).balances


def test_a_folder_whose_name_is_no_utf8_is_read(archive, reader, tmp_path, make):
    folder = os.path.join(os.fsencode(tmp_path), b"caf\xe9")  # noqa: PTH118 - bytes
    os.mkdir(folder)  # noqa: PTH102 - bytes
    path = type(tmp_path)(os.fsdecode(folder))
    for _ in range(2):
        reader.outcomes(archive, path, [make.found(1)])
    (source,) = totals.totals(archive).sources
    assert source.place.endswith("/caf\\xe9")
    assert source.label == "caf\\xe9"


def many(make, size=2500):
    people = [
        FoundLearner(f"user {n}", (f"p{n}@example.org", f"q{n}@example.org")) for n in range(9)
    ]
    groups = [FoundCollection(f"group {n}", str(n), f"q{n}@example.org", f"C{n}") for n in range(9)]
    return [
        *people,
        *groups,
        *(
            Problem(f"row {n}", "odd", "Odd.")
            if n % 11 == 0
            else make.found(
                n % 900,
                f"p{n % 9}@example.org",
                locator=f"row {n}",
                memberships=(Membership(str(n % 9), n),),
            )
            for n in range(size)
        ),
    ]


def test_an_interrupted_reading_is_completed_by_the_next(
    archive, other, reader, tmp_path, make, contents, count, check_books
):
    outcomes = many(make)
    complete = reader.outcomes(other, tmp_path, outcomes)
    for stop in (5, 1001, 2300):
        with pytest.raises(KeyboardInterrupt):
            reader.outcomes(archive, tmp_path, [*outcomes[:stop], KeyboardInterrupt()])
        (source,) = totals.totals(archive).sources
        assert source.state == "interrupted"
    assert count(archive, "sighting") > 0
    read = reader.outcomes(archive, tmp_path, outcomes)
    assert read.counts.found == complete.counts.found
    assert contents(archive) == contents(other)
    assert [row[0] for row in archive.all("select outcome from run order by id")] == [
        *["interrupted"] * 3,
        "complete",
    ]
    check_books(archive)


def test_what_watches_sees_the_counts_grow(archive, reader, tmp_path, make, monkeypatch):
    monkeypatch.setattr(intake, "_TOGETHER", 1)
    seen = []
    reader.outcomes(archive, tmp_path, many(make), seen.append)
    assert [one.balances for one in seen] == [True] * 3
    assert all(one.found < two.found for one, two in pairwise(seen))


def test_batches_are_kept_together_while_they_come_quickly(
    archive, reader, tmp_path, make, monkeypatch
):
    monkeypatch.setattr(intake, "_LONGEST", 60)  # they do, however slow this machine is today
    seen = []
    reader.outcomes(archive, tmp_path, many(make), seen.append)
    assert len(seen) == 1


@pytest.mark.parametrize(("seconds", "transactions"), [(0.1, 1), (0.6, 2), (2.0, 3)])
def test_nobody_else_waits_long_for_the_batches_of_a_slow_source(
    archive, reader, tmp_path, make, monkeypatch, seconds, transactions
):
    class Slow(list):
        def __iter__(self):
            for number, outcome in enumerate(super().__iter__()):
                if number % intake._BATCH_BADGES == 0:
                    now[0] += seconds
                yield outcome

    now = [0.0]
    monkeypatch.setattr(intake.time, "monotonic", lambda: now[0])
    seen = []
    reader.outcomes(archive, tmp_path, Slow(many(make)), seen.append)
    assert len(seen) == transactions


def test_what_could_not_be_written_is_not_in_the_books(
    archive, reader, tmp_path, make, monkeypatch, count
):
    class Full(intake.BadgeWriter):
        def finish(self):
            super().finish()
            if count(archive, "sighting") > 1500:
                raise OSError("no room")

    monkeypatch.setattr(intake, "BadgeWriter", Full)
    with pytest.raises(OSError, match="no room"):
        reader.outcomes(archive, tmp_path, many(make))
    (book,) = archive.all("select state, found, archived from source")
    assert tuple(book) == ("interrupted", 0, 0)
    assert count(archive, "sighting") == 0


def test_a_batch_ends_before_it_grows_large(archive, reader, tmp_path, make, monkeypatch):
    monkeypatch.setattr(intake, "_TOGETHER", 1)
    seen = []
    large = [
        make.found(n, badge_class=b" " * 12_000_000 + make.json(make.badge_class(n)))
        for n in range(5)
    ]
    reader.outcomes(archive, tmp_path, large, seen.append)
    assert [one.found for one in seen] == [3, 5]


def write_pngs(folder, make, with_chunk, number):
    folder.mkdir()
    for n in range(number):
        text = b"openbadges\0\0\0\0\0" + make.json(make.assertion(n, f"p{n % 50}@example.org"))
        (folder / f"{n}.png").write_bytes(with_chunk(make.png(), b"iTXt", text))


def command(archive, folder):
    return [sys.executable, "-m", "migrator", "archive", "--archive", str(archive), str(folder)]


@pytest.mark.no_cover  # those who are killed cannot say what they ran
def test_a_killed_reading_is_completed_by_the_next(tmp_path, make, contents, count, with_chunk):
    folder = tmp_path / "badges"
    write_pngs(folder, make, with_chunk, 4000)
    subprocess.run(command(tmp_path / "whole.db", folder), check=True, capture_output=True)
    chance = random.Random(7)
    path, killed = tmp_path / "killed.db", 0
    for _ in range(6):
        process = subprocess.Popen(
            command(path, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.2, 0.9))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    assert killed >= 3
    said = subprocess.run(command(path, folder), check=True, capture_output=True, text=True)
    assert "4,000 badges found" in said.stdout + said.stderr
    with Archive.read(path) as one, Archive.read(tmp_path / "whole.db") as whole:
        assert contents(one) == contents(whole)
        assert count(one, "assertion") == 4000
        assert one.one("select count(*) from lease")[0] == 0
        assert [row[0] for row in one.all("pragma integrity_check")] == ["ok"]


_READ = """
import struct, sys, zlib
from pathlib import Path
from migrator.archive.archive import Archive
from migrator.archive.intake import read_source
from migrator.sources.found import Found, FoundCollection, FoundLearner, Membership
from migrator.sources.place import open_place
import json

def picture(n):
    def chunk(kind, data):
        end = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + end
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0))
    own = chunk(b"prVt", bytes(4000) + b"%d" % n)
    return b"\\x89PNG\\r\\n\\x1a\\n" + head + own + chunk(b"IEND", b"")

class Endless:
    name = "endless"
    def read(self, place):
        for n in range(int(sys.argv[2])):
            if n % 5 == 0:
                yield FoundLearner(f"user {n}", (f"a{n}@x.example", f"b{n}@x.example"), f"N {n}")
                yield FoundCollection(f"group {n}", str(n), f"b{n}@x.example", f"C {n}")
            m = n - n % 5
            document = {"recipient": f"a{m}@x.example", "badge": {"name": f"B {n}",
                "issuer": {"origin": f"https://{n % 100}.example", "name": "I"}}}
            yield Found(f"row {n}", assertion=json.dumps(document).encode(),
                hosted_url=f"https://x.example/{n}", image=picture(n),
                holder=f"b{m}@x.example", memberships=(Membership(str(m), n, "s"),))

with Archive.open(Path(sys.argv[1])) as archive, open_place(Path(sys.argv[1]).parent) as place:
    # SQLite's cache is bounded by itself; a small one is full early.
    archive.conn.execute("pragma cache_size = -4000")
    read = read_source(archive, Endless(), place, lambda counts: None)
assert read.counts.archived == int(sys.argv[2])
# Not what getrusage says: there a process inherits the peak of the one that started it.
for line in open("/proc/self/status"):
    if line.startswith("VmHWM:"):
        print(line.split()[1])
"""


def test_memory_does_not_grow_with_the_source(tmp_path):
    def peak(number):
        script = [sys.executable, "-c", _READ, str(tmp_path / f"{number}.db"), str(number)]
        # What is measured here is memory, and measuring coverage takes some.
        environment = {key: value for key, value in os.environ.items() if "COV" not in key}
        ran = subprocess.run(script, check=True, capture_output=True, text=True, env=environment)
        return int(ran.stdout)

    # Eight thousand pictures and documents more are over 40 MiB.
    small, large = peak(6_000), peak(14_000)
    assert large < small + 32 * 1024, f"{small} KiB became {large} KiB"
