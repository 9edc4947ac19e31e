"""The picture of a badge of a live account: had, not to be had, or worth waiting for."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from migrator.errors import Incomplete
from migrator.openbadges.baking import sniff
from migrator.sources.found import Found, Problem, Severity
from migrator.sources.live import LivePlace

_BUSY = frozenset({429, 502, 503, 504})
_NO_PICTURE = (
    "The picture of this badge could not be had ({}); the badge itself was kept. Read the account "
    "again later, or save the picture from the backpack's own pages and archive that too."
)


def with_picture(place: LivePlace, found: Found, url: str | None) -> Found:
    """Return a badge with the picture that is at an address, or with a warning that says why not.

    Raises Incomplete when the account's own host may have it later.
    """
    image, why = _picture(place, url)
    if image is not None:
        return replace(found, image=image)
    sentence = _NO_PICTURE.format(why)
    warning = Problem(found.locator, "picture_missing", sentence, severity=Severity.WARNING)
    return replace(found, warnings=(*found.warnings, warning))


def _picture(place: LivePlace, url: str | None) -> tuple[bytes | None, str]:
    if url is None or not url.startswith(("http://", "https://")):
        return None, "the account names none"
    ours = urlsplit(url)[:2] == urlsplit(place.base)[:2]
    try:
        reply = place.get(url)
    except Incomplete:
        if ours:
            raise
        return None, f"{urlsplit(url).netloc} does not answer"
    if ours and reply.status in _BUSY:
        raise place.refusal(reply)
    if reply.status == 200 and sniff(reply.body):
        return reply.body, ""
    return None, "what is there is no picture" if reply.status == 200 else f"HTTP {reply.status}"
