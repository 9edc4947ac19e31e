"""The database of Salava (Open Badge Passport and its kin), before and since June 2017.

Before, a learner's badge was a row of table badge; since, it is one of user_badge, and table badge
has the badge classes, in several languages. Passwords and keys are never looked at. Reference page
badge-formats.md, 1.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.openbadges.model import BadgeClass
from migrator.sources.dumptables import Record, Tables, dump_tables, text_of
from migrator.sources.found import Found, FoundLearner, Outcome, Problem
from migrator.sources.place import Member, Place

from ._salava_badge import Told, alignment, evidence, issuer

_AWARD = (
    *("id", "user_id", "email", "assertion_url", "assertion_jws", "assertion_json", "issued_on"),
    *("expires_on", "status", "visibility", "ctime", "deleted", "revoked"),
)
_TEXTS = ("id", "language_code", "name", "description")
TABLES = {
    "user_badge": (*_AWARD, "badge_id"),
    "badge": (
        *(*_AWARD, "default_language_code", "badge_content_id", "issuer_content_id"),
        *("criteria_content_id", "criteria_url", "evidence_url"),
    ),
    "badge_badge_content": ("badge_id", "badge_content_id"),
    "badge_issuer_content": ("badge_id", "issuer_content_id"),
    "badge_criteria_content": ("badge_id", "criteria_content_id"),
    "badge_content": (*_TEXTS, "image_file", "criteria_markdown", "criteria_html"),
    "issuer_content": (*_TEXTS, "url", "email"),
    "criteria_content": ("id", "language_code", "url", "markdown_text", "markdown_content"),
    "badge_content_tag": ("badge_content_id", "tag"),
    "badge_content_alignment": ("badge_content_id", "name", "url", "description"),
    "user_badge_evidence": (
        *("user_badge_id", "url", "narrative", "name", "description", "genre", "audience"),
    ),
    "user": ("id", "first_name", "last_name", "email"),
    "user_email": ("user_id", "email", "primary_address"),
}
_NEEDED = ("email", "assertion_url", "assertion_json")
_DUMP_IT = "Run `mysqldump --hex-blob DATABASE > salava.sql`, and archive salava.sql."
_LOST = {
    "user": "the learners' names are missing",
    "user_email": "the learners' further addresses are missing",
    "badge_content": "the texts of badges whose issuer is gone are missing",
}
_NOTHING = (
    "This row says neither what was awarded nor where the badge is. "
    "Look at it in the database, or make the dump of the whole database again."
)


def read_dump(place: Place, member: Member) -> Iterator[Outcome]:
    """Yield the people who have badges, then their badges; raises SourceUnreadable."""
    prefix = f"{place.locator(member)}, "
    with dump_tables(TABLES) as tables:
        yield from tables.fill(place, member)
        awards = "user_badge" if "user_badge" in tables.names else "badge"
        tables.must_have(awards, _NEEDED, place.locator(member), _DUMP_IT)
        yield from tables.missing(prefix, _LOST)
        for person in tables.rows("user"):
            owned = tables.all(awards, "user_id", person.values.get("id"))
            addresses = _addresses(tables, person, owned)
            if addresses and owned:
                names = (person.text("first_name"), person.text("last_name"))
                name = " ".join(filter(None, names)) or None
                yield FoundLearner(person.locator(prefix), addresses, name)
        for award in tables.rows(awards):
            yield _badge(tables, award, award.locator(prefix))


def _addresses(tables: Tables, person: Record, owned: list[Record]) -> tuple[str, ...]:
    """Return a person's addresses, the primary one first, and those of the person's badges."""
    rows = tables.all("user_email", "user_id", person.values.get("id"))
    first = [row for row in rows if row.text("primary_address") == "1"]
    found = text_of([*first, person, *rows, *owned], "email")
    return tuple(dict.fromkeys(address.strip() for address in found))


def _badge(tables: Tables, award: Record, locator: str) -> Found | Problem:
    old = award.table == "badge"
    badge = award if old else tables.one("badge", "id", award.values.get("badge_id"))
    contents = _Contents(tables, badge, old=old)
    told = Told(
        award.text("id"),
        award.text("badge_content_id" if old else "badge_id"),
        (award.text("email") or "").strip() or None,
        contents.badge_class(),
        json=award.values.get("assertion_json") if award.text("assertion_json") else None,
        jws=award.text("assertion_jws"),
        url=award.text("assertion_url"),
        issued_on=_moment(award, "issued_on"),
        expires=_moment(award, "expires_on"),
        added_at=_moment(award, "ctime"),
        revoked=award.text("revoked") == "1",
        fate=_fate(award),
        evidence=tuple(evidence(_texts(row)) for row in _evidence(tables, award, old=old)),
        unread=contents.unread(),
    )
    if not (told.json or told.jws or told.url or told.badge_class.name):
        return Problem(locator, "row_without_badge", _NOTHING, award.told())
    return told.found(locator)


class _Contents:
    """The texts of a badge class: of several languages, the badge's own before any other."""

    def __init__(self, tables: Tables, badge: Record | None, *, old: bool) -> None:
        self._tables, self._badge, self._old = tables, badge, old
        self._content = self._one("badge_content")
        self._criteria = self._one("criteria_content")

    def badge_class(self) -> BadgeClass:
        """Return the badge class; its picture is a file on the passport's disk."""
        content, criteria, badge = self._content, self._criteria, self._badge
        profile = self._one("issuer_content")
        number = content.values.get("id") if content else None
        rows = self._tables.all("badge_content_alignment", "badge_content_id", number)
        tags = self._tables.all("badge_content_tag", "badge_content_id", number)
        url = criteria.text("url") if criteria else None
        return BadgeClass(
            name=(content.text("name") if content else None) or "",
            description=content.text("description") if content else None,
            criteria_url=url or (badge.text("criteria_url") if badge else None),
            criteria_narrative=self._narrative(),
            issuer=issuer(_texts(profile)) if profile else None,
            alignment=tuple(alignment(_texts(row)) for row in rows),
            tags=text_of(tags, "tag"),
        )

    def unread(self) -> dict[str, str]:
        """Return what no badge class has a place for."""
        content = self._content
        names = ("language_code", "image_file")
        return {name: content.text(name) or "" for name in names} if content else {}

    def _narrative(self) -> str | None:
        places = (
            *((self._criteria, name) for name in ("markdown_text", "markdown_content")),
            *((self._content, name) for name in ("criteria_markdown", "criteria_html")),
        )
        return next((text for row, name in places if row and (text := row.text(name))), None)

    def _one(self, table: str) -> Record | None:
        """Return the row of a badge class in a table of texts."""
        badge = self._badge
        if badge is None:
            return None
        if self._old:
            return self._tables.one(table, "id", badge.values.get(f"{table}_id"))
        links = self._tables.all(f"badge_{table}", "badge_id", badge.values.get("id"))
        rows = [self._tables.one(table, "id", link.values.get(f"{table}_id")) for link in links]
        found = [row for row in rows if row is not None]
        language = badge.text("default_language_code")
        own = [row for row in found if row.text("language_code") == language]
        return next(iter([*own, *found]), None)


def _evidence(tables: Tables, award: Record, *, old: bool) -> list[Record]:
    if old:
        url = award.values.get("evidence_url")
        return [Record(award.table, award.number, {"url": url})] if url else []
    return tables.all("user_badge_evidence", "user_badge_id", award.values.get("id"))


def _texts(record: Record) -> Mapping[str, str | None]:
    return {name: record.text(name) for name in record.values}


def _moment(record: Record, column: str) -> str | None:
    """Return a moment in seconds; 0 is none."""
    return record.moment(column) if record.text(column) != "0" else None


def _fate(award: Record) -> str:
    if award.text("deleted") == "1":
        return "deleted"
    return "declined" if award.text("status") == "declined" else ""
