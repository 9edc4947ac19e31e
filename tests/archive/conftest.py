"""What the archive's tests ask of it again and again."""

from __future__ import annotations

import struct
import zlib

import pytest

from migrator.archive.proof.check import check


def counted(archive, table, where="1"):
    return archive.one(f"select count(*) from {table} where {where}")[0]


def checked(archive):
    """Hold the archive to what must be true of it whatever was read."""
    assert [row[0] for row in archive.all("pragma integrity_check")] == ["ok"]
    assert archive.all("pragma foreign_key_check") == []
    for table in ("badge_class", "issuer", "learner", "identity"):
        # Raises when the index knows other words than its table.
        archive.conn.execute(
            f"insert into {table}_fts({table}_fts, rank) values ('integrity-check', 1)"
        )
    for row in archive.all("select * from source_summary where state = 'complete'"):
        assert row["balances"]
    assert counted(archive, "sighting") >= counted(archive, "assertion")


def inserted(png, kind, data):
    """Put a chunk behind the head of a PNG."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return png[:33] + chunk + png[33:]


_KNOWN_BY = {
    "source": ("adapter", "place"),
    "learner": (),
    "identity": ("type", "value"),
    "collection": ("source_id", "key"),
    "destination": ("kind", "url"),
    "account": ("destination_id", "username"),
    "transfer": ("assertion_id", "destination_id"),
    "run": ("command", "started_at"),
}


def meant(archive, without=("run", "lease", "attempt")):
    """Return what an archive says, without the numbers of its rows and the counts of readings."""
    said, known = {}, {}

    def name_of(table, number):
        if number is None:
            return None
        if (table, number) not in known:
            if table == "learner":
                rows = archive.all("select value from identity where learner_id = ?", number)
                known[table, number] = tuple(sorted(row[0] for row in rows))
            else:
                row = dict(archive.one(f"select * from {table} where id = ?", number))
                columns = _KNOWN_BY.get(table, ("digest",))
                known[table, number] = tuple(plain(table, row, column) for column in columns)
        return known[table, number]

    def plain(table, row, column):
        target = references[table].get(column)
        return row[column] if target is None else name_of(target, row[column])

    tables = [
        row[0]
        for row in archive.all(
            "select name from sqlite_master where type = 'table' and name not like '%\\_fts%'"
            " escape '\\' and name <> '_sqlite_migrations'"
        )
    ]
    references = {
        table: {
            row["from"]: row["table"] for row in archive.all(f"pragma foreign_key_list({table})")
        }
        for table in tables
    }
    for table in tables:
        if table not in without:
            left_out = {"id", *(_COUNTED if table == "source" else ())}
            said[table] = sorted(
                (
                    tuple(plain(table, dict(row), one) for one in row.keys() if one not in left_out)  # noqa: SIM118 - a Row iterates over its values
                    for row in archive.all(f"select * from {table}")
                ),
                key=repr,
            )
    said["learner"] = [name_of("learner", row[0]) for row in archive.all("select id from learner")]
    said["learner"].sort()
    return said


_COUNTED = ("found", "archived", "known", "problems")


def read_back(archive):
    """Hold every byte and every row of an archive to its digest."""
    told = []
    check(archive, told.append, lambda seen: None)
    assert told == []


@pytest.fixture(scope="session")
def undamaged():
    return read_back


@pytest.fixture(scope="session")
def meaning():
    return meant


@pytest.fixture(scope="session")
def count():
    return counted


@pytest.fixture(scope="session")
def check_books():
    return checked


@pytest.fixture(scope="session")
def with_chunk():
    return inserted


@pytest.fixture
def other(tmp_path, text_clock, empty_archive):
    with empty_archive(tmp_path / "other.db", text_clock) as opened:
        yield opened
