"""Files of the archive as answers: a picture to look at, an original to keep."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.archive import holdings, originals, shelf
from migrator.archive.archive import Archive
from migrator.openbadges.baking import sniff, unbake
from migrator.openbadges.model import Unreadable
from migrator.web.badge import picture_of
from migrator.web.view import Asked

_PICTURES = {
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/gif": "gif",
    "image/jpeg": "jpg",
}
# Of a picture that is a program too nothing runs, wherever it is opened.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class File:
    """A file and what it is; `name` is under which it is kept, None where it is looked at."""

    data: bytes
    media_type: str
    name: str | None

    @property
    def headers(self) -> dict[str, str]:
        """How it is to be treated."""
        kept = f'attachment; filename="{self.name}"' if self.name else "inline"
        return {"Content-Disposition": kept, "Content-Security-Policy": POLICY}


def picture(archive: Archive, asked: Asked) -> File:
    """Return a badge's picture without what is baked into it; raises KeyError without any."""
    number = asked.number("id")
    found = picture_of(archive, number)
    data = shelf.artwork_of(archive, found) if found is not None else None
    if data is None or not (asked.addresses or _is_bare(data)):
        raise KeyError(number)
    kind = sniff(data) or ""
    if kind not in _PICTURES:
        return File(data, "application/octet-stream", f"badge-{number}.bin")
    # A drawing is shown where a page shows it, and never opened as a page of its own.
    name = f"badge-{number}.svg" if kind == "image/svg+xml" else None
    return File(data, kind, name)


def baked(archive: Archive, asked: Asked) -> File:
    """Return a baked image as found, to be kept; raises KeyError if it is not the badge's."""
    number, image = asked.number("id"), asked.number("part")
    if image not in holdings.images_of(archive, number):
        raise KeyError(image)
    data = originals.image_content(archive, image)
    end = _PICTURES.get(sniff(data) or "", "bin")
    return File(data, "application/octet-stream", f"badge-{number}-{image}.{end}")


def document(archive: Archive, asked: Asked) -> File:
    """Return a document as found, to be kept; raises KeyError if it is not the badge's."""
    number, wanted = asked.number("id"), asked.number("part")
    for one in holdings.documents_of(archive, number):
        if one.id == wanted:
            end = "jws" if one.kind == "jws" else "json"
            data = originals.document_content(archive, wanted)
            return File(
                data, "application/octet-stream", f"badge-{number}-{one.kind}-{wanted}.{end}"
            )
    raise KeyError(wanted)


def _is_bare(data: bytes) -> bool:
    """Whether a picture surely carries no badge any more, which would name its learner."""
    try:
        return not unbake(data).baked
    except Unreadable:
        return False
