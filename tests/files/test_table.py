from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.files.table import Harmless, cell

ROWS = [
    ["id", "name", "note"],
    ["1", "=1+1", 'say "=2"'],
    ["2", "plain", "two\nlines, and ;=3"],
    ["3", "\t=1", "@x" * 60_000],
    ["", "", ""],
]


def table_of(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def through(data, size):
    harmless = Harmless()
    pieces = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
    return b"".join(
        harmless.feed(piece, last=number == len(pieces)) for number, piece in enumerate(pieces, 1)
    )


@pytest.mark.parametrize("size", [7, 1000, 10_000_000])
def test_a_table_of_somebody_elses_is_made_harmless_piece_by_piece(size):
    rows = ROWS if size > 7 else [row for row in ROWS if row[0] != "3"]
    made = through(table_of(rows), size).decode()
    read = list(csv.reader(io.StringIO(made, newline="")))
    assert read == [[cell(one) for one in row] for row in rows]


@given(
    st.lists(st.lists(st.text("=a,\"\n;é'", max_size=5), min_size=2, max_size=3), max_size=4),
    st.integers(1, 9),
)
def test_every_cell_is_as_we_would_have_written_it(rows, size):
    made = through(table_of(rows), size).decode()
    wanted = [[cell(one) for one in row] for row in rows]
    assert list(csv.reader(io.StringIO(made, newline=""))) == wanted
    harmless = b"a,b\r\n1,2\r\n"
    assert through(harmless, size) == harmless
