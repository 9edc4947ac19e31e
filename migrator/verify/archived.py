"""A web where only the archive is asked: what is kept is taken to be alive and unchanged."""

from __future__ import annotations

from migrator.archive.archive import Archive
from migrator.archive.shelf import ServedArchive
from migrator.verify.answers import Answer


class ArchivedWeb:
    """Answers with documents and artwork of the archive; everything else is unknown."""

    def __init__(self, archive: Archive) -> None:
        self._served = ServedArchive(archive)

    def get(self, url: str) -> Answer:
        """Return what is kept under an address as if it were still served there."""
        found = self._served.document_at(url)
        if found is None:
            return Answer.unknown(url)
        body, media_type = found
        return Answer(url, status=200, content_type=media_type, body=body)
