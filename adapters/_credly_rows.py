"""A row of Credly's CSV files: reports of issued badges, and the sheet for awarding many."""

from __future__ import annotations

import re

from migrator.openbadges.model import BadgeClass, Issuer
from migrator.sources.csvrows import Row

from ._credly_badge import PAGE, UUID, Award

ALIASES = {
    "template": ("badgetemplateid", "templateid"),
    "number": ("badgeid", "issuedbadgeid", "credentialid", "id"),
    "url": ("badgeurl", "publicurl", "credentialurl", "url", "link"),
    "badge": ("badgetemplatename", "badgename", "badgetemplate", "badge", "title"),
    "email": ("recipientemail", "issuedtoemail", "earneremail", "email", "emailaddress"),
    "first_name": ("issuedtofirstname", "recipientfirstname", "firstname"),
    "last_name": ("issuedtolastname", "recipientlastname", "lastname"),
    "issued": (
        "issuedat",
        "issuedatmmddyy",
        "issuedatmmddyyyy",
        "issuedate",
        "dateissued",
        "issued",
    ),
    "expires": ("expirationdate", "expirationdatemmddyy", "expiresat", "expires"),
    "state": ("state", "status", "badgestate"),
    "issuer": ("issuername", "issuer", "organizationname", "organization"),
}
"""What each fact is called. (`State` is a state of the badge; `State or Province` is another.)"""
_STATES = ("accepted", "pending", "rejected", "revoked")


def award_of_row(row: Row) -> Award:
    """Return what a row says; the number of a badge may stand in the address of its page."""
    said = row.said
    page = PAGE.search(said.get("url", ""))
    number = said.get("number", "")
    state, issuer, name = said.get("state", "").lower(), said.get("issuer"), said.get("badge")
    unread = dict(row.unread)
    if "template" in said:
        unread["Badge Template ID"] = said["template"]
    if state:
        unread["State"] = said["state"]
    email = said.get("email", "")
    return Award(
        number=number if re.fullmatch(UUID, number) else page[1] if page else "",
        email=email if "@" in email else "",
        name=" ".join(filter(None, (said.get("first_name"), said.get("last_name")))),
        issued_at=said.get("issued", ""),
        expires_at=said.get("expires", ""),
        state=state if state in _STATES else "",
        badge_class=BadgeClass(name, issuer=Issuer(issuer) if issuer else None) if name else None,
        unread=unread,
    )
