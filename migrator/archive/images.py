"""Images: each is kept as its artwork and what was baked into it (`archive.artwork`)."""

from __future__ import annotations

from hashlib import sha256

from migrator.archive.artwork import split, without
from migrator.archive.rows import Rows
from migrator.archive.understood import Piece, Understood


class ImageWriter:
    """Writes the images of a batch."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._artworks: dict[bytes, int] = {}

    def keep(
        self,
        file: bytes | None,
        digest: bytes | None,
        badge: Understood,
        documents: list[tuple[int, Piece]],
    ) -> int | None:
        """Keep a picture unless it is kept already; returns its id, None for none.

        `documents` are those of the badge, with their ids: one of them stands in the picture.
        """
        if file is None or digest is None:
            return None
        known = self._rows.find("image", digest)
        if known is not None:
            return known
        spliced = split(file, *badge.baked)
        artwork = self._artwork(spliced.artwork, badge.media_type)
        splice = spliced.splice
        inside: tuple[int | None, int | None] = (None, None)
        for number, document in documents:
            if rest := without(splice, document.data):
                splice, inside = rest[0], (number, rest[1])
                break
        row = (digest, artwork, spliced.at, splice, len(file), *inside)
        return self._rows.add_new("image", *row)

    def _artwork(self, data: bytes, media_type: str | None) -> int:
        # One artwork stands in thousands of images: to compare is a third of the time to hash.
        known = self._artworks.get(data)
        if known is None:
            kind = media_type or "application/octet-stream"
            digest = sha256(data).digest()
            known = self._rows.add_unique("artwork", digest, kind, len(data), data)
            self._artworks[data] = known
        return known
