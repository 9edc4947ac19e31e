"""Rows of a table whose columns are known by name: what a platform exports as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from migrator.sources.csvtext import CsvText, Record
from migrator.sources.header import is_secret, located

_HEADER_WITHIN = 5
_MORE_CELLS = (
    "This row has {} cells, and the table has {} columns: perhaps a cell with the delimiter in it "
    "lacks its quotation marks. Correct it and archive the file again."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins in, what its known columns say, and what the others say.

    Empty cells are left out. `wrong` is a sentence when it cannot be read. `raw` are its bytes,
    none when a column of the table may hold a secret.
    """

    line: int
    said: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    wrong: str = ""


def fields_of(text: CsvText, aliases: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return the known fields of a table's header, wherever in its first rows that stands."""
    return _header(text, aliases)[1]


def rows_of(text: CsvText, aliases: Mapping[str, Iterable[str]]) -> Iterator[Row]:
    """Yield the rows behind the header, by the fields whose columns have one of these names."""
    records = iter(text)
    header, fields = _header(records, aliases)
    used = set(fields.values())
    others = [
        (at, name)
        for at, name in enumerate(header)
        if name and at not in used and not is_secret(name)
    ]
    secret = any(map(is_secret, header))
    for record in records:
        cells, raw = record.cells, b"" if secret else record.raw
        if record.wrong or any(cells[len(header) :]):
            wrong = record.wrong or _MORE_CELLS.format(len(cells), len(header))
            yield Row(record.line, raw=raw, wrong=wrong)
            continue
        said = {name: cells[at] for name, at in fields.items() if at < len(cells) and cells[at]}
        unread = {name: cells[at] for at, name in others if at < len(cells) and cells[at]}
        yield Row(record.line, said, unread, raw)


def _header(
    records: Iterable[Record], aliases: Mapping[str, Iterable[str]]
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the first of some rows in which two columns are known, and which they are."""
    for record in islice(iter(records), _HEADER_WITHIN):
        fields = located(record.cells, aliases)
        if len(fields) > 1:
            return record.cells, fields
    return (), {}
