"""What an award of Open Badge Factory means: an event, its badge, its issuer and one recipient."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import unquote_to_bytes

from migrator.openbadges.address import web_address
from migrator.openbadges.baking import sniff
from migrator.openbadges.dates import to_utc
from migrator.openbadges.documents import as_backpack_wrote
from migrator.openbadges.model import (
    Alignment,
    Assertion,
    BadgeClass,
    Issuer,
    Json,
    JsonObject,
    Recipient,
)
from migrator.openbadges.values import items, label, mapping
from migrator.sources.found import Found, FoundLearner, Outcome, Problem
from migrator.sources.rowdocument import row_document

from ._obf_known import Known, badge_of, kind_of

_SOURCE = "Open Badge Factory"
_NO_EVENT = (
    "This award names an event that is not in the files, so it is not known which badge it was. "
    "Save the answer of /v2/event/CLIENT beside it, and archive the folder again."
)
_NO_ADDRESS = (
    "This award has no e-mail address, so it is not known whose badge it is. "
    "Look it up in Open Badge Factory."
)


@dataclass(frozen=True, slots=True)
class Awards:
    """Makes badges of entries, with what is known; `base` is the host's address where it is."""

    known: Known
    base: str = ""

    def entry(self, locator: str, value: Json, _data: bytes) -> Iterator[Outcome]:
        """Yield the awards in a value of a file."""
        if isinstance(value, dict):
            yield from self.of(locator, value)

    def of(self, locator: str, entry: JsonObject) -> Iterator[Outcome]:
        """Yield the award of a recipient, or each of an event that has its recipients with it."""
        kind = kind_of(entry)
        if kind == "recipient":
            number = label(entry.get("event_id")) or ""
            self.known.tell(number)
            revoked = bool(entry.get("revoked"))
            event = self.known.find("event", number)
            yield from self._to(locator, event, entry.get("email"), entry, revoked=revoked)
        elif kind == "event" and (recipients := items(entry.get("recipient"))):
            self.known.tell(label(entry.get("id")) or "")
            revocations = entry.get("revoked")
            gone = revocations if isinstance(revocations, (dict, list)) else ()
            for count, written in enumerate(recipients, 1):
                where = f"{locator}, recipient {count}"
                revoked = _who(written)[1] in gone
                yield from self._to(where, entry, written, written, revoked=revoked)

    def _to(
        self, locator: str, event: JsonObject | None, written: Json, shown: Json, *, revoked: bool
    ) -> Iterator[Outcome]:
        name, email = _who(written)
        if not email:
            raw = as_backpack_wrote(shown)
            yield Problem(locator, "award_without_address", _NO_ADDRESS, raw)
        elif event is None:
            yield Problem(locator, "event_missing", _NO_EVENT, as_backpack_wrote(shown))
        else:
            if name:
                yield FoundLearner(locator, (email,), name)
            yield self._found(locator, event, email, revoked=revoked)

    def _found(self, locator: str, event: JsonObject, email: str, *, revoked: bool) -> Found:
        class_id = badge_of(event)
        badge = self.known.find("badge", class_id) or {}
        hosted = f"{self.base}/v1/badge/_/{class_id}.json" if self.base and class_id else None
        said = Assertion(
            recipient=Recipient(email),
            issued_on=_date(event.get("issued_on")),
            expires=_date(event.get("expires_on") or event.get("expires")),
            revoked=revoked,
            badge_class_id=hosted,
            badge_class=_badge_class(event, badge, self.known.client() or {}, hosted),
        )
        unread = {"event": label(event.get("name")) or "", "log entry": _log(event)}
        number = label(event.get("id"))
        key = f"open badge factory {number} {email.lower()}" if number else None
        document = row_document(said, _SOURCE, key=key, unread=unread)
        image = data_image(label(badge.get("image")))
        return Found(locator, document, image=image, holder=email)


def _log(event: JsonObject) -> str:
    """Return what the system that awarded noted: course, activity, site."""
    log = event.get("log_entry")
    return log if isinstance(log, str) else as_backpack_wrote(log).decode() if log else ""


def _who(written: Json) -> tuple[str, str]:
    """Return name and e-mail address of a recipient: `Ada Lovelace <ada@example.org>`."""
    name, email = parseaddr(label(written) or "")
    return name, email if "@" in email else ""


def data_image(url: str | None) -> bytes | None:
    """Return the picture in a `data:` address, None for anything else."""
    head, comma, data = (url or "").partition(",")
    if not (head.startswith("data:") and comma):
        return None
    try:
        packed = head.endswith(";base64")
        image = base64.b64decode(data) if packed else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        return None
    return image if sniff(image) else None


def _badge_class(
    event: JsonObject, badge: JsonObject, client: JsonObject, hosted: str | None
) -> BadgeClass:
    """Return the badge class: of several languages the first, which is the badge's own."""
    content = mapping(badge.get("content")) or badge
    criteria = label(content.get("criteria")) or label(badge.get("criteria_html"))
    tags = items(content.get("tag") or content.get("tags"))
    return BadgeClass(
        name=label(content.get("name")) or label(event.get("name")) or "",
        id=hosted,
        description=label(content.get("description")),
        image=web_address(label(badge.get("image"))),
        criteria_narrative=criteria,
        issuer=_issuer(client),
        alignment=tuple(
            Alignment(label(one.get("name")), web_address(label(one.get("url"))))
            for one in items(content.get("alignment"))
            if isinstance(one, dict)
        ),
        tags=tuple(text for tag in tags if (text := label(tag))),
    )


def _issuer(client: JsonObject) -> Issuer | None:
    name = label(client.get("name"))
    if not name:
        return None
    return Issuer(
        name,
        web_address(label(client.get("url"))),
        description=label(client.get("description")),
        email=label(client.get("email")),
    )


def _date(value: Json) -> str | None:
    """Return a date in seconds; Open Badge Factory writes 0 for none."""
    return to_utc(value) if value not in (0, "0", "") else None
