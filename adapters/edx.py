"""Open edX: the badges of its LMS, from a dump of its database (mysqldump).

edX had a Badgr server award them and kept that server's answer for each. Older answers hold the
assertion itself; newer ones tell of it in Badgr's own words. Passwords are never looked at.
Reference page badge-formats.md, 1.12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator.openbadges.address import web_address
from migrator.openbadges.dates import to_utc
from migrator.openbadges.documents import as_backpack_wrote, parse_object
from migrator.openbadges.model import (
    Assertion,
    BadgeClass,
    Evidence,
    JsonObject,
    Recipient,
    Unreadable,
)
from migrator.openbadges.values import flag, items, label, mapping
from migrator.openbadges.versions import is_assertion
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, each_file, judged
from migrator.sources.dumptables import Record, Tables, dump_tables
from migrator.sources.found import Found, FoundLearner, Outcome, Problem, Severity, Yielded
from migrator.sources.place import Member, Place
from migrator.sources.rowdocument import row_badge_class, row_document

_AWARDS, _CLASSES, _PEOPLE = "badges_badgeassertion", "badges_badgeclass", "auth_user"
_NEEDED = ("user_id", "badge_class_id", "assertion_url")
_TABLES = {
    _AWARDS: ("id", *_NEEDED, "data", "backend", "image_url", "created"),
    _CLASSES: (
        *("id", "slug", "issuing_component", "display_name", "course_id", "description"),
        *("criteria", "image", "mode"),
    ),
    _PEOPLE: ("id", "email", "first_name", "last_name", "username"),
}
_SOURCE = "an Open edX database"
_UNREAD = ("slug", "issuing_component", "course_id", "mode")
_EDX = (b"`courseware_", b"`certificates_", b"`student_courseenrollment`", b"Database: edxapp")
_LOST = {
    _CLASSES: "what the badges are called is missing where Badgr's answer does not say it",
    _PEOPLE: "whose badges they are is known only from Badgr's answers",
}
_DUMP_IT = (
    "Run `mysqldump --hex-blob edxapp badges_badgeassertion badges_badgeclass auth_user "
    "> badges.sql`, and archive badges.sql."
)
_NOTHING = (
    "This award has no address, and it is not known of what or to whom it is. "
    "Perhaps the Badgr server had refused it; look there by the e-mail address of the learner."
)
_DATA = (
    "What Badgr had answered for this award cannot be read ({}), so the badge was made of what "
    "edX itself says."
)


class EdX:
    """Reads every award in badges_badgeassertion, with its badge class and its learner."""

    name = "edx"
    title = "Open edX badges (LMS database dump)"
    reads = "a mysqldump of an Open edX LMS that awards badges: badges_badgeassertion"

    def detect(self, place: Place) -> Match | None:
        """Look for the table of awards, or at least for edX."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield the people who have badges, then their badges."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    tables = created(head)
    if set(_NEEDED) <= set(tables.get(_AWARDS, ())):
        return Match(95, "It is a database dump with Open edX' table of badges.")
    if _CLASSES in tables and "issuing_component" in tables[_CLASSES]:
        return Match(90, "It is a database dump with Open edX' badge classes.")
    if tables and any(sign in head for sign in _EDX):
        return Match(40, "It is a dump of an Open edX database; its badges may be further on.")
    return None


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    label_ = place.locator(member)
    prefix = f"{label_}, "
    with dump_tables(_TABLES) as tables:
        yield from tables.fill(place, member)
        tables.must_have(_AWARDS, _NEEDED, label_, _DUMP_IT)
        yield from tables.missing(prefix, _LOST)
        for user in tables.rows(_PEOPLE):
            email = user.text("email")
            if email and tables.one(_AWARDS, "user_id", user.values.get("id")):
                yield FoundLearner(user.locator(prefix), (email.strip(),), _name(user))
        for award in tables.rows(_AWARDS):
            yield _badge(tables, award, award.locator(prefix))


def _name(user: Record) -> str | None:
    names = (user.text("first_name"), user.text("last_name"))
    return " ".join(filter(None, names)) or user.text("username")


def _badge(tables: Tables, award: Record, locator: str) -> Found | Problem:
    user = tables.one(_PEOPLE, "id", award.values.get("user_id"))
    row = tables.one(_CLASSES, "id", award.values.get("badge_class_id"))
    email = user.text("email") if user else None
    answer, warnings = _answer(award, locator)
    url = web_address(award.text("assertion_url")) or web_address(label(answer.get("openBadgeId")))
    # The learner's address may have changed since the award.
    recipient = _recipient(answer) or (Recipient(email.strip()) if email else None)
    if url is None and (recipient is None or row is None):
        return Problem(locator, "award_of_nothing", _NOTHING, award.told())
    unread = {name: (row and row.text(name)) or "" for name in _UNREAD}
    badge_class = _badge_class(answer, row)
    own, its_class = answer.get("json"), None
    if isinstance(own, dict) and is_assertion(own):
        document = as_backpack_wrote(own)
        if row and not isinstance(own.get("badge"), dict):
            its_class = row_badge_class(badge_class, _SOURCE, unread=unread)
    else:
        said = replace(_assertion(award, answer, url), recipient=recipient, badge_class=badge_class)
        document = row_document(said, _SOURCE, unread=unread)
    holder = email.strip() if email else None
    return Found(locator, document, its_class, hosted_url=url, holder=holder, warnings=warnings)


def _answer(award: Record, locator: str) -> tuple[JsonObject, tuple[Problem, ...]]:
    """Return what Badgr had answered; nothing, and a warning, where that cannot be read."""
    data = award.values.get("data")
    try:
        return (parse_object(data) if data else {}), ()
    except Unreadable as error:
        sentence = _DATA.format(str(error).rstrip("."))
        return {}, (Problem(locator, "answer_unreadable", sentence, data or b"", Severity.WARNING),)


def _assertion(award: Record, answer: JsonObject, url: str | None) -> Assertion:
    said = [mapping(one) or {} for one in items(answer.get("evidence"))]
    evidence = [
        Evidence(web_address(label(one.get("url"))), label(one.get("narrative"))) for one in said
    ]
    return Assertion(
        id=url,
        uid=label(answer.get("entityId")) or label(answer.get("slug")),
        issued_on=to_utc(answer.get("issuedOn")) or award.moment("created"),
        expires=to_utc(answer.get("expires")),
        image=web_address(award.text("image_url")),
        narrative=label(answer.get("narrative")),
        evidence=tuple(one for one in evidence if one != Evidence()),
        revoked=flag(answer.get("revoked")),
        revocation_reason=label(answer.get("revocationReason")),
    )


def _evidence(said: JsonObject) -> Evidence:
    return Evidence(web_address(label(said.get("url"))), label(said.get("narrative")))


def _badge_class(answer: JsonObject, row: Record | None) -> BadgeClass:
    criteria = row.text("criteria") if row else None
    url = web_address(criteria)
    return BadgeClass(
        name=(row.text("display_name") if row else None) or "",
        id=web_address(label(answer.get("badgeclassOpenBadgeId"))),
        description=row.text("description") if row else None,
        criteria_url=url,
        criteria_narrative=None if url else criteria,
        issuer_id=web_address(label(answer.get("issuerOpenBadgeId"))),
    )


def _recipient(answer: JsonObject) -> Recipient | None:
    """Return whom Badgr's answer names, its plain spelling before a hash."""
    said = mapping(answer.get("recipient")) or {}
    plain, identity = label(said.get("plaintextIdentity")), label(said.get("identity"))
    kind = label(said.get("type")) or "email"
    if plain:
        return Recipient(plain, kind)
    if identity is None:
        return None
    return Recipient(identity, kind, flag(said.get("hashed")), label(said.get("salt")))
