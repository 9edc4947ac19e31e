"""A web where only the archive is asked: what is kept is taken to be alive and unchanged."""

from __future__ import annotations

from migrator.archive.archive import Archive
from migrator.recover.best import best_document
from migrator.verify.answers import Answer


class ArchivedWeb:
    """Answers with the best copy the archive holds, found or recovered; else it does not know.

    It is what `export restore-site` would serve.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def get(self, url: str) -> Answer:
        """Return what is kept under an address as if it were still served there."""
        best = best_document(self._archive, url)
        if best is None or best.body is None:
            return Answer.unknown(url)
        return Answer(url, status=200, content_type=best.media_type or "", body=best.body)
