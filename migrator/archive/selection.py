"""A selection of badges: by learner, issuer, badge class, source and date of issue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from migrator import errors
from migrator.archive.archive import Archive
from migrator.archive.offers import nobody
from migrator.archive.stories import learners_like
from migrator.archive.totals import DestinationTotal, StateTotal


@dataclass(frozen=True, slots=True)
class Selection:
    """Which badges are meant: those that fit every part that is not empty; by default all.

    `learners`, `issuers`, `badge_classes` and `sources` are ids, of which any will do; `after` is
    the first day of issue that is meant and `before` the first that no longer is (ISO 8601). A
    badge without a date of issue fits no day.
    """

    learners: tuple[int, ...] = ()
    issuers: tuple[int, ...] = ()
    badge_classes: tuple[int, ...] = ()
    sources: tuple[int, ...] = ()
    after: str = ""
    before: str = ""

    @property
    def everything(self) -> bool:
        """Whether every badge is meant."""
        return self == EVERYTHING

    def where(self, assertion: str = "assertion") -> Where:
        """Return the condition on a row of `assertion`, under the name it has in a query."""
        parts = [
            (template, value)
            for template, value in (
                ("{0}.learner_id in (select value from json_each(?))", _ids(self.learners)),
                (_OF_ISSUER, _ids(self.issuers)),
                (
                    "{0}.badge_class_id in (select value from json_each(?))",
                    _ids(self.badge_classes),
                ),
                (_OF_SOURCE, _ids(self.sources)),
                ("{0}.issued_on >= ?", self.after),
                ("{0}.issued_on < ?", self.before),
            )
            if value
        ]
        text = "".join(f" and {template.format(assertion)}" for template, _ in parts)
        return Where(text, tuple(value for _, value in parts))

    def of(self, column: str) -> Where:
        """Return the condition on a column that holds a badge's id, such as that of a transfer."""
        inner = self.where("meant")
        if not inner.text:
            return inner
        text = f" and exists (select 1 from assertion as meant where meant.id = {column}"  # noqa: S608 - our own names
        return Where(f"{text}{inner.text})", inner.values)


@dataclass(frozen=True, slots=True)
class Where:
    """A condition to be put behind others in SQL ("" or " and ..."), and its values in order."""

    text: str
    values: tuple[str, ...] = field(default=())


EVERYTHING = Selection()
_OF_ISSUER = (
    "{0}.badge_class_id in (select id from badge_class"
    " where issuer_id in (select value from json_each(?)))"
)
_OF_SOURCE = (
    "exists (select 1 from sighting where sighting.assertion_id = {0}.id"
    " and sighting.source_id in (select value from json_each(?)))"
)


@dataclass(frozen=True, slots=True)
class Named:
    """A selection as a person names it; each of these may be named several times."""

    learners: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    badge_classes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None


def chosen(archive: Archive, named: Named) -> Selection:
    """Return the selection a person means.

    A learner is named by an address, an issuer by name, address or host, a badge class by name or
    address, a source by label, path or adapter; a part of a name will do when only one fits. A day
    may be a year or a month: its first day. Raises errors.Usage for what fits nothing, or several.
    """
    return Selection(
        learners=_all(_learner(archive, one) for one in named.learners),
        issuers=_all(_found(archive, "issuer", one) for one in named.issuers),
        badge_classes=_all(_found(archive, "badge class", one) for one in named.badge_classes),
        sources=_all(_found(archive, "source", one) for one in named.sources),
        after=_day(named.after),
        before=_day(named.before),
    )


def count(archive: Archive, selection: Selection) -> int:
    """Return how many badges are selected."""
    where = selection.where()
    row = archive.one(f"select count(*) from assertion where 1{where.text}", *where.values)  # noqa: S608 - our own names
    return int(row[0]) if row else 0


def total(
    archive: Archive, destination_id: int, name: str, selection: Selection
) -> DestinationTotal:
    """Return the states of the selected badges at a destination; `missing` is of these alone."""
    where = selection.of("transfer.assertion_id")
    states = archive.all(
        "select state, reason, count(*) from transfer where destination_id = ?"  # noqa: S608 - our own names
        f"{where.text} group by state, reason order by count(*) desc",
        *(destination_id, *where.values),
    )
    where = selection.where()
    not_planned = archive.one(
        "select count(*) from assertion where not exists (select 1 from transfer"  # noqa: S608 - our own names
        " where transfer.assertion_id = assertion.id and transfer.destination_id = ?)"
        f"{where.text}",
        *(destination_id, *where.values),
    )
    accounts = archive.one("select count(*) from account where destination_id = ?", destination_id)
    return DestinationTotal(
        name,
        int(accounts[0]) if accounts else 0,
        tuple(StateTotal(*row) for row in states),
        int(not_planned[0]) if not_planned else 0,
        count(archive, selection),
    )


def _ids(numbers: tuple[int, ...]) -> str:
    return json.dumps(numbers) if numbers else ""


def _all(found: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({number for numbers in found for number in numbers}))


def _learner(archive: Archive, text: str) -> tuple[int, ...]:
    matches = learners_like(archive, text)
    if not matches:
        raise nobody(archive, text)
    if len(matches) > 1:
        raise errors.Usage(f"Several learners match {text}.", "Name one address in full.")
    return tuple(matches)


def _found(archive: Archive, kind: str, text: str) -> tuple[int, ...]:
    """Return the rows that go by a name; the first way of being called so counts."""
    text = text.strip()
    for condition in _EXACTLY[kind]:
        rows = archive.all(_CALLED[kind] + condition, text)
        if rows:
            return tuple(row[0] for row in rows)
    pattern = "%" + "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in text) + "%"
    rows = archive.all(_CALLED[kind] + _PARTLY[kind], pattern)
    names = sorted({row[1] for row in rows})
    if len(names) == 1:
        return tuple(row[0] for row in rows)
    if names:
        some = ", ".join(names[:_SHOWN]) + (" and others" if len(names) > _SHOWN else "")
        raise errors.Usage(f"{text} fits more than one {kind}.", f"Name one in full: {some}.")
    known = sorted({row[1] for row in archive.all(_CALLED[kind] + " limit 100")})[:_SHOWN]
    there = f"There are, for example: {', '.join(known)}." if known else "The archive has none yet."
    raise errors.Usage(f"No {kind} in the archive is called {text}.", there)


def _day(text: str | None) -> str:
    if text is None:
        return ""
    whole = text.strip()
    whole += {4: "-01-01", 7: "-01"}.get(len(whole), "")
    try:
        return date.fromisoformat(whole).isoformat()
    except ValueError:
        raise errors.Usage(
            f"{text} is no day.", "Write it as 2014-12-31, 2014-12 or 2014."
        ) from None


_SHOWN = 5
_CALLED = {
    "issuer": "select id, name from issuer",
    "badge class": "select id, name from badge_class",
    "source": "select id, label from source",
}
_EXACTLY: dict[str, tuple[str, ...]] = {
    "issuer": (
        " where name = ?1 collate nocase or url_id = ?1 or url = ?1",
        " where instr(lower(url || '/ ' || coalesce(url_id, '')), '//' || lower(?1) || '/')",
    ),
    "badge class": (" where name = ?1 collate nocase or url_id = ?1",),
    "source": (
        " where label = ?1 collate nocase or place = ?1",
        " where adapter = ?1",
    ),
}
_PARTLY = {
    "issuer": " where name like ?1 escape '\\'",
    "badge class": " where name like ?1 escape '\\'",
    "source": " where label like ?1 escape '\\' or place like ?1 escape '\\'",
}
