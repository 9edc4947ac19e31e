"""An award in Moodle's words as a badge (reference page badge-formats.md, 1.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrator.errors import SourceUnreadable
from migrator.openbadges.model import Assertion, BadgeClass, Issuer, Recipient
from migrator.sources.found import Found, Problem, Severity
from migrator.sources.rowdocument import row_document
from migrator.sources.writtendate import written_date

ALIASES = {
    "uniquehash": ("uniquehash", "issuedhash", "badgehash", "hash"),
    "email": ("email", "useremail", "emailaddress"),
    "firstname": ("firstname", "userfirstname"),
    "lastname": ("lastname", "surname", "userlastname"),
    "fullname": ("fullname", "fullnamewithlink", "userfullname"),
    "name": ("badgename", "name", "badge"),
    "description": ("badgedescription", "description"),
    "issuername": ("issuername", "issuer"),
    "issuerurl": ("issuerurl",),
    "issuercontact": ("issuercontact",),
    "dateissued": ("dateissued", "issuedon", "timeissued", "issued"),
    "dateexpire": ("dateexpire", "expireson", "expires", "expirydate"),
    "url": ("assertionurl", "url", "badgeurl"),
}
"""What each fact is called in queries, reports and the web service."""
WWWROOT = "wwwroot"
_HASH = re.compile(r"[0-9A-Za-z]{8,128}")
_SITE = re.compile(r"(https?://[^\s\"'<>?#]+?)/(?:badges/|webservice/pluginfile|pluginfile)")
_ROOT = re.compile(r"https?://[^\s\"'<>?#]+")

_NO_HASH = (
    "This row does not say the badge's number at Moodle (uniquehash), so its address is not known. "
    "Make the list again with that column: docs/adapters/moodle.md has the query."
)
_NO_MAIL = (
    "This row has no e-mail address (Moodle removes it from deleted users), so it does not say "
    "whose the badge is. If you know, add the address and archive the file again."
)
_NO_DATE = (
    "The date {!r} cannot be read, so it was left out. Make the list with the dates as numbers, as "
    "the query in docs/adapters/moodle.md does."
)
_NO_ROOT = "This list does not say at which address the Moodle site is (or was)."
_SAY_ROOT = (
    "Add it as Moodle's config.php has it, such as --set wwwroot=https://moodle.example.org."
)


def root(settings: Mapping[str, str]) -> str:
    """Return the site's address as set, "" when it is not; raises SourceUnreadable for no URL."""
    found = settings.get(WWWROOT, "").rstrip("/")
    if found and not _ROOT.fullmatch(found):
        raise SourceUnreadable(f"{found} is not the address of a site.", _SAY_ROOT)
    return found


def award(
    locator: str,
    said: Mapping[str, str],
    wwwroot: str,
    *,
    unread: Mapping[str, str] | None = None,
    raw: bytes = b"",
) -> Found | Problem:
    """Return the badge of one award; without `wwwroot` the site is known by an address beside it.

    One without both is a problem: the badge would later be found a second time, as another one.
    """
    number, site = said.get("uniquehash", ""), site_of(said, wwwroot)
    if not _HASH.fullmatch(number):
        return Problem(locator, "award_without_hash", _NO_HASH, raw)
    if not site:
        return Problem(locator, "site_unknown", f"{_NO_ROOT} {_SAY_ROOT}", raw)
    url = f"{site}/badges/assertion.php?b={number}&obversion=2"
    email = said.get("email", "").strip()
    mail = email if "@" in email else None
    warnings = [] if mail else [_warning(locator, "recipient_unknown", _NO_MAIL)]
    dates = {}
    for name in ("dateissued", "dateexpire"):
        text = said.get(name, "0")
        dates[name] = found = written_date(text) if text != "0" else None
        if text != "0" and found is None:
            warnings.append(_warning(locator, f"{name}_unreadable", _NO_DATE.format(text[:60])))
    document = row_document(
        Assertion(
            recipient=Recipient(mail) if mail else None,
            verification_url=url,
            badge_class=_badge_class(said),
            issued_on=dates["dateissued"],
            expires=dates["dateexpire"],
        ),
        "a Moodle site",
        unread=unread,
    )
    return Found(locator, document, hosted_url=url, holder=mail, warnings=tuple(warnings))


def name_of(said: Mapping[str, str]) -> str:
    """Return the learner's name, "" when it is not said."""
    parts = (said.get("firstname"), said.get("lastname"))
    return said.get("fullname") or " ".join(filter(None, parts))


def site_of(said: Mapping[str, str], wwwroot: str) -> str:
    """Return the address of the site an award is of, "" when nobody says it."""
    found = _SITE.match(said.get("url", ""))
    return wwwroot or (found[1] if found else "")


def unknown_site() -> SourceUnreadable:
    """Return what to raise when a source as a whole does not say of which site it is."""
    return SourceUnreadable(_NO_ROOT, _SAY_ROOT)


def _badge_class(said: Mapping[str, str]) -> BadgeClass | None:
    if not said.get("name"):
        return None
    issuer = said.get("issuername")
    return BadgeClass(
        name=said["name"],
        description=said.get("description"),
        issuer=Issuer(issuer, url=said.get("issuerurl"), email=said.get("issuercontact"))
        if issuer
        else None,
    )


def _warning(locator: str, code: str, sentence: str) -> Problem:
    return Problem(locator, code, sentence, severity=Severity.WARNING)
