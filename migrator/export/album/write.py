"""An album written: into a folder that appears whole, into a ZIP, or into a larger package."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from migrator import errors
from migrator.archive import holdings
from migrator.archive.archive import Archive
from migrator.export.album.badge import badge_page
from migrator.export.album.front import KIND, front
from migrator.export.album.gather import IMAGES, PAGES, gather
from migrator.export.album.shown import Album
from migrator.export.images import Entry, damage_of, put_image
from migrator.export.order import Order
from migrator.export.package import package
from migrator.export.picture import Pictures
from migrator.files.folder import Folder, explained
from migrator.files.sink import Sink, Under
from migrator.markup import first_line

_FRONT = "index.html"


@dataclass(frozen=True, slots=True)
class Bound:
    """What an album came to; `standings` counts its badges by what can still be proven of them.

    `left_out` counts badges that the learner had deleted; `damaged` are sentences about pictures
    that could not be read back.
    """

    badges: int
    collections: int
    standings: dict[str, int]
    without_picture: int
    left_out: int
    damaged: tuple[str, ...]


def write_album(
    archive: Archive,
    sink: Sink,
    order: Order,
    who: str,
    *,
    with_deleted: bool = False,
) -> Bound:
    """Write the album of the learner of an order: images, a page for each badge, a front page."""
    if order.learner_id is None:
        raise ValueError("an album is one learner's")
    pictures = Pictures(archive)
    images = Under(sink, IMAGES)
    entries: dict[int, Entry] = {}
    damaged: list[str] = []
    left_out = 0
    for holding in holdings.holdings(archive, order.learner_id):
        if holding.deleted and not with_deleted:
            left_out += 1
            continue
        entry, became = put_image(archive, images, pictures, holding)
        entries[holding.assertion_id] = entry
        if became == "damaged":
            damaged.append(damage_of(holding, entry))
        order.watch(len(entries))
    album = gather(archive, sink, order.learner_id, entries, who)
    write_pages(sink, album)
    return Bound(
        len(album.badges),
        len(album.shelves),
        dict(Counter(str(one.told.standing) for one in album.badges)),
        sum(one.picture is None for one in album.badges),
        left_out,
        tuple(damaged),
    )


def write_pages(sink: Sink, album: Album) -> None:
    """Write the pages of an album whose images are written."""
    for number, badge in enumerate(album.badges):
        with sink.draft(badge.page, first_line(KIND)) as draft:
            for piece in badge_page(album, number):
                draft.write(piece)
    with sink.draft(_FRONT, first_line(KIND)) as draft:
        for piece in front(album):
            draft.write(piece)


@contextmanager
def album_folder(path: Path, *, replace: bool) -> Iterator[Folder]:
    """Give a folder for an album; it gets its name when the block ends well.

    Raises Usage when something else is there already, unless it is an album and to be replaced.
    """
    with explained(path):
        there = path.is_dir() and any(path.iterdir())
        if there and not _is_ours(path):
            raise errors.Usage(f"{path} holds something else.", "Name another folder with --to.")
        if there and not replace:
            raise errors.Usage(
                f"There is an album in {path} already.",
                "Add --replace to have it made anew, or name another folder with --to.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f".badge-migrator-{token_hex(8)}.part"
        try:
            yield Folder(temporary)
            _settle(path, temporary)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def album_zip(path: Path, *, replace: bool) -> Iterator[Sink]:
    """Give a ZIP for an album; raises Usage when another file has the name already."""
    with package(path, replace=replace) as made:
        yield made


def _is_ours(path: Path) -> bool:
    file = path / _FRONT
    mark = first_line(KIND).encode()
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return opened.read(len(mark)) == mark


def _settle(path: Path, finished: Path) -> None:
    path.mkdir(exist_ok=True)
    # Only what an album is made of is taken away: a file of the learner's own beside it stays.
    for name in (PAGES, IMAGES):
        shutil.rmtree(path / name, ignore_errors=True)
        if (finished / name).is_dir():
            (finished / name).rename(path / name)
    (finished / _FRONT).replace(path / _FRONT)
