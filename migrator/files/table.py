"""Tables: CSV that no spreadsheet runs anything from, and JSON with one entry a line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from migrator.files.sink import Draft

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """Return a value for a CSV; what a spreadsheet would run as a formula gets a ' before it."""
    text = "" if value is None else str(value)
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def line(values: Iterable[object]) -> str:
    """Return one line of a CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerow([cell(value) for value in values])
    return out.getvalue()


class Rows:
    """A CSV under way, with its head."""

    def __init__(self, draft: Draft, columns: Sequence[str]) -> None:
        self._draft = draft
        draft.write(line(columns))

    def add(self, values: Iterable[object]) -> None:
        """Add a row."""
        self._draft.write(line(values))


class Objects:
    """A JSON file under way: one object with a list, one entry a line."""

    HEAD = '{"made_by": "badge-migrator", "badges": ['

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._comma = "\n"
        draft.write(self.HEAD)

    def add(self, entry: dict[str, object]) -> None:
        """Add an entry."""
        self._draft.write(self._comma + json.dumps(entry, ensure_ascii=False))
        self._comma = ",\n"

    def end(self) -> None:
        """Close the list."""
        self._draft.write("\n]}\n")
