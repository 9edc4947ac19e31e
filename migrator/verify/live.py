"""The live web, asked through the one network client, with a memory for one run."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from urllib.parse import urlsplit

from migrator.net import Client, Unreachable
from migrator.verify.answers import Answer

MOST_BYTES = 32 * 1024 * 1024
"""How much of the answers' bodies is kept, in bytes; the least recently used go first."""
MOST_ANSWERS = 20_000
"""How many answers are kept."""
PATIENCE = {"dns": 1, "refused": 1, "tls": 1, "timeout": 3, "reset": 3}
"""After how many failures in a row a host is not asked again in this run."""


class LiveWeb:
    """Asks each address once in a run, and a host that is dead not again for each of its badges.

    Any number of threads may ask. Memory is bounded by MOST_BYTES and MOST_ANSWERS. `played` says
    that one local server plays all hosts (a rehearsal): there, a host that is gone can only be
    played by hanging up.
    """

    def __init__(
        self, client: Client, *, most_bytes: int = MOST_BYTES, played: bool = False
    ) -> None:
        self._client = client
        self._played = played
        self._most_bytes = most_bytes
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._bytes = 0
        self._failures: dict[tuple[str, str], int] = {}
        self._lock = Lock()

    def get(self, url: str) -> Answer:
        """Return the answer to a GET, after redirects; never raises for a bad address or host."""
        host = _host(url)
        if host is None:
            return Answer(url, error="dns")
        with self._lock:
            known = self._answers.get(url)
            if known is not None:
                self._answers.move_to_end(url)
                return known
            given_up = self._given_up(host)
        answer = Answer(url, error=given_up) if given_up else self._ask(url)
        with self._lock:
            self._note(host, answer)
            self._keep(url, answer)
        return answer

    def _ask(self, url: str) -> Answer:
        try:
            reply = self._client.get(url)
        except Unreachable as error:
            gone = self._played and error.kind == "reset"
            return Answer(url, error="refused" if gone else error.kind)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(url, reply.status, headers.get("content-type", ""), reply.body)

    def _given_up(self, host: str) -> str | None:
        for kind, most in PATIENCE.items():
            if self._failures.get((host, kind), 0) >= most:
                return kind
        return None

    def _note(self, host: str, answer: Answer) -> None:
        if answer.error in PATIENCE:
            self._failures[host, answer.error] = self._failures.get((host, answer.error), 0) + 1
        elif not answer.error:
            for kind in PATIENCE:
                self._failures.pop((host, kind), None)

    def _keep(self, url: str, answer: Answer) -> None:
        if url in self._answers or len(answer.body) > self._most_bytes // 4:
            return
        self._answers[url] = answer
        self._bytes += len(answer.body)
        while self._bytes > self._most_bytes or len(self._answers) > MOST_ANSWERS:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname}:{parts.port or parts.scheme}"
    except ValueError:
        return None
    return place if parts.hostname else None
