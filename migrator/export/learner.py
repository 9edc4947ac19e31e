"""One learner's own package: pictures, documents, collections with stories, and a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldLearner
from migrator.archive.offers import nobody
from migrator.export.album.gather import gather
from migrator.export.album.write import write_pages
from migrator.export.documents import DocumentsExported, export_documents
from migrator.export.images import Entry, Exported, export_images
from migrator.export.order import Order
from migrator.export.package import package
from migrator.files.sink import Became, Sink, Under

README = """\
Your badges

These are the badges kept for {who}.

index.html        Open this to look at them. It works without the internet.
badges/           A page about each badge; index.html leads there.
images/           A picture of each badge with the badge inside: this is what you can
                  upload to a new backpack. index.csv there lists them.
                  Where a name says "baked by badge-migrator", the original had no badge
                  inside its picture, so we put the original document into the artwork.
documents/        The documents behind the badges. originals/ are as they were found, and
                  they are the proof; the others are copies in one common form.
collections.json  Your collections, with what you wrote about the badges in them.

Keep this file somewhere safe. Your e-mail address is in it, so give it only to whom you trust.
Whether a badge can still be checked by others depends on its issuer's web site.
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """What a learner's package came to."""

    learner: HeldLearner
    became: Became
    files: int
    collections: int
    images: Exported
    documents: DocumentsExported


def learner_at(archive: Archive, address: str) -> HeldLearner:
    """Return the learner with exactly this address; raises Usage when nobody has it."""
    found = holdings.learner_at(archive, address)
    if found is None:
        raise nobody(archive, address)
    return found


def export_learner(
    archive: Archive,
    address: str,
    path: Path,
    *,
    replace: bool = False,
    watch: Callable[[int], None] = lambda _done: None,
) -> Packed:
    """Write one learner's package; the same archive gives the same bytes.

    Raises Usage when nobody has the address, or another file has the name already.
    """
    learner = learner_at(archive, address)
    entries: dict[int, Entry] = {}
    with package(path, replace=replace) as made:
        order = Order(learner.id, watch=watch)
        images = export_images(archive, Under(made, "images"), order, entries.__setitem__)
        documents = export_documents(archive, Under(made, "documents"), Order(learner.id))
        who = learner.name or learner.addresses[0]
        made.put("README.txt", README.format(who=who).encode("utf-8", "replace"))
        album = gather(archive, made, learner.id, entries, who)
        write_pages(made, album)
        kept = list(holdings.collections_of(archive, learner.id))
        _collections(made, kept, entries)
    assert made.became is not None, "a package is settled when its block ends"
    return Packed(learner, made.became, made.files, len(kept), images, documents)


def _collections(
    sink: Sink, kept: list[holdings.HeldCollection], entries: Mapping[int, Entry]
) -> None:
    facts = [
        {
            "name": one.name,
            "description": one.description,
            "public": one.public,
            "page_url": one.page_url,
            "badges": [
                {**_named(entries.get(number, {})), "story": story} for number, story in one.badges
            ],
        }
        for one in kept
    ]
    data = json.dumps({"collections": facts}, ensure_ascii=False, indent=1)
    sink.put("collections.json", data.encode("utf-8", "replace") + b"\n")


def _named(entry: Mapping[str, object]) -> dict[str, object]:
    """Return what a collection says of a badge, {} being one that is not this learner's."""
    name = entry.get("badge") or entry.get("hosted_url") or "A badge of somebody else's"
    has_picture = entry.get("picture") not in (None, "", "none")
    return {
        "badge": name,
        "identity": entry.get("identity"),
        "picture": f"images/{entry['file']}" if has_picture else None,
    }
