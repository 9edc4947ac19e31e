"""Entries of a JSON export of Badgr's: records of the API, assertions, or rows by many names.

Where an entry stands says what it leaves out: below a badge class, below an issuer. Reference:
badge-formats.md 1.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrator.openbadges.documents import as_backpack_wrote
from migrator.openbadges.model import Evidence, Json, JsonObject
from migrator.openbadges.values import text
from migrator.openbadges.versions import is_assertion
from migrator.sources.found import Found, FoundFile, Outcome, Problem
from migrator.sources.header import is_secret, located
from migrator.sources.jsontext import Item

from ._badgr_known import Known, kind_of
from ._badgr_records import badge_of
from ._badgr_rows import FIELDS, Rows

_UNREADABLE = "This entry of the export cannot be read. {} Export it again."
_NO_BADGE = "This entry of the export is no award that we can read. It is kept as it is."
_DEFINITION = frozenset({"name", "title"})
_AWARDED = frozenset({"recipient", "identifier", "email", "recipient_email", "recipientEmail"})


class Entries:
    """Reads the entries of one export; `around` are the fields of the objects they stand in."""

    INSIDE = (
        *("data", "rows", "result", "results", "assertions", "awards", "issuers"),
        *("badge_classes", "badgeclasses", "badgeClasses", "badges"),
    )

    def __init__(self, around: Sequence[JsonObject], rows: Rows) -> None:
        self._around, self._rows = around, rows
        self._known = Known()
        for one in around:
            self._known.learn(one)
            if isinstance(issuer := one.get("issuer"), dict):
                self._known.learn(issuer)

    @staticmethod
    def is_one(value: JsonObject) -> bool:
        """Say whether an object is an entry, not one that holds a list of them."""
        return not any(isinstance(value.get(key), list) for key in Entries.INSIDE)

    @property
    def around(self) -> bytes:
        """What stands around the entries, as JSON; b"" when there is nothing."""
        told: list[Json] = [
            {key: value for key, value in one.items() if not is_secret(key)} for one in self._around
        ]
        return as_backpack_wrote(told) if any(told) else b""

    def outcomes(self, locator: str, item: Item, path: tuple[int, ...]) -> Iterator[Outcome]:
        """Yield what an entry is."""
        value = item.value
        if item.kind == "bad":
            yield Problem(locator, "unreadable", _UNREADABLE.format(value), item.data)
        elif not isinstance(value, dict):
            yield Problem(locator, "no_badge", _NO_BADGE, item.data)
        elif kind_of(value) == "badge":
            yield badge_of(locator, value, item.data, self._known)
        elif is_assertion(value) and "badge" in value:
            yield Found(locator, item.data)
        elif value.keys() & _DEFINITION and not value.keys() & _AWARDED:
            self._known.learn(value)
            yield FoundFile(locator, item.data)
        else:
            yield from self._row(locator, value, item.data, path)

    def _row(
        self, locator: str, value: JsonObject, raw: bytes, path: tuple[int, ...]
    ) -> Iterator[Outcome]:
        cells = dict(_flat("", value))
        row = {name: at for at, name in enumerate(cells)}
        fields = located(list(cells), FIELDS)
        told = list(cells.values())
        said = {field: told[at] for field, at in fields.items() if told[at]}
        used = set(fields.values())
        unread = {name: told[at] for name, at in row.items() if at not in used and told[at]}
        evidence = tuple(_evidence(value.get("evidence")))
        raw = b"" if any(map(is_secret, value)) else raw
        around = self._said_around(path)
        yield from self._rows.outcomes(locator, {**around, **said}, unread, raw, evidence)

    def _said_around(self, path: tuple[int, ...]) -> dict[str, str]:
        """Return what the badge class and the issuer around an entry say of it."""
        cells: dict[str, str] = {}
        for number in path:
            fields = self._around[number]
            kind = "badgeclass" if _is_badge_class(fields) else "issuer"
            if kind == "badgeclass" or "name" in fields:
                cells |= {f"{kind} {name}": told for name, told in _flat("", fields)}
            cells |= dict(_flat("", {"issuer": fields.get("issuer")}))
        told = list(cells.values())
        found = located(list(cells), FIELDS)
        wanted = ("class_", "issuer", "description", "image", "criteria")
        return {name: told[at] for name, at in found.items() if name.startswith(wanted)}


def _is_badge_class(fields: JsonObject) -> bool:
    if "name" not in fields:
        return False
    criteria = any("criteria" in key.lower() for key in fields)
    return criteria or not fields.keys() & {"email", "url"}


def _flat(before: str, value: JsonObject) -> Iterator[tuple[str, str]]:
    """Yield the fields of an object as cells of a row: `recipient identity`; secrets left out."""
    for key, one in value.items():
        name = f"{before} {key}".strip()
        if is_secret(key) or one in (None, "", [], {}):
            continue
        if isinstance(one, dict):
            yield from _flat(name, one)
        elif isinstance(one, str):
            yield name, one
        else:
            yield name, as_backpack_wrote(one).decode()


def _evidence(value: Json) -> Iterator[Evidence]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            url = text(one.get("url")) or text(one.get("id")) or text(one.get("evidence_url"))
            yield Evidence(url=url, narrative=text(one.get("narrative")))
