"""Tables: CSV that no spreadsheet runs anything from, and JSON with one entry a line."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterable, Sequence

from migrator.files.sink import Draft

# Some spreadsheets pass over blanks and marks without width, and take the wide signs of Japanese
# keyboards for the narrow ones.
_FORMULA = re.compile(r"[\s\u200b-\u200f\ufeff]*[-=+@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
# Where lists are written with semicolons, a spreadsheet begins a new cell at each of them.
_INSIDE = re.compile(r"(?<=[;\t])(?=\s*(?:[=+@]|-(?:\d|\w+[|(])))")

# A field of a CSV (RFC 4180), however long, and what ends it.
_FIELD = re.compile(r'("[^"]*(?:""[^"]*)*"|[^,\r\n]*)(,|\r?\n|\Z)')


def cell(value: object) -> str:
    """Return a value for a CSV; what a spreadsheet would run as a formula gets a ' before it."""
    text = "" if value is None else str(value)
    text = _INSIDE.sub("'", text.replace("\x00", ""))
    return f"'{text}" if _FORMULA.match(text) else text


def line(values: Iterable[object]) -> str:
    """Return one line of a CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerow([cell(value) for value in values])
    return out.getvalue()


class Harmless:
    """A CSV of somebody else's making that comes in pieces, made such that nothing runs from it."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, piece: bytes, *, last: bool) -> bytes:
        """Return what is complete of the table by now, each cell as `cell` has it."""
        text = self._rest + self._decoder.decode(piece, final=last)
        end = len(text) if last else _complete(text)
        self._rest = text[end:]
        return _FIELD.sub(_harmless, text[:end]).encode()


def _harmless(found: re.Match[str]) -> str:
    field, end = found.groups()
    value = field[1:-1].replace('""', '"') if field.startswith('"') else field
    safe = cell(value)
    if safe == value:
        return f"{field}{end}"
    doubled = safe.replace('"', '""')
    return f'"{doubled}"{end}'


def _complete(text: str) -> int:
    """Return where the last whole line of a CSV ends; a line end between quotes is none."""
    end = start = quotes = 0
    while at := text.find("\n", start) + 1:
        quotes += text.count('"', start, at)
        start = at
        if quotes % 2 == 0:
            end = at
    return end


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
