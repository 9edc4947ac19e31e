"""Which addresses a badge hangs on: read from its documents, one leading to the next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from migrator import errors
from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import Holding
from migrator.archive.originals import document_content
from migrator.export.site.content import Missing, content_at
from migrator.openbadges.address import is_web
from migrator.openbadges.content import from_bytes
from migrator.openbadges.documents import parse_object
from migrator.openbadges.links import DOCUMENTS, Link, links
from migrator.openbadges.model import Assertion, JsonObject, Unreadable, Verification, Version

_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Need:
    """An address of a badge, and whether backpacks refuse the badge without it."""

    url: str
    kind: str
    needed: bool


class Needs:
    """Finds the addresses of badges; what many badges share is read once, within limits."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: OrderedDict[tuple[str, str], JsonObject | None] = OrderedDict()

    def of(self, holding: Holding) -> Iterator[Need]:
        """Yield every address of a badge; a document that is missing leads no further."""
        if is_web(holding.hosted_url):
            yield Need(holding.hosted_url, "assertion", True)
        found = self._assertion(holding)
        if found is None:
            return
        document, assertion = found
        yield from self._beyond(document, "assertion", assertion)

    def _beyond(self, document: JsonObject, kind: str, assertion: Assertion) -> Iterator[Need]:
        signed = assertion.verification is Verification.SIGNED
        for link in links(document, kind, signed=signed):
            # An embedded document is served where it is embedded. What a 3.0 credential embeds, no
            # backpack that takes hosted badges asks for.
            strange = assertion.version is Version.V3_0 and link.named_by != "assertion"
            if link.embedded or strange or not is_web(link.url):
                continue
            yield Need(link.url, link.kind, _is_needed(link, signed=signed))
            read = self._document(link.url, link.kind) if link.kind in DOCUMENTS else None
            if read is not None:
                yield from self._beyond(read, link.kind, assertion)

    def _assertion(self, holding: Holding) -> tuple[JsonObject, Assertion] | None:
        """Return the document to go by, as its issuer wrote it: of the archive, else of the web."""
        held = holdings.documents_of(self._archive, holding.assertion_id)
        chosen = (holding.jws_id, holding.document_id)
        first = [one.id for one in held if one.id in chosen]
        others = [one.id for one in held if one.kind in ("assertion", "jws")]
        for number in dict.fromkeys((*first, *others)):
            try:
                read = from_bytes(document_content(self._archive, number))
            except (Unreadable, errors.ArchiveDamaged):
                continue  # the export of the file itself tells of damage
            if read.assertion.version is not None:  # what was made from rows was never served
                return read.originals.assertion, read.assertion
        if not is_web(holding.hosted_url):
            return None
        try:
            content = content_at(self._archive, holding.hosted_url, "assertion")
            read = from_bytes(content.data)
        except (Missing, Unreadable, errors.ArchiveDamaged):
            return None
        return read.originals.assertion, read.assertion

    def _document(self, url: str, kind: str) -> JsonObject | None:
        if (url, kind) in self._read:
            self._read.move_to_end((url, kind))
            return self._read[url, kind]
        try:
            document: JsonObject | None = parse_object(content_at(self._archive, url, kind).data)
        except (Missing, Unreadable, errors.ArchiveDamaged):
            document = None
        self._read[url, kind] = document
        if len(self._read) > _REMEMBERED:
            self._read.popitem(last=False)
        return document


def _is_needed(link: Link, *, signed: bool) -> bool:
    if link.kind in ("key", "revocation_list"):
        return signed
    return link.kind != "page" and (link.kind, link.named_by) != ("image", "issuer")
