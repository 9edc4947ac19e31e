"""P2PU's platform lernanta: its tables of badges and awards, from a dump (mysqldump or pg_dump).

That there are Django tables of badges and awards is known; the names of their columns are assumed,
and nothing else of the database is read. Passwords are never looked at. The hosted 0.5 documents of
its `obi` pages are read by the adapter `assertions`. Reference page badge-formats.md, 1.12.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.openbadges.address import web_address
from migrator.openbadges.model import Assertion, BadgeClass, Recipient
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, each_file, judged
from migrator.sources.dumptables import Record, Tables, dump_tables
from migrator.sources.found import Found, FoundLearner, Outcome, Problem, Yielded
from migrator.sources.place import Member, Place
from migrator.sources.rowdocument import row_document

_AWARDS, _CLASSES = "badges_award", "badges_badge"
_PEOPLE = ("users_userprofile", "auth_user")
_NEEDED = ("user_id", "badge_id")
_DATES = ("awarded_on", "created_on", "created")
_PERSON = ("id", "email", "full_name", "username", "user_id")
_TABLES = {
    _AWARDS: ("id", *_NEEDED, *_DATES),
    _CLASSES: ("id", "name", "slug", "description", "requirements", "image", "badge_type"),
    **dict.fromkeys(_PEOPLE, _PERSON),
}
_UNREAD = ("slug", "badge_type", "image")
_LOST = {_CLASSES: "it is not known what was awarded"}
_DUMP_IT = (
    "Run `mysqldump --hex-blob DATABASE badges_award badges_badge users_userprofile auth_user "
    "> p2pu.sql`, and archive p2pu.sql."
)
_NOBODY = (
    "The dump does not say whose badge this is: user {} is not in it, or has no e-mail address. "
    "Make a dump with the tables users_userprofile and auth_user, and archive it again."
)
_NO_CLASS = (
    "This award is of a badge that is not in the dump. "
    "Make a dump with the table badges_badge, and archive it again."
)


class P2pu:
    """Reads every award in badges_award, with its badge class and its learner."""

    name = "p2pu"
    title = "P2PU (lernanta) database dump"
    reads = "a database dump of P2PU's lernanta: the tables badges_award and badges_badge"

    def detect(self, place: Place) -> Match | None:
        """Look for the two tables of badges."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield the people who have badges, then their badges."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    tables = created(head)
    if not set(_NEEDED) <= set(tables.get(_AWARDS, ())):
        return None
    if set(_PEOPLE) & tables.keys() or _CLASSES in tables or "awarded_on" in tables[_AWARDS]:
        return Match(88, "It is a database dump with the badges and awards of lernanta.")
    return Match(60, "It is a database dump with a table of awards such as lernanta's.")


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    label = place.locator(member)
    prefix = f"{label}, "
    with dump_tables(_TABLES) as tables:
        yield from tables.fill(place, member)
        tables.must_have(_AWARDS, _NEEDED, label, _DUMP_IT)
        yield from tables.missing(prefix, _LOST)
        people = _people(tables)
        for person in tables.rows(people):
            emails = _emails(tables, person)
            if emails and tables.one(_AWARDS, "user_id", person.values.get("id")):
                shown = person.text("full_name") or person.text("username")
                yield FoundLearner(person.locator(prefix), emails, shown)
        for award in tables.rows(_AWARDS):
            emails = _emails(tables, tables.one(people, "id", award.values["user_id"]))
            yield _badge(award, award.locator(prefix), tables, emails)


def _people(tables: Tables) -> str:
    """Return the table that awards name people of: profiles where there are any, else accounts."""
    return _PEOPLE[0] if _PEOPLE[0] in tables.names else _PEOPLE[1]


def _badge(award: Record, locator: str, tables: Tables, emails: tuple[str, ...]) -> Found | Problem:
    row = tables.one(_CLASSES, "id", award.values["badge_id"])
    if not emails:
        sentence = _NOBODY.format(award.text("user_id"))
        return Problem(locator, "award_without_address", sentence, award.told())
    if row is None:
        return Problem(locator, "badge_class_missing", _NO_CLASS, award.told())
    image = web_address(row.text("image"))
    said = Assertion(
        recipient=Recipient(emails[0]),
        uid=award.text("id"),
        issued_on=next(filter(None, map(award.moment, _DATES)), None),
        badge_class=BadgeClass(
            name=row.text("name") or "",
            description=row.text("description"),
            image=image,
            criteria_narrative=row.text("requirements"),
        ),
    )
    unread = {name: row.text(name) or "" for name in _UNREAD if name != "image" or not image}
    number = award.text("id")
    key = f"lernanta {number} of {said.issued_on or 'no date'}" if number else None
    document = row_document(said, "a P2PU database", key=key, unread=unread)
    return Found(locator, document, holder=emails[0])


def _emails(tables: Tables, person: Record | None) -> tuple[str, ...]:
    """Return the addresses of a profile and of the account it belongs to, none twice."""
    if person is None:
        return ()
    account = tables.one(_PEOPLE[1], "id", person.values.get("user_id"))
    said = [one.text("email") for one in (person, account) if one]
    return tuple(dict.fromkeys(email.strip() for email in said if email))
