"""A web where only the archive is asked: what is kept is taken to be alive and unchanged."""

from __future__ import annotations

from collections import OrderedDict

from migrator.archive.archive import Archive
from migrator.recover.best import best_document
from migrator.verify.answers import Answer

_KEPT = 512
_SMALL = 64 * 1024


class ArchivedWeb:
    """Answers with the best copy the archive holds, found or recovered; else it does not know.

    It is what `export restore-site` would serve. Small answers are remembered: a badge class is
    asked for with each of its badges. One thread at a time.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def get(self, url: str) -> Answer:
        """Return what is kept under an address as if it were still served there."""
        answer = self._answers.get(url)
        if answer is not None:
            self._answers.move_to_end(url)
            return answer
        answer = self._best(url)
        if len(answer.body) <= _SMALL:
            self._answers[url] = answer
            if len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return answer

    def _best(self, url: str) -> Answer:
        best = best_document(self._archive, url)
        if best is None or best.body is None:
            return Answer.unknown(url)
        return Answer(url, status=200, content_type=best.media_type or "", body=best.body)
