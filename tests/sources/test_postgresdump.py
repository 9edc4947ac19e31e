from __future__ import annotations

import gzip
import io
import random

import pytest

from migrator.errors import SourceUnreadable
from migrator.sources.mysqldump import Broken
from migrator.sources.postgresdump import PostgresDump, is_postgres

HEAD = b"--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n"
TABLE = b'COPY public."badges" (id, "from", name) FROM stdin;\n'
END = b"\\.\n\n--\n-- PostgreSQL database dump complete\n--\n"


def read(data, wanted=("badges",), **more):
    dump = PostgresDump(io.BytesIO(data), wanted, **more)
    return dump, list(dump)


def test_rows_come_with_their_columns_and_escapes_undone():
    rows = b"1\t\\N\tA\\tb\\nc\\\\d\\x41\\101\\q\n2\t\t\\8\r\n"
    dump, (first, second) = read(HEAD + TABLE + rows + END)
    assert first.named() == {"id": b"1", "from": None, "name": b"A\tb\nc\\dAAq"}
    assert second.named() == {"id": b"2", "from": b"", "name": b"8"}
    assert (first.number, first.line, second.line) == (1, 7, 8)
    assert dump.tables == {"badges": ("id", "from", "name")}


def test_other_tables_are_passed_over_and_packed_files_unpacked():
    other = b"COPY users (id, password) FROM stdin;\n1\tzap\n\\.\n"
    _, rows = read(gzip.compress(HEAD + other + TABLE + b"1\ta\tb\n" + END))
    assert [row.table for row in rows] == ["badges"]


def test_a_row_of_another_width_is_broken_and_the_next_is_read():
    _, (broken, row) = read(HEAD + TABLE + b"1\ta\n2\ta\tb\n" + END)
    assert isinstance(broken, Broken)
    assert (broken.code, broken.number, broken.raw) == ("row_broken", 1, b"1\ta")
    assert row.number == 2


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        (b"1\ta\tb\n2\ta", "dump_cut"),
        (b"1\ta\tb\n", "dump_cut"),
        (b"1\ta\tb\n\\.", "dump_cut"),
        (b"1\ta\tb\n\\.\n", "dump_cut"),
    ],
)
def test_a_dump_that_breaks_off_is_told_once(rest, code):
    _, (row, cut) = read(HEAD + TABLE + rest)
    assert row.number == 1
    assert cut.code == code


def test_a_part_of_a_dump_needs_no_last_line():
    _, rows = read(TABLE + b"1\ta\tb\n\\.\n")
    assert len(rows) == 1


def test_a_packed_dump_that_is_damaged_is_told():
    rows = b"".join(
        b"%d\ta\t%s\n" % (number, random.Random(number).randbytes(20).hex().encode())
        for number in range(9000)
    )
    _, found = read(gzip.compress(HEAD + TABLE + rows + END)[:-300])
    assert found[-1].code == "dump_cut"
    assert "(" in found[-1].sentence


def test_a_row_without_end_is_left_out():
    long = b"1\ta\t" + b"x" * 400_000 + b"\n2\ta\tb\n"
    _, (broken, row) = read(HEAD + TABLE + long + END, row_limit=200_000)
    assert (broken.code, row.number) == ("row_too_large", 2)


def test_its_own_packed_format_is_refused():
    assert is_postgres(b"PGDMP\x01")
    with pytest.raises(SourceUnreadable, match="packed format") as refused:
        read(b"PGDMP\x01\x02")
    assert "pg_dump --format=plain" in refused.value.next_step
