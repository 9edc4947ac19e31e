"""What a shared page of a Mozilla Backpack (`/share/<md5>/`) yields: badges in words and links."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup

from migrator.openbadges.dates import to_utc
from migrator.openbadges.model import Assertion, BadgeClass, Evidence, Issuer, Recipient
from migrator.sources.found import Found, FoundCollection, Membership, Outcome, Problem, Severity
from migrator.sources.rowdocument import row_document

from ._mozilla_html import HOST, Shown, shared, shared_key
from ._mozilla_own_page import NO_OWNER
from ._saved_page import SavedPage, file_name

_SHOWN_ONLY = (
    "A shared page shows a badge in words, so this is not the issuer's own document{}. "
    "`badge-migrator recover` looks for the original in web archives."
)
_KNOWN = ("name", "url", "description", "awardee", "recipient", "assertion", "criteria", "evidence")


def shared_page(
    label: str, saved: SavedPage, page: BeautifulSoup, owner: str | None
) -> Iterator[Outcome]:
    """Yield the collection of a page, then its badges in their order."""
    badges = list(shared(page))
    if not badges:
        return
    holder = owner or next(filter(None, map(_awardee, badges)), None)
    shared_as = shared_key(saved.text)
    key = shared_as or label
    if holder is None:
        yield _warning(f"{label}, collection", "collection_without_owner", NO_OWNER)
    else:
        title, subtitle = page.select_one(".portfolio h1"), page.select_one(".portfolio h2")
        yield FoundCollection(
            f"{label}, collection",
            key,
            holder,
            title.get_text(strip=True) if title else "Shared collection",
            subtitle.get_text(strip=True) if subtitle else None,
            public=True,
            page_url=f"{HOST}/share/{shared_as}/" if shared_as else None,
        )
    for position, shown in enumerate(badges):
        place = Membership(key, position, shown.story or None)
        yield _badge(f"{label}, shared badge {position + 1}", saved, shown, holder, place)


def _badge(
    locator: str, saved: SavedPage, shown: Shown, holder: str | None, place: Membership
) -> Found:
    url = _web(shown.links.get("assertion"))
    why = "" if url else ", and it does not say where that was"
    return Found(
        locator,
        assertion=_document(shown, url, "" if holder else shown.story),
        hosted_url=url,
        image=saved.pictures.get(file_name(shown.image)),
        holder=_awardee(shown) or holder,
        memberships=(place,) if holder else (),
        warnings=(_warning(locator, "shown_only", _SHOWN_ONLY.format(why)),),
    )


def _document(shown: Shown, url: str | None, story: str) -> bytes:
    """Return what the page says of a badge; words it cannot place stand beside."""
    texts, awardee = shown.texts, _awardee(shown)
    issued, expires = to_utc(texts.get("issued")), to_utc(_expires(shown))
    evidence = _web(shown.links.get("evidence"))
    known = {*_KNOWN, "issuer name", "issuer url"}
    unread = {name: text for name, text in texts.items() if name not in known}
    if issued:
        unread.pop("issued", None)
    return row_document(
        Assertion(
            id=url,
            recipient=Recipient(awardee) if awardee else None,
            issued_on=issued,
            expires=expires,
            image=shown.image or None,
            evidence=(Evidence(evidence),) if evidence else (),
            badge_class=BadgeClass(
                texts.get("name") or shown.name,
                description=texts.get("description"),
                criteria_url=_web(shown.links.get("criteria")),
                issuer=Issuer(texts.get("issuer name", ""), _web(shown.links.get("issuer url"))),
            ),
        ),
        "a shared page of a Mozilla Backpack",
        unread={**unread, "story": story},
    )


def _expires(shown: Shown) -> str | None:
    return shown.texts.get("expires") or shown.texts.get("expiration")


def _awardee(shown: Shown) -> str | None:
    text = shown.texts.get("awardee") or shown.texts.get("recipient") or ""
    return text if "@" in text else None


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("http://", "https://")) else None


def _warning(locator: str, code: str, sentence: str) -> Problem:
    return Problem(locator, code, sentence, severity=Severity.WARNING)
