"""The web as it would be if the owners of dead hosts put back what the archive holds."""

from __future__ import annotations

from migrator.openbadges.location import host_at
from migrator.verify.answers import Answer, Web

_GONE = b"<html><body>not found</body></html>"


class RestoredWeb:
    """Answers with what is kept, else with what answers today, else with "not found".

    `kept` knows an address or says that it does not. After an assessment, `put_back` are the
    addresses that only the archive answers for, and `missing` those nobody can put back.
    """

    def __init__(self, kept: Web, today: Web) -> None:
        self._kept = kept
        self._today = today
        self._put_back: dict[str, None] = {}
        self._missing: dict[str, None] = {}

    def get(self, url: str) -> Answer:
        """Return the answer of a day on which everything that is kept stands in its place."""
        kept, today = self._kept.get(url), self._today.get(url)
        if kept.known:
            if not _serves(today):
                self._put_back[url] = None
            return kept
        if _serves(today):
            return today
        self._missing[url] = None
        return Answer(url, 404, "text/html", _GONE)

    @property
    def put_back(self) -> tuple[str, ...]:
        """The addresses that no longer serve what the archive holds of them."""
        return tuple(self._put_back)

    @property
    def missing(self) -> tuple[str, ...]:
        """The addresses of which nothing is kept and that serve nothing."""
        return tuple(self._missing)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of both, as `export restore-site --host` knows them."""
        return tuple(dict.fromkeys(host_at(url) for url in (*self._put_back, *self._missing)))


def _serves(answer: Answer) -> bool:
    """Whether something that can be of a badge comes: a page for people is none."""
    if not answer.known or answer.status is None or answer.status >= 400:
        return False
    return answer.content_type.split(";")[0].strip().lower() != "text/html"
