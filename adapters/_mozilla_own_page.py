"""What the page of a learner who was signed in to a Mozilla Backpack yields: whole badges."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup

from migrator.openbadges.documents import parse_text
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.sources.found import Found, FoundCollection, Membership, Outcome, Problem, Severity

from ._mozilla_html import HOST, image_url, rows, shelves
from ._mozilla_rows import added_at, copied_body, hosted_url
from ._saved_page import file_name, original_text

NO_OWNER = (
    "The page does not say whose collection this is, so it was not kept as one; its badges were. "
    "If it is yours, archive a page you saved while signed in, too."
)
_UNREADABLE = "The data of this badge cannot be read. {} Look for another copy of the page."
_NO_DATA = (
    "The page shows this badge without its data, but its picture may have it. Look for the picture "
    "{}beside the page or in a web archive, and archive that."
)
_NOT_ORIGINAL = (
    "The Backpack had changed this badge for display (the recipient is the plain e-mail address, "
    "web addresses are completed), so its data is not the original."
)


def own_page(
    label: str, page: BeautifulSoup, pictures: dict[str, bytes], owner: str | None
) -> Iterator[Outcome]:
    """Yield the collections of a page, then its badges, each once."""
    places: dict[str, list[Membership]] = {}
    for shelf in shelves(page):
        locator, key = f"{label}, collection {shelf.id}", shelf.url or shelf.id
        if owner is None:
            yield Problem(locator, "collection_without_owner", NO_OWNER, severity=Severity.WARNING)
            continue
        page_url = f"{HOST}/share/{shelf.url}/" if shelf.url else None
        yield FoundCollection(
            locator, key, owner, shelf.name, public=shelf.public, page_url=page_url
        )
        for position, number in enumerate(shelf.badges):
            places.setdefault(number, []).append(Membership(key, position))
    images = _images(page)
    for number, text in rows(page).items():
        locator, image = f"{label}, badge {number}", images.get(number, "")
        picture = pictures.get(file_name(image))
        memberships = tuple(places.get(number, ()))
        if text:
            yield _badge(locator, text, picture, owner, memberships)
        elif picture:
            yield Found(locator, image=picture, holder=owner, memberships=memberships)
        else:
            named = f"{image} " if image else ""
            yield Problem(locator, "badge_without_data", _NO_DATA.format(named))


def _badge(
    locator: str,
    text: str,
    picture: bytes | None,
    owner: str | None,
    memberships: tuple[Membership, ...],
) -> Found | Problem:
    try:
        row, body, proven = _row(text)
    except Unreadable as error:
        return Problem(locator, "row_unreadable", _UNREADABLE.format(error), text.encode())
    signature, endpoint = _string(row.get("signature")), _string(row.get("endpoint"))
    document = row.get("body")
    url = hosted_url(document if isinstance(document, dict) else {}, endpoint)
    if not (body or signature or url or picture):
        why = "No badge is in it."
        return Problem(locator, "row_unreadable", _UNREADABLE.format(why), text.encode())
    added = _string(row.get("validated_on"))
    changed = Problem(locator, "body_changed", _NOT_ORIGINAL, severity=Severity.WARNING)
    return Found(
        locator,
        assertion=body,
        jws=signature.encode() if signature else None,
        hosted_url=None if signature else url,
        image=picture,
        holder=_string(row.get("awarded_to_email_address")) or owner,
        added_at=added_at(added and added.replace("T", " ").removesuffix("Z")),
        memberships=memberships,
        warnings=(changed,) if body and not proven else (),
    )


def _row(text: str) -> tuple[JsonObject, bytes | None, bool]:
    """Return a row, its body, and whether the fingerprint proves that the body is the original.

    Addresses as a web archive rewrote them are undone unless the fingerprint fits them.
    """
    row = _object(text)
    body, proven = copied_body(row)
    before = original_text(text)
    if proven or before == text:
        return row, body, proven
    row = _object(before)
    return (row, *copied_body(row))


def _object(text: str) -> JsonObject:
    value = parse_text(text)
    if not isinstance(value, dict):
        raise Unreadable("It is no row of the Backpack's database.")
    return value


def _images(page: BeautifulSoup) -> dict[str, str]:
    """Return the addresses of the pictures by the ids of their badges."""
    found: dict[str, str] = {}
    for badge in page.select(".openbadge[data-id]"):
        picture, number = badge.find("img"), badge.get("data-id")
        source = picture.get("src") if picture else None
        if isinstance(number, str) and isinstance(source, str):
            found.setdefault(number.strip(), image_url(source))
    return found


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
