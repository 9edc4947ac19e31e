"""The addresses a badge document refers to: what has to be asked next."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.openbadges.address import is_place
from migrator.openbadges.links import DOCUMENTS, links
from migrator.openbadges.model import JsonObject
from migrator.verify.contexts import context_urls
from migrator.verify.profile import BADGR, Profile


def references(
    document: JsonObject, kind: str, profile: Profile = BADGR, *, signed: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield (address, kind) of everything a document needs to be proven; some come twice.

    That is itself, where its links lead but to the criteria page (which proves nothing), and the
    vocabularies nobody knows by heart. `signed` is as in `links`.
    """
    if kind in DOCUMENTS and "@context" in document and is_place(own := document.get("id")):
        yield own, kind
    for link in links(document, kind, signed=signed):
        if link.kind != "page" and is_place(link.url):
            yield link.url, link.kind
    for url in context_urls(document):
        if is_place(url) and not profile.knows_context(url):
            yield url, "page"
