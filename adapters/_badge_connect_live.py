"""Reading a Badge Connect account where it lives, page by page.

Reference: badge-formats.md 2.5, badgr-api.md 8.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from migrator.errors import SourceUnreadable
from migrator.openbadges.values import address, mapping, text
from migrator.sources.found import Bookmark, Found, FoundLearner, Outcome, Problem
from migrator.sources.jsontext import Item
from migrator.sources.live import LivePlace, Reply

from ._badge_connect_answers import badge_of, is_around, person_of, values_of
from ._live_picture import with_picture

_PAGE = 100
_MANIFEST = ".well-known/badgeconnect.json"
_SCOPE = "the scope https://purl.imsglobal.org/spec/ob/v2p1/scope/assertion.readonly"
_NEXT = re.compile(r"rel=[\"']?next\b", re.IGNORECASE)
_AGAIN = (
    "The host gives the same badges again and again, so reading stopped here. Some may be missing: "
    "compare with the backpack's own pages."
)


def read_account(place: LivePlace) -> Iterator[Outcome]:
    """Yield whose account it is and its badges, going on at the place's bookmark.

    Raises SignInFailed, SourceUnreadable and Incomplete.
    """
    secret = place.secret()
    token = secret[7:].strip() if secret.lower().startswith("bearer ") else secret
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
    api = _api_base(place)
    yield _owner(place, place.get(f"{api}/profile", headers))
    offset = int(place.bookmark or 0)
    before: bytes | None = None
    while True:
        reply = place.get(f"{api}/assertions?limit={_PAGE}&offset={offset}", headers)
        found = _results(place, reply)
        first = found[0].data if found else None
        if first is not None and first == before:
            yield Problem(f"{place.label}, {offset}", "pages_repeat", _AGAIN)
            return
        before = first
        for number, item in enumerate(found, offset + 1):
            badge = badge_of(f"{place.label}, assertion {number}", item)
            if isinstance(badge, Found) and isinstance(item.value, dict):
                badge = with_picture(place, badge, address(item.value.get("image")))
            yield badge
        offset += len(found)
        if not found or not _goes_on(reply, offset, len(found)):
            return
        yield Bookmark(str(offset))


def _api_base(place: LivePlace) -> str:
    """Return where the API is, as the host's manifest says; without one the address itself."""
    reply = place.get(_MANIFEST)
    if reply.status in (404, 410):
        return place.base
    manifest = mapping(place.checked(reply)) or {}
    listed = mapping(manifest.get("badgeConnectAPI")) or {}
    base = (text(listed.get("apiBase")) or "").rstrip("/")
    if urlsplit(place.base).scheme == "https" and not base.startswith("https://"):
        base = ""  # a token never goes where anybody can read it
    if not base.startswith(("http://", "https://")):
        raise SourceUnreadable(
            f"{place.label} does not say where its Badge Connect API is.",
            "Ask its operator for the address of the API (apiBase), and name that instead.",
        )
    return base


def _owner(place: LivePlace, reply: Reply) -> FoundLearner:
    profile = next(iter(values_of(io.BytesIO(reply.body))), None) if reply.status == 200 else None
    record = profile.value if profile and isinstance(profile.value, dict) else {}
    return person_of(place.label, record) or FoundLearner(place.label, (place.account,))


def _results(place: LivePlace, reply: Reply) -> list[Item]:
    """Return the badges of an answer; the status inside counts more than that of HTTP."""
    answer = mapping(place.checked(reply, needs=_SCOPE)) or {}
    code = (mapping(answer.get("status")) or {}).get("statusCode")
    if isinstance(code, int) and code >= 400:
        raise place.refusal(_Told(code, reply.headers, reply.body, reply.url), needs=_SCOPE)
    if not isinstance(answer.get("results"), list):
        what = f"{place.label} answers, but not as a Badge Connect host does."
        raise SourceUnreadable(what, f"Check the address: {place.base}")
    return [
        one for one in values_of(io.BytesIO(reply.body)) if not is_around(mapping(one.value) or {})
    ]


class _Told(NamedTuple):
    """An answer with the status that stands inside it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def _goes_on(reply: Reply, read: int, received: int) -> bool:
    if link := reply.headers.get("Link"):
        return _NEXT.search(link) is not None
    total = reply.headers.get("X-Total-Count") or ""
    return read < int(total) if total.isdecimal() else received >= _PAGE
