"""An album put together: the facts of each badge, its picture and its download."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from migrator import errors
from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.archive.holdings import HeldCollection, Holding
from migrator.archive.portrait import portrait
from migrator.export.album.shown import Album, Shelf, Shown
from migrator.export.album.standing import told
from migrator.export.images import Entry, name_of
from migrator.export.package import packed
from migrator.export.picture import ENDINGS, Pictures
from migrator.files.sink import Sink

PAGES, IMAGES = "badges", "images"


def gather(
    archive: Archive, sink: Sink, learner_id: int, entries: Mapping[int, Entry], who: str
) -> Album:
    """Return the album of a learner's badges that have an entry in the index of images.

    What their pages need beside the images is written: artwork of badges that no picture can hold,
    and an SVG to be downloaded as a ZIP, so that opening it runs nothing.
    """
    pictures = Pictures(archive)
    found: dict[int, Shown] = {}
    for holding in holdings.holdings(archive, learner_id):
        entry = entries.get(holding.assertion_id)
        if entry is not None:
            found[holding.assertion_id] = _shown(archive, sink, pictures, holding, entry)
    kept = holdings.collections_of(archive, learner_id)
    ordered = sorted(found.values(), key=lambda one: (one.issued_on or "9", one.assertion_id))
    return Album(who, tuple(ordered), tuple(_shelf(one, found) for one in kept))


def _shown(
    archive: Archive, sink: Sink, pictures: Pictures, holding: Holding, entry: Entry
) -> Shown:
    seen = portrait(archive, holding.assertion_id)
    file = entry["file"]
    baked = entry["picture"] not in (None, "", "none")
    picture = download = f"{IMAGES}/{file}" if file else None
    if not baked:
        picture = _artwork(sink, pictures, holding)
    elif picture and picture.endswith(".svg"):
        download = _zipped(archive, sink, pictures, holding, str(file))
    return Shown(
        holding.assertion_id,
        _name(holding),
        *(holding.issuer, holding.issued_on, holding.hosted_url),
        page=f"{PAGES}/{holding.digest.hex()[:16]}.html",
        picture=picture,
        download=download,
        baked=baked,
        note=_note(entry),
        told=told(holding, seen),
        portrait=seen,
    )


def _name(holding: Holding) -> str:
    if holding.badge and holding.badge.strip():
        return holding.badge
    host = urlsplit(holding.hosted_url or "").hostname
    return f"A badge from {host}" if host else "A badge without a name"


def _note(entry: Entry) -> str:
    notes = []
    if entry["picture"] == "baked by us":
        notes.append(
            "Its own picture did not hold the badge, so badge-migrator put the original document"
            " into the artwork."
        )
    if str(entry["note"]).startswith("damaged"):
        notes.append("Its picture is damaged in the archive and could not be read.")
    if "had deleted it" in str(entry["note"]):
        notes.append("It had been deleted in the backpack.")
    return " ".join(notes)


def _artwork(sink: Sink, pictures: Pictures, holding: Holding) -> str | None:
    try:
        found = pictures.artwork(holding)
    except errors.ArchiveDamaged:
        # The command has said so when it wrote the images; the page shows the badge without it.
        return None
    if found is None:
        return None
    name = f"{name_of(holding)}.picture{ENDINGS[found.media_type]}"
    return sink.put(f"{IMAGES}/{name}", found.data).path


def _zipped(archive: Archive, sink: Sink, pictures: Pictures, holding: Holding, file: str) -> str:
    documents = holdings.documents_of(archive, holding.assertion_id)
    data = packed(file, pictures.picture(holding, documents).data)
    return sink.put(f"{IMAGES}/{file}.zip", data).path


def _shelf(kept: HeldCollection, found: Mapping[int, Shown]) -> Shelf:
    badges = tuple((found.get(number), story) for number, story in kept.badges)
    return Shelf(kept.name, kept.description, kept.page_url, badges)
