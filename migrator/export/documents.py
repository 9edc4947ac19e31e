"""Portable Open Badges 2.0 documents, the originals they were made from, and which is which."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from migrator import errors
from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldDocument, Holding
from migrator.archive.originals import document_content
from migrator.archive.taken import Taken
from migrator.export.images import name_of
from migrator.export.order import Order
from migrator.files.names import readable
from migrator.files.sink import Sink
from migrator.files.table import Rows, line
from migrator.openbadges.badge import Badge, Pieces, read_badge
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.openbadges.portable import Portable, portable

COLUMNS = (
    *("file", "what", "type", "id", "derived_from", "sha256", "badge", "issuer", "version"),
    *("identity", "note"),
)
ROWS = "rows of a database or table: no document of the issuer's is known"
PORTABLE = "portable copy in Open Badges 2.0, derived from originals by badge-migrator"
ORIGINAL = "original, byte for byte"
_KINDS = ("assertion", "badge_class", "issuer", "jws")
_LISTED = 20
README = """\
What this is

originals/       the documents as they were found, byte for byte. They are the proof.
assertions/      portable copies: the same facts as Open Badges 2.0 JSON-LD,
badge-classes/   one file each, with the original ids and addresses. They were
issuers/         derived by badge-migrator and prove nothing by themselves: they
                 are not signed, and nobody serves them at the addresses they name.
index.csv        which file is what, and from which originals it was derived.
"""


@dataclass(frozen=True, slots=True)
class DocumentsExported:
    """What an export of documents came to; `without` counts badges no document is kept of."""

    badges: int
    originals: int
    portable: int
    without: int
    damages: int
    damaged: tuple[str, ...]


def export_documents(archive: Archive, sink: Sink, order: Order) -> DocumentsExported:
    """Write the documents of every badge (or a learner's): portable copies beside the originals."""
    sink.put("README.txt", README.encode())
    with sink.draft("index.csv", line(COLUMNS)) as draft, Taken() as taken:
        work = _Work(archive, sink, Rows(draft, COLUMNS), taken)
        for holding in holdings.holdings(archive, order.learner_id):
            work.badge(holding)
            order.watch(work.badges)
    return DocumentsExported(
        *(work.badges, work.originals, work.portable, work.without),
        *(work.damages, tuple(work.damaged)),
    )


class _Work:
    """One export under way."""

    def __init__(self, archive: Archive, sink: Sink, rows: Rows, taken: Taken) -> None:
        self._archive = archive
        self._sink = sink
        self._rows = rows
        self._taken = taken
        self.badges = self.originals = self.portable = self.without = self.damages = 0
        self.damaged: list[str] = []

    def badge(self, holding: Holding) -> None:
        """Write one badge; of what several badges share, one file."""
        self.badges += 1
        try:
            self._badge(holding)
        except errors.ArchiveDamaged as error:
            self.damages += 1
            if self.damages <= _LISTED:
                self.damaged.append(f"{holding.badge or holding.identity}: {error.what}")
            self._row(holding, _File("", "damaged", note=error.what))

    def _badge(self, holding: Holding) -> None:
        held = holdings.documents_of(self._archive, holding.assertion_id)
        found = [one for one in held if one.origin == "found"]
        paths = " ".join(self._original(holding, one) for one in found)
        badge = _read(self._archive, holding, held)
        if badge is None or not held:
            self.without += 1
            note = "only its address is known" if holding.hosted_url else "no document can be read"
            self._row(holding, _File("", "nothing", note=note))
            return
        copy = portable(badge.assertion)
        paths = paths or ROWS
        name = f"assertions/{name_of(holding)}.json"
        self._copy(holding, name, copy.assertion, paths)
        self._shared(holding, copy, paths)

    def _original(self, holding: Holding, one: HeldDocument) -> str:
        ending = "jws" if one.kind == "jws" else "json"
        path = f"originals/{one.digest.hex()}.{ending}"
        if self._is_new(path):
            put = self._sink.put(path, document_content(self._archive, one.id))
            self.originals += 1
            self._row(holding, _File(put.path, ORIGINAL, one.kind, one.url, digest=put.digest))
        return path

    def _shared(self, holding: Holding, copy: Portable, paths: str) -> None:
        issuer = holding.issuer
        for folder, document, name, by in (
            ("badge-classes", copy.badge_class, holding.badge, issuer),
            ("issuers", copy.issuer, issuer, None),
        ):
            if document is not None:
                digest = sha256(_written(document)).digest()
                said = readable(name or str(document.get("name", "")), by, None, digest)
                self._copy(holding, f"{folder}/{said}.json", document, paths)

    def _copy(self, holding: Holding, path: str, document: JsonObject, paths: str) -> None:
        if self._is_new(path):
            put = self._sink.put(path, _written(document))
            self.portable += 1
            note = "" if "id" in document else "the original has no id, so this has none"
            self._row(
                holding,
                _File(
                    *(put.path, PORTABLE, document["type"], document.get("id")),
                    *(paths, put.digest, note),
                ),
            )

    def _is_new(self, path: str) -> bool:
        if self._taken.get(path) is not None:
            return False
        self._taken.take(path, "file")
        return True

    def _row(self, holding: Holding, file: _File) -> None:
        self._rows.add(
            (
                *(file.path, file.what, file.type, file.id, file.derived_from, file.digest),
                *(holding.badge, holding.issuer, holding.version, holding.identity, file.note),
            )
        )


@dataclass(frozen=True, slots=True)
class _File:
    """What the index says of one file."""

    path: str
    what: str
    type: object = None
    id: object = None
    derived_from: str = ""
    digest: str = ""
    note: str = ""


def _read(archive: Archive, holding: Holding, held: list[HeldDocument]) -> Badge | None:
    """Read a badge anew from its kept documents: everything in it, not only what tables hold."""
    chosen = {holding.document_id: "assertion", holding.jws_id: "jws"}
    first: dict[str, int] = {chosen[one.id]: one.id for one in held if one.id in chosen}
    for one in held:
        first.setdefault(one.kind, one.id)
    data = {kind: document_content(archive, first[kind]) for kind in _KINDS if kind in first}
    try:
        return read_badge(
            Pieces(
                assertion=data.get("assertion"),
                badge_class=data.get("badge_class"),
                issuer=data.get("issuer"),
                jws=data.get("jws"),
                hosted_url=holding.hosted_url,
            )
        )
    except Unreadable:
        return None


def _written(document: JsonObject) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n"
