"""One learner's own package: pictures, documents, collections with stories, and a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator import errors
from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldLearner
from migrator.export.documents import DocumentsExported, export_documents
from migrator.export.images import Entry, Exported, export_images
from migrator.export.order import Order
from migrator.export.package import package
from migrator.export.page import Shown, ShownCollection, page
from migrator.export.sink import Became, Sink, Under

README = """\
Your badges

These are the badges kept for {who}.

index.html        Open this to look at them. It works without the internet.
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
        raise errors.Usage(
            f"Nobody in {archive.path} is known as {address}.",
            "Find the whole address with `badge-migrator status PART-OF-IT`.",
        )
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
    badges = _Badges()
    with package(path, replace=replace) as made:
        order = Order(learner.id, watch=watch)
        images = export_images(archive, Under(made, "images"), order, badges.note)
        documents = export_documents(archive, Under(made, "documents"), Order(learner.id))
        who = learner.name or learner.addresses[0]
        made.put("README.txt", README.format(who=who).encode("utf-8", "replace"))
        kept = list(holdings.collections_of(archive, learner.id))
        _collections(made, kept, badges)
        with made.draft("index.html", "") as draft:
            for piece in page(who, badges.shown(), _shown(kept, badges)):
                draft.write(piece)
    assert made.became is not None, "a package is settled when its block ends"
    return Packed(learner, made.became, made.files, len(kept), images, documents)


class _Badges:
    """What the page needs to know of each badge: one learner's, so there are not many."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}

    def note(self, assertion_id: int, entry: Entry) -> None:
        """Remember a badge as the index has it."""
        self._entries[assertion_id] = entry

    def name(self, assertion_id: int) -> str:
        """Return a badge's name."""
        entry = self._entries.get(assertion_id, {})
        return str(entry.get("badge") or entry.get("hosted_url") or "A badge of somebody else's")

    def identity(self, assertion_id: int) -> object:
        """Return a badge's identity, None for one that is not this learner's."""
        return self._entries.get(assertion_id, {}).get("identity")

    def file(self, assertion_id: int) -> str | None:
        """Return the path of a badge's picture in the package."""
        entry = self._entries.get(assertion_id, {})
        has_picture = entry.get("picture") not in (None, "", "none")
        return f"images/{entry['file']}" if has_picture else None

    def shown(self) -> Iterator[Shown]:
        """Yield the badges for the page, oldest first."""
        for number in sorted(self._entries, key=self._age):
            entry = self._entries[number]
            by_us = "picture baked by badge-migrator" if entry["picture"] == "baked by us" else ""
            notes = (by_us, str(entry["note"]))
            yield Shown(
                self.name(number),
                *(_text(entry["issuer"]), _text(entry["issued_on"]), _text(entry["hosted_url"])),
                self.file(number),
                "; ".join(one for one in notes if one),
            )

    def _age(self, number: int) -> tuple[str, int]:
        return str(self._entries[number]["issued_on"] or ""), number


def _collections(sink: Sink, kept: list[holdings.HeldCollection], badges: _Badges) -> None:
    facts = [
        {
            "name": one.name,
            "description": one.description,
            "public": one.public,
            "page_url": one.page_url,
            "badges": [
                {
                    "badge": badges.name(number),
                    "identity": badges.identity(number),
                    "picture": badges.file(number),
                    "story": story,
                }
                for number, story in one.badges
            ],
        }
        for one in kept
    ]
    data = json.dumps({"collections": facts}, ensure_ascii=False, indent=1)
    sink.put("collections.json", data.encode("utf-8", "replace") + b"\n")


def _shown(kept: list[holdings.HeldCollection], badges: _Badges) -> Iterator[ShownCollection]:
    for one in kept:
        stories = tuple((badges.name(number), story) for number, story in one.badges)
        yield ShownCollection(one.name, one.description, stories)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
