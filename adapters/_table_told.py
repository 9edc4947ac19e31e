"""The mapping of a table in plain words, for the person who has to say whether it is right."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from migrator.sources.header import is_secret

from ._table_columns import Columns
from ._table_fields import CONSTANTS, FIELDS

_SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MOST = 30
_LIKELY = ("url", "email", "badge_class", "issued_on", "issuer", "learner", "narrative")


def written_as(delimiter: str, encoding: str) -> str:
    """Return how a text file is written: `with commas between its cells, in UTF-8`."""
    return f"with {_SIGNS.get(delimiter, delimiter)} between its cells, in {encoding.upper()}"


def told(label: str, how: str, columns: Columns) -> tuple[str, ...]:
    """Return sentences: what each column is taken for, and how to say it otherwise."""
    return (f"{label} is read as a table {how}:", *_lines(columns))


def _lines(columns: Columns) -> Iterator[str]:
    meant = {number: field for field, number in columns.fields.items()}
    unread = columns.unread
    for number, name in list(enumerate(columns.header))[:_MOST]:
        if number in meant:
            yield f"  {name!r} is {FIELDS[meant[number]][0]} (column.{meant[number]})"
        elif number in unread:
            yield f"  {name!r} is kept beside the badge as it is"
        else:
            why = "it may hold a secret" if is_secret(name) else "it numbers the rows"
            yield f"  {name!r} is not kept: {why}"
    if len(columns.header) > _MOST:
        yield f"  ... and {len(columns.header) - _MOST} more columns"
    for name, value in columns.constants.items():
        yield f"  in every row {name} is {value!r}"
    if columns.order:
        yield f"  dates are read in the order {columns.order} (dates)"
    yield from (f"  {sentence}" for sentence in columns.refused)
    yield from how_to_change(columns)


def how_to_change(columns: Columns) -> Iterator[str]:
    """Yield what to type when a column means something else."""
    sample = next((columns.header[number] for number in columns.unread), "Its name")
    field = next((name for name in _LIKELY if name not in columns.fields), "email")
    yield f"If that is wrong, say what is right: --set {shlex.quote(f'column.{field}={sample}')}"
    yield f"  column. may be followed by: {', '.join(FIELDS)}"
    yield f"  beside columns there are: {', '.join(CONSTANTS)}; --map FILE.json sets all at once"
