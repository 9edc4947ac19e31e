"""A web of recorded answers: what `verify` was told last, and else what the archive holds."""

from __future__ import annotations

from collections import OrderedDict

from migrator.archive.archive import Archive
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.verify.answers import Answer
from migrator.verify.archived import ArchivedWeb
from migrator.verify.hosts.fate import FATES

_KEPT = 512
_SMALL = 64 * 1024


class RecordedWeb:
    """Answers as the live web did when it was last asked; nothing is asked again.

    An address that `verify` never asked, or not since the moment `since` (ISO 8601 UTC, "" for any
    time), is answered as `ArchivedWeb` does; `recorded` tells the two apart. In a rehearsal `via`
    is the local server whose answers are meant. One thread at a time.
    """

    def __init__(self, archive: Archive, since: str = "", via: str | None = None) -> None:
        self._archive = archive
        self._since = since
        self._via = via
        self._kept = ArchivedWeb(archive)
        self._answers: OrderedDict[str, tuple[Answer, WebAnswer | None]] = OrderedDict()

    def get(self, url: str) -> Answer:
        """Return the answer; never raises."""
        return self._both(url)[0]

    def recorded(self, url: str) -> WebAnswer | None:
        """Return what was recorded of an address when it was last asked, None if it never was.

        Its body may be left out where it is a picture the archive holds.
        """
        return self._both(url)[1]

    def _both(self, url: str) -> tuple[Answer, WebAnswer | None]:
        found = self._answers.get(url)
        if found is not None:
            self._answers.move_to_end(url)
            return found
        recorded = webanswers.latest(self._archive, url, via=self._via)
        if recorded is not None and recorded.asked_at < self._since:
            recorded = None
        answer = self._kept.get(url) if recorded is None else self._answer(recorded)
        # A badge class is asked for with each of its badges, and so are issuer and picture.
        if len(answer.body) <= _SMALL:
            self._answers[url] = answer, recorded
            if len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return answer, recorded

    def _answer(self, recorded: WebAnswer) -> Answer:
        if recorded.status is None:
            fate = FATES.get(recorded.outcome)
            return Answer(recorded.url, error=(fate and fate.error) or "refused")
        body = recorded.body
        if body is None and recorded.kind == "image" and recorded.status == 200:
            body = self._kept.get(recorded.url).body
        return Answer(recorded.url, recorded.status, recorded.media_type or "", body or b"")
