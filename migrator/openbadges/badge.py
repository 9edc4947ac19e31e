"""One badge put together from all the pieces a source has of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from migrator.openbadges.baked import Baked, Unbaked
from migrator.openbadges.baking import sniff, unbake
from migrator.openbadges.content import (
    Content,
    from_baked,
    from_bytes,
    from_jws,
    same_address,
    same_badge,
)
from migrator.openbadges.documents import as_backpack_wrote, parse_object
from migrator.openbadges.identity import canonical_url, identity
from migrator.openbadges.model import (
    Assertion,
    JsonObject,
    Unreadable,
    Verification,
)
from migrator.openbadges.normal import read_assertion, read_badge_class
from migrator.openbadges.warning import warning

Warnings = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a source has of one badge; each may be missing."""

    assertion: bytes | None = None
    badge_class: bytes | None = None
    issuer: bytes | None = None
    jws: bytes | None = None
    hosted_url: str | None = None
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a badge: its bytes, and the address it belongs at where that is known.

    `derived` documents were rebuilt from the Backpack's own form, not found as such.
    """

    kind: Literal["assertion", "badge_class", "issuer", "jws"]
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
    unbaked = _unbake(pieces.image, warnings)
    given = _given(pieces, warnings)
    carried = _Carried.of(unbaked)
    contents = _accepted(given, carried, pieces, warnings)
    if not contents:
        return _address_only(pieces, unbaked, carried, warnings)
    main = contents[0]
    parts = _Parts.of(pieces, contents, warnings)
    assertion = _read(main, parts)
    jws = next((content.jws for content in contents if content.jws), None)
    if jws and assertion.verification is not Verification.SIGNED:
        assertion = replace(assertion, verification=Verification.SIGNED)
    hosted_url = _hosted_url(pieces.hosted_url, assertion, main, carried.urls, warnings)
    if hosted_url and assertion.hosted_url is None:
        assertion = replace(assertion, verification_url=hosted_url)
    if any(not content.is_original and content.jws is None for content in contents):
        warnings.append(warning("franken"))
    return Badge(
        identity=_identity(assertion, hosted_url, jws, main),
        assertion=assertion,
        documents=_documents(contents, parts, assertion, hosted_url),
        jws=jws,
        hosted_url=hosted_url,
        media_type=unbaked.media_type if unbaked else None,
        baked=carried.read_from(main),
        warnings=tuple(dict.fromkeys(warnings)),
    )


@dataclass(frozen=True, slots=True)
class _Carried:
    """What the image carries: assertions with the text they stand in, addresses, anything else."""

    contents: tuple[tuple[Baked, Content], ...] = ()
    urls: tuple[str, ...] = ()
    all: tuple[Baked, ...] = ()

    @classmethod
    def of(cls, unbaked: Unbaked | None) -> _Carried:
        baked = unbaked.baked if unbaked else ()
        contents = tuple((one, content) for one in baked if (content := from_baked(one)))
        return cls(contents, tuple(one.text for one in baked if one.kind == "url"), baked)

    def read_from(self, main: Content | None) -> Baked | None:
        for baked, content in self.contents:
            if content is main:
                return baked
        return self.all[0] if self.all else None


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
        return cls(
            badge_class or next((one.badge_class for one in originals if one.badge_class), None),
            issuer or next((one.issuer for one in originals if one.issuer), None),
            pieces.badge_class if badge_class else None,
            pieces.issuer if issuer else None,
        )


def _unbake(image: bytes | None, warnings: Warnings) -> Unbaked | None:
    if image is None:
        return None
    try:
        unbaked = unbake(image)
    except Unreadable as error:
        warnings.append(warning("image_unreadable", str(error)))
        media_type = sniff(image)
        return Unbaked(media_type) if media_type else None
    warnings.extend(warning(code) for code in unbaked.warnings)
    return unbaked


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
    given: list[Content], carried: _Carried, pieces: Pieces, warnings: Warnings
) -> list[Content]:
    """Return the contents that are one badge, the one to read first."""
    accepted = list(given)
    for _baked, content in carried.contents:
        if not accepted or _belongs(content, accepted[0], pieces.hosted_url):
            accepted.append(content)
        else:
            warnings.append(warning("baked_assertion_differs"))
    if given and not carried.contents:
        own = given[0].assertion.hosted_url or pieces.hosted_url
        if own and any(not same_address(own, url) for url in carried.urls):
            warnings.append(warning("baked_assertion_differs"))
    return accepted


def _belongs(content: Content, main: Content, hosted_url: str | None) -> bool:
    reference = main.assertion
    if hosted_url and reference.hosted_url is None:
        reference = replace(reference, verification_url=hosted_url)
    return same_badge(reference, content.assertion)


def _address_only(
    pieces: Pieces, unbaked: Unbaked | None, carried: _Carried, warnings: Warnings
) -> Badge:
    given = pieces.hosted_url if _is_http(pieces.hosted_url) else None
    url = given or next(iter(carried.urls), None)
    if url is None:
        raise Unreadable(_nothing(pieces, carried, warnings))
    if carried.urls and not same_address(url, carried.urls[0]):
        warnings.append(warning("baked_url_differs"))
    assertion = Assertion(verification_url=url)
    return Badge(
        identity=identity(assertion, None, None),
        assertion=assertion,
        hosted_url=url,
        media_type=unbaked.media_type if unbaked else None,
        baked=carried.read_from(None),
        warnings=tuple(warnings),
    )


def _nothing(pieces: Pieces, carried: _Carried, warnings: Warnings) -> str:
    if carried.all:
        text = carried.all[0].text[:80]
        return f"The picture's badge data is neither address, JSON nor signature, but {text!r}."
    if warnings:
        return warnings[-1][1]
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


def _read(main: Content, parts: _Parts) -> Assertion:
    if parts.badge_class is None and parts.issuer is None:
        return main.assertion
    if main.assertion.badge_class is None and parts.badge_class:
        found = read_badge_class(parts.badge_class, issuer=parts.issuer)
        return replace(
            main.assertion,
            badge_class=found,
            badge_class_id=main.assertion.badge_class_id or found.id,
        )
    assertion = read_assertion(main.document, badge_class=parts.badge_class, issuer=parts.issuer)
    return replace(assertion, verification=main.assertion.verification)


def _hosted_url(
    given: str | None,
    assertion: Assertion,
    main: Content,
    baked_urls: tuple[str, ...],
    warnings: Warnings,
) -> str | None:
    if assertion.verification is Verification.SIGNED:
        return None
    own = assertion.hosted_url
    baked = next(iter(baked_urls), None)
    if given and _is_http(given):
        return _uncut(given, own, baked, warnings)
    if own and baked and not same_address(own, baked):
        warnings.append(warning("baked_url_differs"))
    # A rewritten or 0.5 assertion is a hint only; the address baked by the issuer is the identity.
    return (baked or own) if main.rewritten else (own or baked)


def _uncut(given: str, own: str | None, baked: str | None, warnings: Warnings) -> str:
    """Return the address where the badge was found, in full length."""
    if own and own != given and own.startswith(given):
        warnings.append(warning("hosted_url_cut"))
        return own
    if baked and baked != given and baked.startswith(given) and same_address(given, baked):
        warnings.append(warning("hosted_url_cut"))
        return baked
    if own and canonical_url(own) != canonical_url(given):
        warnings.append(warning("hosted_url_differs"))
    return given


def _identity(assertion: Assertion, hosted_url: str | None, jws: str | None, main: Content) -> str:
    if hosted_url:
        assertion = replace(assertion, id=hosted_url)
    return identity(assertion, jws, main.originals.assertion)


def _documents(
    contents: list[Content], parts: _Parts, assertion: Assertion, hosted_url: str | None
) -> tuple[Document, ...]:
    badge_class = assertion.badge_class
    class_url = _http(assertion.badge_class_id)
    issuer_url = _http(badge_class.issuer_id) if badge_class else None
    found: list[Document] = []
    for content in contents:
        if content.jws:
            found.append(Document("jws", content.data))
        else:
            url = hosted_url if content.is_original else None
            found.append(Document("assertion", content.data, url))
    if parts.given_class:
        found.append(Document("badge_class", parts.given_class, class_url))
    if parts.given_issuer:
        found.append(Document("issuer", parts.given_issuer, issuer_url))
    for content in contents:
        found.extend(_derived(content, hosted_url))
    first: dict[tuple[str, bytes], Document] = {}
    for document in found:
        first.setdefault((document.kind, document.data), document)
    return tuple(first.values())


def _derived(content: Content, hosted_url: str | None) -> list[Document]:
    originals = content.originals
    if originals.assertion is content.document or content.jws:
        return []
    found = [Document("assertion", as_backpack_wrote(originals.assertion), hosted_url, True)]
    if originals.badge_class is not None:
        data = as_backpack_wrote(originals.badge_class)
        found.append(Document("badge_class", data, originals.badge_class_url, True))
    if originals.issuer is not None:
        data = as_backpack_wrote(originals.issuer)
        found.append(Document("issuer", data, originals.issuer_url, True))
    return found


def _http(url: str | None) -> str | None:
    return url if _is_http(url) else None


def _is_http(url: str | None) -> bool:
    return url is not None and url.lower().startswith(("http://", "https://"))
