from __future__ import annotations

import sqlite3

import pytest

from migrator.archive.lookup import looked_up


@pytest.mark.parametrize("keys", [0, 1, 2, 499, 500, 501, 1234])
def test_however_many_keys_each_row_comes_once(keys):
    conn = sqlite3.connect(":memory:")
    conn.execute("create table number (key integer, name text)")
    conn.executemany("insert into number values (?, ?)", ((n, f"n{n}") for n in range(2000)))
    asked = [n // 2 * 2 for n in range(keys)] + [5000] * (keys > 1)  # twice each, and one unknown
    found = list(looked_up(conn, "select key, name from number where key in (KEYS)", asked))
    assert sorted(found) == [(n, f"n{n}") for n in sorted(set(asked) - {5000})]
    conn.close()


def test_few_statements_are_compiled_for_any_number_of_keys():
    conn = sqlite3.connect(":memory:")
    conn.execute("create table number (key integer)")
    said = []
    conn.set_trace_callback(said.append)
    for keys in (1, 2, 77, 1234):
        list(looked_up(conn, "select key from number where key in (KEYS)", range(keys)))
    assert len(said) == 1 + 1 + 1 + 3
    conn.close()
