"""What the columns of a table mean: guessed from their names and what is in them, or as told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrator.sources.csvtext import Record
from migrator.sources.header import is_secret, located, plain
from migrator.sources.writtendate import ORDERS, Order, order_of

from ._table_fields import FIELDS

URL = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
_IDENTITY = re.compile(r"[^@\s]@[^@\s]|^\w+\$[0-9a-fA-F]+$")
_PICTURE = re.compile(r"\.(?:png|svg|jpe?g|gif)(?:\?.*)?$", re.IGNORECASE)
# Running numbers say where in the table a row stood, and nothing of the badge.
_NUMBERS = frozenset({"", "nr", "no", "num", "number", "row", "line", "zeile", "index", "lfdnr"})
_HEADER_WITHIN = 10


@dataclass(frozen=True, slots=True)
class Columns:
    """The mapping of one table: `fields` maps names of FIELDS to columns (from 0).

    `header` are the names of all columns, `body` is the index of the first record behind them;
    `constants` hold for all rows; `refused` are sentences about what was told and is not there.
    """

    header: tuple[str, ...]
    body: int
    fields: dict[str, int]
    constants: dict[str, str]
    order: Order
    refused: tuple[str, ...] = ()

    @property
    def unread(self) -> list[int]:
        """The columns that are kept beside the badge as they are."""
        used = set(self.fields.values())
        return [
            number
            for number, name in enumerate(self.header)
            if number not in used and not is_secret(name) and plain(name) not in _NUMBERS
        ]

    @property
    def readable(self) -> bool:
        """Whether a row can be a badge: it has an address, or says what was awarded to whom."""
        named = "badge_class" in self.fields or "badge_class" in self.constants
        return "url" in self.fields or ("email" in self.fields and named)

    def as_json(self) -> bytes:
        """Return the mapping as a file for `--map`."""
        columns = {name: self.header[number] for name, number in self.fields.items()}
        order = {"dates": self.order} if self.order else {}
        document = {"column": columns, **self.constants, **order}
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def columns_of(sample: Sequence[Record], settings: Mapping[str, str]) -> Columns:
    """Return what the columns of a table mean, by its first records and what was told."""
    at, header = _header(sample, settings)
    body = at if header is None else at + 1
    rows = [record.cells for record in sample[body:] if not record.wrong]
    names = header or tuple(f"column {n + 1}" for n in range(max(map(len, rows), default=0)))
    told, refused = _told(names, settings)
    guessed = {} if header is None else located(names, _ALIASES)
    kept = {name: at for name, at in guessed.items() if at not in told.values()}
    by_content = _by_content(names, rows, kept, taken=set(told.values()))
    fields = {name: number for name, number in {**by_content, **told}.items() if number >= 0}
    order = settings.get("dates", "")
    dates = [
        row[fields[f]]
        for f in ("issued_on", "expires")
        if f in fields
        for row in rows
        if len(row) > fields[f]
    ]
    constants = {name: settings[name] for name in ("badge_class", "issuer") if settings.get(name)}
    known: Order = next((one for one in ORDERS if one == order), order_of(dates))
    return Columns(names, body, fields, constants, known, refused)


_ALIASES = {field: names.split() for field, (_, names) in FIELDS.items()}
_KNOWN = frozenset(plain(name) for names in _ALIASES.values() for name in names)


def _header(
    sample: Sequence[Record], settings: Mapping[str, str]
) -> tuple[int, tuple[str, ...] | None]:
    """Return where the names of the columns stand: the first row with the most known ones."""
    wanted = _KNOWN | {plain(v) for name, v in settings.items() if name.startswith("column.")}
    best, at = 0, 0
    for number, record in enumerate(sample[:_HEADER_WITHIN]):
        known = 0 if record.wrong else sum(plain(cell) in wanted for cell in record.cells)
        if known > best:
            best, at = known, number
    first = sample[0].cells if sample else ()
    if not best and any(URL.fullmatch(cell) or MAIL.fullmatch(cell) for cell in first):
        return 0, None
    return at, sample[at].cells if sample else None


def _told(
    header: Sequence[str], settings: Mapping[str, str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the columns a person has named, by name or number; -1 for none at all."""
    names: dict[str, int] = {}
    for number, name in enumerate(header):
        names.setdefault(plain(name), number)
    found: dict[str, int] = {}
    refused = []
    for setting, value in settings.items():
        field = setting.removeprefix("column.")
        if field not in FIELDS or field == setting:
            continue
        number = names.get(plain(value), -1) if value else -1
        if number < 0 and value.isdecimal() and 0 < int(value) <= len(header):
            number = int(value) - 1
        found[field] = number
        if value and number < 0:
            refused.append(f"There is no column {value!r} for {setting}.")
    return found, tuple(refused)


def _by_content(
    header: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    guessed: dict[str, int],
    taken: set[int],
) -> dict[str, int]:
    """Correct by what is in the cells: an address under `badge`, e-mails under any name."""
    kinds = {
        number: _kind([row[number] for row in rows if len(row) > number])
        for number in range(len(header))
    }
    fields = dict(guessed)
    for field, fits in (("url", URL.fullmatch), ("email", _IDENTITY.search)):
        at = fields.get(field, -1)
        said = [row[at] for row in rows if 0 <= at < len(row) and row[at]]
        if said and not any(map(fits, said)):
            del fields[field]
    if kinds.get(fields.get("badge_class", -1)) == "url":
        number = fields.pop("badge_class")
        fields.setdefault("url", number)
    for field, kind in (("url", "url"), ("email", "mail")):
        used = {*fields.values(), *taken}
        free = [n for n, one in kinds.items() if one == kind and n not in used]
        if field not in fields and len(free) == 1:
            fields[field] = free[0]
    if (
        "badge_class" not in fields
        and "learner" in fields
        and {"first_name", "last_name"} & set(fields)
    ):
        # With a person's names beside it, `name` is the badge's.
        fields["badge_class"] = fields.pop("learner")
    return fields


def _kind(cells: Sequence[str]) -> str:
    """Return what most cells of a column are: url, picture, mail, hash, text or empty."""
    said = [cell for cell in cells if cell]
    if not said:
        return "empty"
    for kind, count in (
        ("picture", sum(bool(URL.fullmatch(c) and _PICTURE.search(c)) for c in said)),
        ("url", sum(bool(URL.fullmatch(c)) for c in said)),
        ("mail", sum(bool(MAIL.search(c)) and not URL.match(c) for c in said)),
        ("hash", sum("$" in c and " " not in c for c in said)),
    ):
        if count * 2 > len(said):
            return kind
    return "text"
