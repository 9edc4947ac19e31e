"""The index of one account's folder: which badge is in which file, one line a badge.

The index is the truth: a badge is there when its line is. A line is written after the badge's file
and after its line of `awards.csv`, so what a crash leaves is a file or an award without a line;
the file is taken up again, the award is cut off.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.files.folder import temporary, to_disk
from migrator.files.table import cell, line

COLUMNS = (
    *("File", "Badge", "Issuer", "Issue Date", "Expires", "Revoked", "Hosted URL", "Identity"),
    *("SHA-256", "Not In awards.csv Because"),
)
_FILE, _IDENTITY, _BECAUSE = 0, 7, 9


@dataclass(frozen=True, slots=True)
class Entry:
    """One badge of an index: its file, the name it is known by, and why it is in no award."""

    file: str
    identity: str
    objection: str


def key(identity: str) -> str:
    """Return an identity as it reads once it has been through a table."""
    return cell(identity).encode("utf-8", "replace").decode()


def _before(text: str) -> str:
    """Return what a cell was before it was made safe for spreadsheets."""
    return text[1:] if text.startswith("'") and cell(text[1:]) == text else text


class Table:
    """A CSV that grows line by line, each on disk before the next step."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self._columns = tuple(columns)

    def read(self) -> list[list[str]]:
        """Return the lines without the head; one that was torn is cut off. Raises OSError."""
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
        whole = [row for row in rows[1:] if len(row) == len(self._columns)]
        if not text.endswith("\r\n") and rows[1:]:
            whole = whole[: len(rows) - 2]
            self.write(whole)
        return whole

    def write(self, rows: Iterable[Iterable[str]]) -> None:
        """Write the whole table anew; it is the old or the new one at any moment."""
        with temporary(self.path.parent) as file:
            file.write(line(self._columns).encode())
            for row in rows:
                file.write(_exactly(row).encode("utf-8", "replace"))
            to_disk(file)
            file.close()
            Path(file.name).replace(self.path)

    def add(self, row: Iterable[object]) -> None:
        """Add a line."""
        if not self.path.exists():
            self.write([])
        with self.path.open("ab") as file:
            file.write(line(row).encode("utf-8", "replace"))
            to_disk(file)


def entries(table: Table) -> list[Entry]:
    """Return what an index lists."""
    return [
        Entry(_before(row[_FILE]), _before(row[_IDENTITY]), row[_BECAUSE]) for row in table.read()
    ]


def settle(awards: Table, listed: Sequence[Entry]) -> None:
    """Cut off an award whose badge never got its line."""
    wanted = sum(not one.objection for one in listed)
    rows = awards.read()
    if len(rows) > wanted:
        awards.write(rows[:wanted])


def _exactly(row: Iterable[str]) -> str:
    """A line as it was read: its cells are safe already."""
    out = io.StringIO()
    csv.writer(out).writerow(row)
    return out.getvalue()
