"""One badge put together from all the pieces a source has of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from migrator.openbadges.address import web_address
from migrator.openbadges.baked import Baked, Unbaked
from migrator.openbadges.carried import Carried, own_urls, read_image
from migrator.openbadges.content import Content, from_bytes, from_jws, same_address, same_badge
from migrator.openbadges.documents import as_backpack_wrote, parse_object
from migrator.openbadges.franken import is_franken
from migrator.openbadges.hosting import Hosting
from migrator.openbadges.identity import identity
from migrator.openbadges.model import Assertion, JsonObject, Unreadable, Verification
from migrator.openbadges.normal import read_assertion, read_badge_class
from migrator.openbadges.portable import MADE_FROM_ROWS
from migrator.openbadges.values import mapping
from migrator.openbadges.warning import WARNINGS, Warnings, warning

DocumentKind = Literal["assertion", "badge_class", "issuer", "jws"]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a source has of one badge; each may be missing, and an image be unbaked already."""

    assertion: bytes | None = None
    badge_class: bytes | None = None
    issuer: bytes | None = None
    jws: bytes | None = None
    hosted_url: str | None = None
    image: bytes | Unbaked | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a badge: its bytes, and the address it belongs at where that is known.

    `derived` documents were rebuilt from the Backpack's own form or made from rows of a database,
    not found as such. An assertion in either of these forms has no address: it was never served.
    """

    kind: DocumentKind
    data: bytes
    url: str | None = None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Badge:
    """One badge: its identity, its normal form, and everything it was read from.

    `baked` is the text of the image that was read (its range is the one to splice out); `warnings`
    are pairs of a code of `migrator.openbadges.warning` and a sentence.
    """

    identity: str
    assertion: Assertion
    documents: tuple[Document, ...] = ()
    jws: str | None = None
    hosted_url: str | None = None
    media_type: str | None = None
    baked: Baked | None = None
    warnings: tuple[tuple[str, str], ...] = ()


def read_badge(pieces: Pieces) -> Badge:
    """Put one badge together.

    Given documents win, the image fills in what they leave open. JWS before JSON before address
    (reference/mozilla-backpack.md 6). Raises Unreadable, with a sentence, when nothing in the
    pieces is badge data.
    """
    warnings: Warnings = []
    given = _given(pieces, warnings)
    carried = read_image(pieces.image, warnings, given)
    contents = _accepted(given, carried, pieces, warnings)
    if not contents:
        return _address_only(pieces, carried, warnings)
    main = contents[0]
    parts = _Parts.of(pieces, contents, warnings)
    jws = next((content.jws for content in contents if content.jws), None)
    assertion = _read(main, parts, jws)
    hosting = _hosting(pieces, carried, main, assertion, warnings)
    hosted_url = hosting.url(warnings)
    named = hosting.named or hosted_url
    if named and assertion.hosted_url is None:
        assertion = replace(assertion, verification_url=named)
    if not given and is_franken(main.document):
        warnings.append(warning("franken"))
    known_as = assertion
    if named and named != assertion.hosted_url:
        known_as = replace(assertion, id=named)
    return Badge(
        identity=identity(known_as, jws, main.originals.assertion),
        assertion=assertion,
        documents=_documents(contents, parts, assertion, hosted_url),
        jws=jws,
        hosted_url=hosted_url,
        media_type=carried.media_type,
        baked=carried.chunk_of(contents),
        warnings=tuple(dict.fromkeys(warnings)),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Badge class and issuer beside the assertion: as given, and as the contents fill them in."""

    badge_class: JsonObject | None
    issuer: JsonObject | None
    given_class: bytes | None
    given_issuer: bytes | None

    @classmethod
    def of(cls, pieces: Pieces, contents: list[Content], warnings: Warnings) -> _Parts:
        badge_class = _parsed(pieces.badge_class, "badge class", warnings)
        issuer = _parsed(pieces.issuer, "issuer profile", warnings)
        originals = [content.originals for content in contents]
        known = [one.badge_class for one in originals]
        # What rows say of the badge class, where the original only has its address.
        known += [mapping(one.document.get("badge")) for one in contents if one.made]
        return cls(
            badge_class or next(filter(None, known), None),
            issuer or next((one.issuer for one in originals if one.issuer), None),
            pieces.badge_class if badge_class else None,
            pieces.issuer if issuer else None,
        )


def _given(pieces: Pieces, warnings: Warnings) -> list[Content]:
    found: list[Content] = []
    if pieces.jws:
        try:
            found.append(from_jws(pieces.jws.decode("latin-1")))
        except Unreadable as error:
            warnings.append(warning("jws_unreadable", str(error)))
    if pieces.assertion:
        try:
            found.append(from_bytes(pieces.assertion))
        except Unreadable as error:
            warnings.append(warning("document_unreadable", str(error)))
    if len(found) == 2 and not same_badge(found[0].assertion, found[1].assertion):
        warnings.append(warning("jws_differs"))
        found.pop()
    return found


def _accepted(
    given: list[Content], carried: Carried, pieces: Pieces, warnings: Warnings
) -> list[Content]:
    """Return the contents that are one badge, the one to read first."""
    accepted = list(given)
    for content in carried.contents.values():
        if _belongs(content, accepted, web_address(pieces.hosted_url)):
            accepted.append(content)
        else:
            warnings.append(warning("baked_assertion_differs"))
    # What was made from rows is read only where there is no original.
    return sorted(accepted, key=lambda content: content.made)


def _belongs(content: Content, accepted: list[Content], hosted_url: str | None) -> bool:
    own = content.assertion.hosted_url
    if not accepted:
        if own is None or hosted_url is None:
            return True
        return same_address(own, hosted_url) or own.startswith(hosted_url)
    reference = accepted[0].assertion
    if hosted_url and reference.hosted_url is None:
        reference = replace(reference, verification_url=hosted_url)
    return same_badge(reference, content.assertion)


def _hosting(
    pieces: Pieces, carried: Carried, main: Content, assertion: Assertion, warnings: Warnings
) -> Hosting:
    if assertion.verification is Verification.SIGNED:
        return Hosting(None, None, None)
    found = web_address(pieces.hosted_url)
    known = found or (assertion.hosted_url if pieces.assertion else None)
    urls = own_urls(carried, known, warnings)
    return Hosting(found, assertion.hosted_url, next(iter(urls), None), main.rewritten)


def _address_only(pieces: Pieces, carried: Carried, warnings: Warnings) -> Badge:
    baked = next(iter(carried.urls), None)
    url = web_address(pieces.hosted_url) or baked
    if url is None:
        raise Unreadable(_nothing(pieces, carried, warnings))
    if baked and not same_address(url, baked):
        warnings.append(warning("baked_url_differs"))
    elif baked and baked.startswith(url):
        url = baked
    assertion = Assertion(verification_url=url)
    return Badge(
        identity=identity(assertion, None, None),
        assertion=assertion,
        hosted_url=url,
        media_type=carried.media_type,
        baked=carried.chunk_of([]),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _nothing(pieces: Pieces, carried: Carried, warnings: Warnings) -> str:
    if carried.baked:
        text = carried.baked[0].text[:80]
        return f"The picture's badge data is neither address, assertion nor signature: {text!r}."
    if warnings:
        code, sentence = warnings[-1]
        return sentence.removeprefix(WARNINGS[code]).strip() or sentence
    if pieces.image is not None:
        return "The picture carries no badge data."
    return "There is no badge data: no assertion, signature, address or picture."


def _parsed(data: bytes | None, what: str, warnings: Warnings) -> JsonObject | None:
    if not data:
        return None
    try:
        return parse_object(data)
    except Unreadable as error:
        warnings.append(warning("document_unreadable", f"The {what}: {error}"))
        return None


def _read(main: Content, parts: _Parts, jws: str | None) -> Assertion:
    assertion = main.assertion
    if assertion.badge_class is None and parts.badge_class:
        found = read_badge_class(parts.badge_class, issuer=parts.issuer)
        class_id = assertion.badge_class_id or found.id
        assertion = replace(assertion, badge_class=found, badge_class_id=class_id)
    elif parts.given_class or parts.given_issuer or _lacks_issuer(assertion):
        assertion = read_assertion(
            main.document, badge_class=parts.badge_class, issuer=parts.issuer
        )
    if jws and assertion.verification is not Verification.SIGNED:
        assertion = replace(assertion, verification=Verification.SIGNED)
    return assertion


def _lacks_issuer(assertion: Assertion) -> bool:
    return assertion.badge_class is not None and assertion.badge_class.issuer is None


def _documents(
    contents: list[Content], parts: _Parts, assertion: Assertion, hosted_url: str | None
) -> tuple[Document, ...]:
    issuer_id = assertion.badge_class.issuer_id if assertion.badge_class else None
    found: list[Document] = []
    for content in contents:
        if content.jws:
            found.append(Document("jws", content.data))
        else:
            url = hosted_url if content.is_original else None
            found.append(Document("assertion", content.data, url, derived=content.made))
    if parts.given_class:
        made = MADE_FROM_ROWS in (parts.badge_class or {})
        url = None if made else web_address(assertion.badge_class_id)
        found.append(Document("badge_class", parts.given_class, url, derived=made))
    if parts.given_issuer:
        found.append(Document("issuer", parts.given_issuer, web_address(issuer_id)))
    for content in contents:
        found.extend(_derived(content, hosted_url))
    first: dict[tuple[str, bytes], Document] = {}
    for document in found:
        first.setdefault((document.kind, document.data), document)
    return tuple(first.values())


def _derived(content: Content, hosted_url: str | None) -> list[Document]:
    originals = content.originals
    if content.is_original or content.jws or content.made:
        return []
    found = [Document("assertion", as_backpack_wrote(originals.assertion), hosted_url, True)]
    if originals.badge_class is not None:
        data = as_backpack_wrote(originals.badge_class)
        found.append(Document("badge_class", data, originals.badge_class_url, True))
    if originals.issuer is not None:
        data = as_backpack_wrote(originals.issuer)
        found.append(Document("issuer", data, originals.issuer_url, True))
    return found
