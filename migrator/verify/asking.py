"""Asking the web for documents during one assessment, and what a bad answer means."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from migrator.openbadges import documents, jws
from migrator.openbadges.model import JsonObject, Unreadable
from migrator.verify.answers import Answer, Web
from migrator.verify.profile import Profile
from migrator.verify.verdict import Message

_NOT_INTERPRETED = (
    "Unknown Content-Type (Not image/png or image/svg+xml). "
    "Response could not be interpreted from url {url}"
)
_REASON_OF_ERROR = {
    "timeout": "host_slow",
    "reset": "host_slow",
    "too_large": "document_gone",
    "redirects": "document_gone",
}
_SLOW = frozenset({429, 502, 503, 504})


class Asking:
    """The web during one assessment, and for whom it is asked.

    No address is asked twice, and what was assumed is kept.
    """

    def __init__(self, web: Web, profile: Profile) -> None:
        self.profile = profile
        self._web = web
        self._answers: dict[str, Answer] = {}
        self._assumed: dict[str, None] = {}

    def get(self, url: str) -> Answer:
        """Return the answer; one that nobody gave is noted as assumed."""
        answer = self._answers.get(url)
        if answer is None:
            answer = self._answers[url] = self._web.get(url)
            if not answer.known:
                self._assumed[url] = None
        return answer

    @property
    def assumed(self) -> tuple[str, ...]:
        """The addresses nobody asked, in the order of need."""
        return tuple(self._assumed)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A JSON document, or why there is none; both None when nobody asked.

    `status` is the HTTP status, which the server ignores when the body is JSON (2-import-32).
    """

    document: JsonObject | None = None
    message: Message | None = None
    status: int | None = None


def fetch(asking: Asking, url: str) -> Fetched:
    """Fetch a JSON document as the server does: whatever the status, JSON is JSON.

    3-dead-01 (no answer), 3-dead-08 to 12 (no JSON), 2-import-32 (410 with JSON).
    """
    answer = asking.get(url)
    if not answer.known:
        return Fetched()
    if answer.status is None:
        return Fetched(message=unreachable(answer))
    try:
        value = documents.parse(answer.body)
    except Unreadable:
        return Fetched(message=not_interpreted(answer), status=answer.status)
    if not isinstance(value, dict):
        return Fetched(message=not_a_node(url, answer.status), status=answer.status)
    return Fetched(value, status=answer.status)


def unreachable(answer: Answer) -> Message:
    """No answer came at all: the host is dead or slow (3-dead-01, 3-dead-14, 3-dead-15)."""
    kind = "requests.exceptions.ConnectionError"
    text = f"<class '{kind}'> ['{kind}: {_host(answer.url)} is not reachable\\n']"
    return Message("FETCH_HTTP_NODE", text, _REASON_OF_ERROR.get(answer.error, "host_dead"))


def not_interpreted(answer: Answer) -> Message:
    """Something answered, but no JSON: 404, 410, 500, parked, a JWS (3-dead-08 to 12, 48)."""
    reason = gone(answer.status)
    if answer.status == 200 and jws.is_jws(answer.body[:65536].decode("latin-1").strip()):
        reason = "no_web_address"
    return Message("FETCH_HTTP_NODE", _NOT_INTERPRETED.format(url=answer.url), reason)


def not_a_node(url: str, status: int | None, *, revoked: bool = False) -> Message:
    """JSON that is no badge document of any version (2-import-33, 3-dead-09)."""
    text = (
        "<class 'TypeError'> [\"TypeError: '<=' not supported between instances of "
        "'NoneType' and 'int'\\n\"]"
    )
    reason = "revoked" if revoked else gone(status)
    return Message("DETECT_AND_VALIDATE_NODE_CLASS", text, reason, node=url)


def gone(status: int | None) -> str:
    """Return the reason code for an address that answers with something else than expected."""
    if status in _SLOW:
        return "host_slow"
    return "not_a_badge_any_more" if status is None or status < 400 else "document_gone"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url[:48]
    except ValueError:
        return url[:48]
