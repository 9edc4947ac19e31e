"""What the archive's tests ask of it again and again."""

from __future__ import annotations

import struct
import zlib

import pytest

from migrator.archive.archive import Archive


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
def other(tmp_path, text_clock):
    with Archive.open(tmp_path / "other.db", text_clock) as opened:
        yield opened
