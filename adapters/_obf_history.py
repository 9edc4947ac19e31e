"""`badge_history.csv` of Open Badge Factory's Moodle plug-in: awards by the names of people.

Only those who are no users of the Moodle site stand there with their e-mail address.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from migrator.openbadges.model import Assertion, BadgeClass, Issuer, Recipient
from migrator.sources.csvrows import Row, fields_of, rows_of
from migrator.sources.csvtext import CsvText
from migrator.sources.found import Found, Outcome, Problem
from migrator.sources.place import Member, Place
from migrator.sources.rowdocument import row_document
from migrator.sources.writtendate import written_date

_COLUMNS = {
    "badge": ("Badge name",),
    "recipients": ("Recipients",),
    "issued": ("Issued on",),
    "expires": ("Expires by",),
    "issuer": ("Issuer",),
    "from": ("Issued from",),
}
_NEEDED = {"badge", "recipients", "issued", "issuer"}
_NAMES = (
    "This row says only by name who got this badge ({}), so it cannot be known whose it is. Read "
    "the awards from the API: badge-migrator archive open-badge-factory:https://HOST --as CLIENT."
)
_NOBODY = "This row says of nobody that they got this badge. Look it up in Open Badge Factory."
_DAMAGED = "The file cannot be read to its end ({}). Download or copy it again."


def is_history(head: bytes) -> bool:
    """Say whether a file that begins so has the columns of the plug-in's CSV."""
    return fields_of(CsvText(io.BytesIO(head)), _COLUMNS).keys() >= _NEEDED


def read_history(place: Place, member: Member) -> Iterator[Outcome]:
    """Yield a badge for each e-mail address, and what the rows cannot give."""
    with place.open(member) as stream:
        text = CsvText(stream)
        for row in rows_of(text, _COLUMNS):
            yield from _row(f"{place.locator(member)}, line {row.line}", row)
        if text.damage:
            where = f"{place.locator(member)}, end"
            yield Problem(where, "file_damaged", _DAMAGED.format(text.damage))


def _row(locator: str, row: Row) -> Iterator[Outcome]:
    if row.wrong:
        yield Problem(locator, "row_unreadable", row.wrong, row.raw)
        return
    people = [one.strip() for one in row.said.get("recipients", "").split(",") if one.strip()]
    named = [one for one in people if "@" not in one]
    for number, email in enumerate((one for one in people if "@" in one), 1):
        yield _award(f"{locator}, recipient {number}", row, email)
    if named:
        sentence = _NAMES.format(", ".join(named)[:200])
        yield Problem(locator, "names_only", sentence, row.raw)
    elif not people:
        yield Problem(locator, "award_without_address", _NOBODY, row.raw)


def _award(locator: str, row: Row, email: str) -> Found:
    said = row.said
    issued, expires = written_date(said.get("issued", "")), written_date(said.get("expires", ""))
    issuer = Issuer(said["issuer"]) if "issuer" in said else None
    document = row_document(
        Assertion(
            recipient=Recipient(email),
            issued_on=issued,
            expires=expires,
            badge_class=BadgeClass(said.get("badge", ""), issuer=issuer),
        ),
        "the history of Open Badge Factory's plug-in",
        unread={
            **row.unread,
            "issued from": said.get("from", ""),
            "issued on": "" if issued else said.get("issued", ""),
            "expires by": "" if expires else said.get("expires", ""),
        },
    )
    return Found(locator, document, holder=email)
