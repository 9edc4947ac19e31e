"""Many rows looked up with few statements: a batch asks once, not once for each badge."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

_AT_ONCE = 500
"""Keys in one statement; SQLite's older limit is 999 (sqlite.org/limits.html)."""


def looked_up(
    conn: sqlite3.Connection, statement: str, keys: Iterable[object]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that a statement with `in (...)` finds for any number of keys, in no order.

    The statement has the one word KEYS where the marks of the keys belong.
    """
    waiting = iter(dict.fromkeys(keys))
    while some := list(islice(waiting, _AT_ONCE)):
        if len(some) == 1:
            yield from conn.execute(statement.replace("KEYS", "?"), some)
            continue
        # Always as many marks, so that SQLite compiles one statement, not one for each number.
        some += some[-1:] * (_AT_ONCE - len(some))
        yield from conn.execute(statement.replace("KEYS", _MARKS), some)


_MARKS = ",".join("?" * _AT_ONCE)
