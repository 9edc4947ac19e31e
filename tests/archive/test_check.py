from __future__ import annotations

import random
import sqlite3
import threading

import pytest

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.proof import check as check_module
from migrator.archive.proof import readback
from migrator.archive.proof.check import check, rows_to_see
from migrator.archive.proof.dependents import Dependents
from migrator.archive.proof.readback import Sample
from migrator.archive.proof.walk import Gap, walk

_KEPT = {
    "frame": "content",
    "document": "content",
    "artwork": "content",
    "image": "splice",
}
_MADE_OF = (
    {"artwork", "image"},
    {"document", "image"},
    {"frame", "image"},
    {"frame", "document"},
)
_CORRUPTIONS = 1_000
_AT_ONCE = 5


@pytest.fixture
def checked():
    """Check an archive; returns (what it came to, the damages)."""

    def run(archive, **how):
        found = []
        done = check(archive, found.append, lambda seen: None, **how)
        assert done.damages == len(found)
        return done, found

    return run


@pytest.fixture
def tiny(archive, reader, tmp_path, make):
    """An archive of fifteen badges: documents, some of them framed, pictures, splices."""
    outcomes = [
        make.found(n, holder=f"ann{n % 3}@example.org", image=make.baked(n)) for n in range(6)
    ]
    big = make.png(8, noise=bytes(range(256)) * 160)
    outcomes.append(make.found(7, image=big, badge_class=make.json({"name": "Größe"})))
    outcomes.append(make.found(8, issuer="né".encode("latin-1") * 9))
    outcomes += [make.found(n, image=make.baked(n)) for n in range(30, 51, 3)]
    reader.outcomes(archive, tmp_path, outcomes)
    return archive


def contents(archive):
    """Return (table, row, bytes) of everything whose bytes are kept."""
    return [
        (table, number, data)
        for table, column in _KEPT.items()
        for number, data in archive.all(
            f"select id, cast({column} as blob) from {table} where length({column}) > 0"
        )
    ]


def places(found):
    return sorted((one.table, one.row) for one in found)


def flip(data, at, with_what):
    return data[:at] + bytes([data[at] ^ with_what]) + data[at + 1 :]


def put(archive, table, number, data):
    column = _KEPT[table]
    # As a document's text stands in the file, whatever its bytes are now.
    kind = archive.one(f"select typeof({column}) from {table} where id = ?", number)[0]
    with archive.writing() as conn:
        conn.execute(
            f"update {table} set {column} = cast(? as {kind}) where id = ?", (data, number)
        )


def groups(kept, rng):
    """Yield some contents to damage at once, none of them hidden behind another."""
    chosen = []
    for one in rng.sample(kept, len(kept)):
        if len(chosen) == _AT_ONCE:
            return chosen
        tables = {one[0], *(table for table, _, _ in chosen)}
        # A bad part is told instead of what is made of it.
        if any(tables >= pair for pair in _MADE_OF):
            continue
        chosen.append(one)
    return chosen


def test_an_archive_as_it_was_written_is_clean(tiny, checked):
    done, found = checked(tiny)
    assert found == []
    assert done.clean
    assert (done.documents, done.images) == (done.all_documents, done.all_images)
    assert done.artworks == done.all_artworks == 2
    sizes = "select (select sum(size) from document) + (select sum(size) from artwork)"
    frames = "(select sum(length(cast(content as blob))) from frame)"
    assert done.bytes == tiny.one(f"{sizes} + (select sum(size) from image) + {frames}")[0]


def test_every_kind_of_source_is_clean_after_reading(
    archive, reader, sample_zip, sample_dump, checked
):
    reader.file(archive, sample_zip)
    reader.file(archive, sample_dump)
    reader.file(archive, sample_dump)
    assert checked(archive)[1] == []


@pytest.mark.no_cover  # a thousand times what other tests measure
def test_every_one_of_a_thousand_corruptions_is_found_and_nothing_else(tiny, checked):
    rng = random.Random(2026)
    kept = contents(tiny)
    corrupted = 0
    while corrupted < _CORRUPTIONS:
        chosen = groups(kept, rng)
        for table, number, data in chosen:
            put(tiny, table, number, flip(data, rng.randrange(len(data)), rng.randint(1, 255)))
        done, found = checked(tiny, listed=1)
        assert places(found) == sorted((table, number) for table, number, _ in chosen)
        assert {one.code for one in found} == {"changed"}
        assert done.damages == len(chosen)
        for table, number, data in chosen:
            put(tiny, table, number, data)
        corrupted += len(chosen)
    assert checked(tiny)[1] == []


def test_a_byte_that_turns_over_on_the_disk_is_found(tiny, checked):
    rng = random.Random(1)
    kept = contents(tiny)
    tiny.conn.execute("pragma wal_checkpoint(truncate)")
    tiny.close()
    whole = tiny.path.read_bytes()
    # Small contents stand in the file in one piece; one that stands there twice is left out.
    kept = [one for one in kept if len(one[2]) < 8_000 and whole.count(one[2]) == 1]
    assert {table for table, _, _ in kept} == {"frame", "document", "artwork", "image"}
    for _ in range(60):
        table, number, data = rng.choice(kept)
        at = whole.find(data) + rng.randrange(len(data))
        tiny.path.write_bytes(flip(whole, at, rng.randint(1, 255)))
        with Archive.read(tiny.path) as opened:
            _, found = checked(opened, listed=1)
        assert places(found) == [(table, number)]


def test_what_hangs_on_a_document_is_named_with_its_learner_and_where_to_find_it_again(
    tiny, checked, tmp_path
):
    (number,) = tiny.one(
        "select document_id from sighting_document join sighting on sighting.id = sighting_id"
        " where sighting.locator = 'badge 4' and kind = 'assertion'"
    )
    put(tiny, "document", number, b"{}")
    _, (damage,) = checked(tiny)
    assert damage.place == f"document {number}"
    assert damage.badges == 1
    (badge,) = damage.dependents
    assert (badge.badge, badge.learner) == ("Badge 1", "ann1@example.org")
    assert badge.found_in == (f"{tmp_path.name}, badge 4",)


def test_a_bad_artwork_is_told_once_with_every_badge_made_of_it(tiny, checked):
    (number, data) = tiny.one("select id, content from artwork order by id")
    put(tiny, "artwork", number, flip(data, 3, 1))
    _, (damage,) = checked(tiny, listed=2)
    assert (damage.table, damage.row, damage.badges) == ("artwork", number, 13)
    assert len(damage.dependents) == 2


def test_a_sample_that_meets_a_bad_artwork_only_in_an_image_tells_the_artwork(tiny, checked):
    (number, data) = tiny.one("select id, content from artwork order by id")
    put(tiny, "artwork", number, flip(data, 3, 1))
    told = [places(checked(tiny, sample=Sample(0.25, seed))[1]) for seed in range(4)]
    assert all(one in ([("artwork", number)], []) for one in told)
    assert [("artwork", number)] in told


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_the_samples_of_all_seeds_together_are_everything(share):
    seeds = range(-int(-1 // share))
    chosen = [{n for n in range(1, 5_001) if Sample(share, seed).has(n)} for seed in seeds]
    assert set.union(*chosen) == set(range(1, 5_001))
    assert all(abs(len(one) - 5_000 * share) < 100 for one in chosen)
    assert chosen[0] == {n for n in range(1, 5_001) if Sample(share).has(n)}


def test_a_sample_reads_its_share_and_finds_what_is_broken_in_it(tiny, checked):
    for table, number, data in contents(tiny):
        if table != "frame":
            put(tiny, table, number, flip(data, 0, 255))
    told = []
    for seed in range(4):
        done, found = checked(tiny, sample=Sample(0.25, seed))
        assert done.documents < done.all_documents
        told += places(found)
    documents = {(table, number) for table, number, _ in contents(tiny) if table == "document"}
    assert documents <= set(told)


@pytest.mark.parametrize(
    ("statement", "code", "table"),
    [
        ("update document set size = size + 1 where id = 2", "size", "document"),
        ("update document set digest = x'00' where id = 2", "changed", "document"),
        ("update image set splice_at = splice_at + 1 where id = 2", "changed", "image"),
        ("update image set splice_at = 'here' where id = 2", "changed", "image"),
        ("update assertion set own_identity = 'url:x' where id = 2", "identity", "assertion"),
        ("update issuer set url = 'https://evil.example'", "normal_form", "issuer"),
        ("update badge_class set criteria_url = x'00ff'", "normal_form", "badge_class"),
        ("insert into tag (badge_class_id, name) values (1, 'x')", "normal_form", "badge_class"),
        ("delete from image where id = 2", "reference", "sighting"),
        ("delete from document where id = 2", "reference", "sighting_document"),
        ("delete from artwork where id = 1", "reference", "image"),
        ("delete from artwork where id = 1", "incomplete", "image"),
        ("update source set found = found + 1", "balance", "source"),
        ("update source set archived = 99, found = 99", "sightings", "source"),
        ("delete from sighting where id = 2", "unseen", "assertion"),
        (
            "insert into document values (99, zeroblob(32), 'jws', 0, '', null)",
            "orphan",
            "document",
        ),
        ("insert into frame values (99, zeroblob(32), '')", "orphan", "frame"),
        ("update document set frame_id = 99 where frame_id", "reference", "document"),
        ("delete from frame", "incomplete", "document"),
        (
            "insert into artwork values (99, zeroblob(32), 'image/png', 0, x'')",
            "orphan",
            "artwork",
        ),
        (
            "insert into image values (99, zeroblob(32), 1, 0, x'', 0, null, null)",
            "orphan",
            "image",
        ),
        ("drop table lease", "schema", "lease"),
        ("drop index sighting_source", "schema", "sighting_source"),
        ("drop table removal", "schema", "removal"),
        ("drop table sighting", "unreadable", "file"),
    ],
)
def test_what_does_not_fit_is_told(tiny, checked, statement, code, table):
    tiny.conn.execute("pragma foreign_keys = off")
    tiny.conn.execute(statement)
    done, found = checked(tiny)
    assert not done.clean
    assert (code, table) in {(one.code, one.table) for one in found}
    assert all(one.sentence.endswith(".") for one in found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("state = 'done'", "neither its id"),
        ("state = 'done', detail = 'seen there'", None),
        ("state = 'already_there', remote_id = 'r1'", None),
        ("account_id = 2", "another destination"),
    ],
)
def test_transfers_are_held_to_what_must_be_true_of_them(tiny, checked, change, words):
    for statement in (
        "insert into destination values (1, 'badgr', 'https://a.example')",
        "insert into destination values (2, 'badgr', 'https://b.example')",
        "insert into account (id, destination_id, username) values (1, 1, 'a'), (2, 2, 'b')",
    ):
        tiny.conn.execute(statement)
    tiny.conn.execute(
        "insert into transfer (assertion_id, account_id, destination_id, state, changed_at)"
        " values (3, 1, 1, 'planned', '2026-11-23')"
    )
    assert checked(tiny)[1] == []
    tiny.conn.execute(f"update transfer set {change}")
    _, found = checked(tiny)
    assert [one.code for one in found] == (["transfer"] if words else [])
    if words:
        assert words in found[0].sentence
        assert [one.assertion_id for one in found[0].dependents] == [3]


def test_one_badge_twice_in_the_books_of_a_destination_is_told(tiny, checked):
    tiny.conn.execute("insert into destination values (1, 'badgr', 'https://a.example')")
    (sql,) = tiny.one("select sql from sqlite_master where name = 'transfer'")
    tiny.conn.execute("drop table transfer")
    tiny.conn.execute(sql.replace(",\n  unique (assertion_id, destination_id)", ""))
    tiny.conn.executemany(
        "insert into transfer (assertion_id, destination_id, state, changed_at)"
        " values (?, 1, 'planned', '')",
        [(1,), (1,), (2,)],
    )
    _, found = checked(tiny)
    assert [one.row for one in found if one.code == "transfer"] == [1, 2]


def test_what_sqlite_finds_wrong_is_told_with_the_table_it_is_in(tiny, checked, tmp_path):
    # The index says it is over other columns than it was made for.
    tiny.conn.execute("pragma writable_schema = on")
    tiny.conn.execute(
        "update sqlite_master set sql = 'create index tag_badge_class on tag (name)'"
        " where name = 'tag_badge_class'"
    )
    tiny.conn.execute("insert into tag (badge_class_id, name) values (1, 'web')")
    tiny.close()
    with Archive.read(tiny.path) as opened:
        _, found = checked(opened)
    told = [one for one in found if one.code == "sqlite"]
    assert {one.table for one in told} == {"tag"}
    assert "row 1 missing from index tag_badge_class" in told[0].sentence


def test_a_page_with_a_wrong_count_of_cells_is_told_by_its_table(tiny, checked):
    (page,) = tiny.one("select rootpage from sqlite_master where name = 'tag'")
    tiny.conn.execute("insert into tag (badge_class_id, name) values (1, 'web'), (1, 'net')")
    tiny.conn.execute("pragma wal_checkpoint(truncate)")
    tiny.close()
    whole = bytearray(tiny.path.read_bytes())
    head = (page - 1) * 4096
    assert whole[head] == 13  # a leaf of a table (SQLite's file format, 1.6)
    whole[head + 4] = 1  # one cell, where there were two
    tiny.path.write_bytes(whole)
    with Archive.read(tiny.path) as opened:
        done, found = checked(opened)
    assert not done.clean
    assert ("sqlite", "tag") in {(one.code, one.table) for one in found}


def test_a_badge_class_whose_tags_cannot_be_read_does_not_fit(tiny, checked):
    tiny.conn.execute("alter table tag rename column name to word")
    assert ("normal_form", "badge_class") in {(one.code, one.table) for one in checked(tiny)[1]}


def test_a_search_that_has_forgotten_a_word_is_told(tiny, checked):
    tiny.conn.execute("drop trigger badge_class_au")
    tiny.conn.execute("delete from badge_class_fts_docsize where id = 1")
    _, found = checked(tiny)
    assert {one.code for one in found} == {"schema", "word_index"}
    assert "rebuild-fts" in found[-1].sentence


def test_a_foreign_word_index_is_left_alone(tiny, checked):
    tiny.conn.execute("create virtual table notes using fts5 (text)")
    assert checked(tiny)[1] == []


def test_what_is_broken_a_thousand_times_is_listed_as_far_as_it_helps(archive, checked):
    archive.conn.execute("pragma foreign_keys = off")
    archive.conn.executemany(
        "insert into tag (badge_class_id, name) values (?, 'x')", [(n,) for n in range(1_500)]
    )
    _, found = checked(archive)
    assert len(found) == 1_001
    assert found[-1].sentence.startswith("500 more rows")


def test_pages_that_sqlite_cannot_read_are_gone_round(archive, reader, tmp_path, make, checked):
    outcomes = [
        make.found(n, assertion=make.json(make.assertion(n, narrative="n" * (n * 20))))
        for n in range(1, 120)
    ]
    reader.outcomes(archive, tmp_path, outcomes)
    kept = {number: data for _, number, data in contents(archive)}
    archive.conn.execute("pragma wal_checkpoint(truncate)")
    archive.close()
    whole = archive.path.read_bytes()
    # The page of a document in the middle, and the page of another farther on.
    lost = {}
    for victim in (20, 40):
        at = whole.find(kept[victim][:200])
        assert whole.count(kept[victim][:200]) == 1
        page = at // 4096
        lost[victim] = page
        whole = whole[: page * 4096] + b"\xff" * 4096 + whole[(page + 1) * 4096 :]
    archive.path.write_bytes(whole)
    with Archive.read(archive.path) as opened:
        done, found = checked(opened)
    assert not done.clean
    gaps = [one for one in found if (one.code, one.table) == ("unreadable", "document")]
    assert len(gaps) == 2
    # What stands on other pages was read back all the same.
    assert 60 < done.documents < 119 + 4
    for gap, victim in zip(gaps, lost, strict=True):
        first, last = (int(word) for word in gap.sentence.split() if word.isdigit())
        assert first == gap.row
        assert first <= victim <= last
        assert 1 <= gap.badges <= last - first + 1
        assert all(one.found_in for one in gap.dependents)


def test_a_row_whose_columns_cannot_be_read_is_one_row(tiny, checked, monkeypatch):
    class Broken:
        """A connection over which one row, and the end of another table, cannot be read."""

        def __init__(self, conn):
            self._conn = conn

        def __getattr__(self, name):
            return getattr(self._conn, name)

        def execute(self, sql, values=()):
            if sql.startswith("select id, digest, size from document where"):
                rows = self._conn.execute(sql, values)
                return Rows(rows)
            return self._conn.execute(sql, values)

    class Rows:
        def __init__(self, rows):
            self._rows = rows

        def fetchone(self):
            row = self._rows.fetchone()
            if row is not None and row["id"] == 3:
                raise sqlite3.DatabaseError("database disk image is malformed")
            return row

        def __iter__(self):
            while (row := self.fetchone()) is not None:
                yield row

    monkeypatch.setattr(tiny, "conn", Broken(tiny.conn))
    _, found = checked(tiny)
    assert places(found) == [("document", 3)]
    assert found[0].sentence == "This row cannot be read (database disk image is malformed)."


def test_the_end_of_a_table_that_cannot_be_found_is_told():
    conn = sqlite3.connect(":memory:")
    conn.row_factory = sqlite3.Row
    conn.execute("create table note (id integer primary key, text)")

    class Restless:
        """Fails once at the end, and never again."""

        failed = False

        def execute(self, sql, values=()):
            if not self.failed:
                self.failed = True
                raise sqlite3.DatabaseError("database disk image is malformed")
            return conn.execute(sql, values)

    assert list(walk(Restless(), "note", "text")) == [
        Gap(1, 2**63 - 1, "the end of the table cannot be found")
    ]


def test_a_table_of_which_nothing_can_be_read_is_one_gap(tiny):
    class Dead:
        def execute(self, sql, values=()):
            raise sqlite3.DatabaseError("database disk image is malformed")

    (gap,) = walk(Dead(), "document", "digest")
    assert (gap.first, gap.last) == (1, 2**63 - 1)
    lost = readback.Readback(Dead(), Dependents(Dead(), 1), lambda seen: None)
    (damage,) = lost.contents("document", Sample())
    assert damage.sentence.startswith("The rows from 1 on cannot be read (")
    assert damage.sentence.endswith(
        "What hangs on it cannot be told (database disk image is malformed)."
    )
    check_module._count(Dead(), "document")


def test_large_documents_are_read_in_pieces(archive, reader, tmp_path, make, checked):
    large = make.json({**make.assertion(1), "narrative": "n" * 3_000_000})
    reader.outcomes(archive, tmp_path, [make.found(1, assertion=large)])
    assert checked(archive)[1] == []
    (number,) = archive.one("select id from document where size > 3000000")
    put(archive, "document", number, flip(large, 2_999_999, 1))
    assert places(checked(archive)[1]) == [("document", number)]
    # A text of which nothing is left cannot be opened in pieces.
    archive.conn.execute("update document set content = 17, size = 3000000 where id = ?", (number,))
    assert [one.code for one in checked(archive)[1]] == ["unreadable"]


def test_few_artworks_are_held_at_a_time(tiny, checked, monkeypatch):
    monkeypatch.setattr("migrator.archive.proof.content._CACHE_BYTES", 50)
    assert checked(tiny)[1] == []


def test_the_rows_are_counted_for_progress(tiny):
    seen = []
    check(tiny, lambda damage: None, seen.append)
    assert seen == list(range(1, rows_to_see(tiny) + 1))


def test_a_check_sees_one_moment_and_keeps_nobody_from_writing(tiny, checked, monkeypatch):
    real = readback.Readback.identities

    def meanwhile(self):
        with Archive.open(tiny.path) as other, other.writing() as conn:
            conn.execute("update assertion set own_identity = 'x' where id = 1")
        return real(self)

    monkeypatch.setattr(readback.Readback, "identities", meanwhile)
    assert checked(tiny)[1] == []
    monkeypatch.undo()
    assert places(checked(tiny)[1]) == [("assertion", 1)]


def test_the_archive_is_as_usable_after_a_check_as_before(tiny, checked):
    checked(tiny)
    with tiny.writing() as conn:
        conn.execute("insert into learner (name) values ('Zoë')")
    assert tiny.one("select name from learner order by id desc")[0] == "Zoë"


def test_ctrl_c_ends_a_long_query(tiny, monkeypatch):
    monkeypatch.setattr(check_module, "_STEPS_BETWEEN_LOOKS", 10)
    timer = threading.Timer(0.05, tiny.conn.interrupt)

    def forever(conn, dependents):
        timer.start()
        yield from conn.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
        )

    monkeypatch.setattr(check_module, "PARTS", (("Endless", forever),))
    with pytest.raises(KeyboardInterrupt):
        check(tiny, lambda damage: None, lambda seen: None)
    timer.join()


def test_a_locked_archive_is_no_damaged_one(tiny, monkeypatch):
    def locked(conn, dependents):
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    monkeypatch.setattr(check_module, "PARTS", (("The file", locked),))
    with pytest.raises(errors.ArchiveLocked):
        check(tiny, lambda damage: None, lambda seen: None)
