"""BadgeOS, the WordPress plugin: a dump of the WordPress database (mysqldump).

The date in the database is the one of the award: the hosted document says "now" each time it is
asked. Passwords, keys and mail settings of the site are never looked at. Reference page
badge-formats.md, 1.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.errors import SourceUnreadable
from migrator.openbadges.model import Assertion, BadgeClass, Issuer, Recipient
from migrator.sources.adapter import Match
from migrator.sources.beginning import created, each_file, judged
from migrator.sources.dumptables import Record, Tables, dump_tables
from migrator.sources.found import Found, FoundLearner, Outcome, Problem, Yielded
from migrator.sources.place import Member, Place
from migrator.sources.rowdocument import row_document

_AWARDS = "badgeos_achievements"
_NEEDED = ("entry_id", "user_id", "date_earned")
_SOURCE = "a WordPress site with BadgeOS"
_COLUMNS = {
    _AWARDS: (
        *("entry_id", "ID", "post_type", "achievement_title", "rec_type", "points", "user_id"),
        *("this_trigger", "image", "site_id", "actual_date_earned", "date_earned"),
    ),
    "posts": ("ID", "post_title", "post_content", "post_excerpt", "post_name", "post_parent"),
    "postmeta": ("post_id", "meta_key", "meta_value"),
    "users": ("ID", "user_email", "display_name"),
    "options": ("option_name", "option_value"),
}
_OPTIONS = frozenset(
    {"siteurl", "home", "blogname", "blogdescription", "admin_email", "permalink_structure"}
    | {"badgeos_assertion_url"}
)
_EXPIRY = ("_open_badge_expiration", "_open_badge_expiration_type")
_WORDPRESS = re.compile(
    r".*(?:_commentmeta|_term_relationships|_actionscheduler_actions|_usermeta)"
)
_SITE_NUMBER = re.compile(r"\d+_$")
_LOST = {
    "posts": "what the badges are for is missing",
    "users": "it is not known whose badges they are",
    "options": "the name and address of the site are missing",
}

_NO_TABLE = (
    "has no table {} with the columns {}. BadgeOS before version 3 kept awards elsewhere, in "
    "usermeta, which is not read."
)
_DUMP_IT = (
    "Run `mysqldump --hex-blob DATABASE PREFIX_badgeos_achievements PREFIX_posts PREFIX_postmeta "
    "PREFIX_users PREFIX_options > badgeos.sql` (the PREFIX is in wp-config.php, mostly wp), and "
    "archive badgeos.sql."
)
_NOBODY = (
    "The dump does not say whose badge this is: user {} is not in it, or has no e-mail address. "
    "Ask the administrator of the site who that was."
)


class BadgeOs:
    """Reads every award in the table badgeos_achievements, whatever its prefix."""

    name = "badgeos"
    title = "BadgeOS (WordPress) database dump"
    reads = "a mysqldump of a WordPress site with the plugin BadgeOS, version 3 or later"

    def detect(self, place: Place) -> Match | None:
        """Look for BadgeOS' own table, or at least for WordPress."""
        return judged(place, _judge)

    def read(self, place: Place) -> Iterator[Yielded]:
        """Yield the people who have badges, then their badges."""
        yield from each_file(place, _judge, _read)


def _judge(head: bytes) -> Match | None:
    tables = created(head)
    for name, columns in tables.items():
        if name.endswith(_AWARDS) and set(_NEEDED) <= set(columns):
            return Match(95, "It is a database dump with BadgeOS' table of awards.")
    if any("badgeos_" in name for name in tables):
        return Match(90, "It is a database dump with tables of BadgeOS.")
    if any(map(_WORDPRESS.fullmatch, tables)):
        return Match(40, "It is a dump of a WordPress database; BadgeOS may be further on.")
    return None


def _chosen(table: str) -> tuple[str, ...]:
    known = (columns for name, columns in _COLUMNS.items() if table.endswith(name))
    return next(known, ())


def _keep(record: Record) -> bool:
    if record.table.endswith("options"):
        return record.text("option_name") in _OPTIONS
    return not record.table.endswith("postmeta") or record.text("meta_key") in _EXPIRY


def _read(place: Place, member: Member) -> Iterator[Outcome]:
    label = place.locator(member)
    with dump_tables(_chosen, _keep) as tables:
        yield from tables.fill(place, member)
        found = [
            name
            for name, columns in tables.names.items()
            if name.endswith(_AWARDS) and set(_NEEDED) <= set(columns)
        ]
        if not found:
            raise SourceUnreadable(
                f"{label} {_NO_TABLE.format(_AWARDS, ', '.join(_NEEDED))}", _DUMP_IT
            )
        for name in found:
            yield from _Site.of(tables, name.removesuffix(_AWARDS)).outcomes(f"{label}, ")


@dataclass(frozen=True, slots=True)
class _Site:
    """One WordPress site of a dump: its tables begin with `prefix`; `users` is that of people.

    `page` is the beginning of the addresses at which it serves assertions, None when it does not.
    """

    tables: Tables
    prefix: str
    users: str
    issuer: Issuer | None
    page: str | None

    @classmethod
    def of(cls, tables: Tables, prefix: str) -> _Site:
        """Find out about a site."""
        own = f"{prefix}users"
        # The sites of a network share the people of the first.
        shared = f"{_SITE_NUMBER.sub('', prefix)}users"
        rows = tables.rows(f"{prefix}options")
        options = {row.text("option_name"): row.text("option_value") for row in rows}
        name, description = options.get("blogname"), options.get("blogdescription")
        url, email = options.get("siteurl"), options.get("admin_email")
        issuer = Issuer(name, url, description=description, email=email) if name else None
        number = (options.get("badgeos_assertion_url") or "").encode()
        page = _page(options, tables.one(f"{prefix}posts", "ID", number))
        return cls(tables, prefix, own if own in tables.names else shared, issuer, page)

    def outcomes(self, locator: str) -> Iterator[Outcome]:
        """Yield the people who have badges, then the badges."""
        lost = {f"{self.prefix}{name}": what for name, what in _LOST.items() if name != "users"}
        yield from self.tables.missing(locator, {**lost, self.users: _LOST["users"]})
        awards = f"{self.prefix}{_AWARDS}"
        for user in self.tables.rows(self.users):
            email = user.text("user_email")
            if email and self.tables.one(awards, "user_id", user.values.get("ID")):
                yield FoundLearner(user.locator(locator), (email,), user.text("display_name"))
        for award in self.tables.rows(awards):
            if award.text("post_type") != "step":  # a part of what a badge is awarded for
                yield self._badge(award, locator)

    def _badge(self, award: Record, prefix: str) -> Found | Problem:
        locator = f"{prefix}row {award.number} of table {award.table}"
        user = self.tables.one(self.users, "ID", award.values["user_id"])
        email = _said(user, "user_email")
        if email is None:
            sentence = _NOBODY.format(award.text("user_id"))
            return Problem(locator, "award_without_address", sentence, award.told())
        number = award.values.get("ID")
        post = self.tables.one(f"{self.prefix}posts", "ID", number)
        url = self._hosted(award) if award.text("rec_type") == "open_badge" else None
        said = Assertion(
            recipient=Recipient(email.strip()),
            id=url,
            uid=award.text("entry_id"),
            issued_on=award.moment("date_earned"),
            badge_class=BadgeClass(
                name=_said(post, "post_title") or award.text("achievement_title") or "",
                description=_said(post, "post_excerpt") or _said(post, "post_content"),
                issuer=self.issuer,
            ),
        )
        names = ("post_type", "points", "this_trigger", "image")
        unread = {name: award.text(name) or "" for name in names}
        unread["expires after"] = self._expiry(number)
        document = row_document(said, _SOURCE, key=self._key(award), unread=unread)
        return Found(locator, document, hosted_url=url, holder=email.strip())

    def _key(self, award: Record) -> str | None:
        """Return the name of an award: its number, and the site's address where that is known."""
        site, number = self.issuer and self.issuer.url, award.text("entry_id")
        return f"badgeos {site} {number}" if site and number else None

    def _hosted(self, award: Record) -> str | None:
        parts = [award.text(name) for name in ("ID", "entry_id", "user_id")]
        known = [part for part in parts if part and part.isdigit()]
        if self.page is None or len(known) < len(parts):
            return None
        return "{}bg={}&eid={}&uid={}".format(self.page, *known)

    def _expiry(self, number: bytes | None) -> str:
        rows = self.tables.all(f"{self.prefix}postmeta", "post_id", number)
        said = {row.text("meta_key"): row.text("meta_value") or "" for row in rows}
        count, unit = (said.get(key, "") for key in _EXPIRY)
        return f"{count} {unit}".strip() if count.strip("0 ") else ""


def _said(record: Record | None, column: str) -> str | None:
    return record.text(column) if record else None


def _page(options: dict[str | None, str | None], page: Record | None) -> str | None:
    """Return how the address of an assertion begins: WordPress' address of a page, and a query."""
    home = (options.get("home") or options.get("siteurl") or "").rstrip("/")
    if page is None or not home.startswith(("http://", "https://")):
        return None
    structure, name = options.get("permalink_structure"), page.text("post_name")
    if not structure or not name:
        return f"{home}/?page_id={page.text('ID')}&"
    if page.text("post_parent") not in (None, "0"):
        return None
    index = "index.php/" if structure.startswith("/index.php/") else ""
    return f"{home}/{index}{name}{'/' if structure.endswith('/') else ''}?"
