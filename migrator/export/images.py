"""A folder of baked images with readable names, and an index of all badges beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from migrator import errors
from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldDocument, Holding
from migrator.archive.originals import document_content
from migrator.export.order import Order
from migrator.export.picture import ENDINGS, OURS, NoPicture, Pictures
from migrator.files.names import readable
from migrator.files.sink import Put, Sink
from migrator.files.table import Objects, Rows, line

COLUMNS = (
    *("file", "badge", "issuer", "learner", "issued_on", "expires", "hosted_url", "state"),
    *("picture", "baked_by", "sha256", "identity", "note"),
)
BAKED_BY_US = " (baked by badge-migrator)"
_LISTED = 20

Entry: TypeAlias = "dict[str, object]"
"""One badge as the index has it: a value for each of COLUMNS."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export of badges came to: `badges` is the sum of the next four.

    `damaged` are the first sentences about rows that could not be read back, of `damages`.
    """

    badges: int
    found_baked: int
    baked_by_us: int
    without_picture: int
    damages: int
    damaged: tuple[str, ...]


def export_images(
    archive: Archive,
    sink: Sink,
    order: Order,
    note: Callable[[int, Entry], None] = lambda _assertion_id, _entry: None,
) -> Exported:
    """Write the baked image of every badge (or a learner's) with index.csv and index.json.

    A badge found without one gets one baked by us, which its name, the index and the file itself
    say; one without any picture is written as its document. `note` is called with each badge's
    assertion id and its entry in the index.
    """
    became: Counter[str] = Counter()
    damaged: list[str] = []
    pictures = Pictures(archive)
    with (
        sink.draft("index.csv", line(COLUMNS)) as csv_draft,
        sink.draft("index.json", Objects.HEAD) as json_draft,
    ):
        rows, objects = Rows(csv_draft, COLUMNS), Objects(json_draft)
        for holding in holdings.holdings(archive, order.learner_id):
            entry, what = put_image(archive, sink, pictures, holding)
            if what == "damaged" and became[what] < _LISTED:
                damaged.append(damage_of(holding, entry))
            became[what] += 1
            note(holding.assertion_id, entry)
            shown = {name: _shown(name, value, order.change) for name, value in entry.items()}
            rows.add(shown[column] for column in COLUMNS)
            objects.add(shown)
            order.watch(became.total())
        objects.end()
    return Exported(
        *(became.total(), became["found"], became["ours"], became["none"]),
        *(became["damaged"], tuple(damaged)),
    )


def put_image(
    archive: Archive, sink: Sink, pictures: Pictures, holding: Holding
) -> tuple[Entry, str]:
    """Write the baked image of a badge, else its document; return its entry and what became of it.

    That is "found" (as it was), "ours" (baked by us), "none" (no picture) or "damaged".
    """
    try:
        return _one(archive, sink, pictures, holding)
    except errors.ArchiveDamaged as error:
        return _entry(holding, None, "", "", f"damaged: {error.what}"), "damaged"


def damage_of(holding: Holding, entry: Entry) -> str:
    """Say of which badge a picture is damaged, and how."""
    said = str(entry["note"]).removeprefix("damaged: ")
    return f"{holding.badge or holding.identity}: {said}"


def _one(archive: Archive, sink: Sink, pictures: Pictures, holding: Holding) -> tuple[Entry, str]:
    documents = holdings.documents_of(archive, holding.assertion_id)
    name = name_of(holding)
    try:
        picture = pictures.picture(holding, documents)
    except NoPicture as why:
        put = _document_only(archive, sink, holding, documents, name)
        return _entry(holding, put, "none", "", f"{why}"), "none"
    ours = picture.baked_by == OURS
    ending = ENDINGS.get(picture.media_type, "")
    put = sink.put(f"{name}{BAKED_BY_US if ours else ''}{ending}", picture.data)
    how = "baked by us" if ours else "found baked"
    return _entry(holding, put, how, picture.baked_by, ""), "ours" if ours else "found"


def name_of(holding: Holding) -> str:
    """Return the readable name of a badge's files, without ending."""
    # Of a badge without a name its address says most: "college.example.edu tutor-maria".
    address = (holding.hosted_url or "").partition("://")[2].removesuffix(".json")
    badge = holding.badge or address.replace("/", " ")
    return readable(badge, holding.issuer, holding.issued_on, holding.digest)


def _document_only(
    archive: Archive, sink: Sink, holding: Holding, documents: list[HeldDocument], name: str
) -> Put | None:
    wanted = (holding.jws_id, holding.document_id)
    one = next((one for one in documents if one.id in wanted), None)
    if one is None:
        return None
    ending = ".jws" if one.kind == "jws" else ".assertion.json"
    return sink.put(name + ending, document_content(archive, one.id))


def _entry(holding: Holding, put: Put | None, picture: str, baked_by: str, note: str) -> Entry:
    notes = [note, "revoked" if holding.revoked else ""]
    notes.append("the learner had deleted it" if holding.deleted else "")
    return {
        "file": put.path if put else None,
        "badge": holding.badge,
        "issuer": holding.issuer,
        "learner": holding.learner,
        "issued_on": holding.issued_on,
        "expires": holding.expires,
        "hosted_url": holding.hosted_url,
        "state": holding.state or "in the archive",
        "picture": picture,
        "baked_by": baked_by,
        "sha256": put.digest if put else None,
        "identity": holding.identity,
        "note": "; ".join(one for one in notes if one),
    }


def _shown(name: str, value: object, change: Callable[[str], str]) -> object:
    return change(value) if isinstance(value, str) and name not in ("file", "sha256") else value
