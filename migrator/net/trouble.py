"""What can keep an answer from coming, told apart so that each gets its own advice."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from http.client import HTTPException

import requests
from urllib3 import exceptions as lib

from migrator.errors import Incomplete
from migrator.net.guard import Blocked
from migrator.net.limits import TooLarge
from migrator.net.redaction import redact

_SENTENCES = {
    "dns": ("There is no web site under this name", "Check the address and the network"),
    "refused": ("Nobody answers at this address", "Check the network, then run the command again"),
    "tls": (
        "The connection is not secure",
        "Check the site's certificate and this computer's date",
    ),
    "timeout": ("No answer came in time", "Run the command again later"),
    "too_large": ("The answer is larger than any badge needs", "Look at the address in a browser"),
    "blocked": ("This address is not asked", "Check the address"),
    "redirects": ("The address leads in circles", "Look at the address in a browser"),
    "reset": ("The connection broke off", "Run the command again"),
}
KINDS = tuple(_SENTENCES)
TOO_SLOW = "the whole answer took too long"
_DETAIL_LENGTH = 200


class Unreachable(Incomplete):
    """A request without an answer.

    `kind` is one of KINDS. `sent` says that the request may have reached the server, so that what
    it asked for may have happened; False means that it surely has not. `detail` says more.
    """

    def __init__(self, kind: str, url: str, detail: str = "", *, sent: bool = False) -> None:
        sentence, next_step = _SENTENCES[kind]
        self.kind = kind
        self.url = redact(url)
        self.detail = redact(detail)
        self.sent = sent
        more = f" ({self.detail})" if self.detail else ""
        super().__init__(f"{sentence}: {self.url}{more}.", f"{next_step}.")


FAILURES = (
    requests.RequestException,
    lib.HTTPError,
    HTTPException,
    OSError,
    ValueError,
    TooLarge,
)
"""Everything the libraries raise when an address is odd or an answer is missing."""

# In the order in which they are looked for: the sorts overlap in the library.
_SORTS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("blocked", (Blocked,)),
    ("too_large", (TooLarge,)),
    ("dns", (lib.NameResolutionError, lib.LocationValueError, requests.exceptions.InvalidURL)),
    ("dns", (UnicodeError,)),
    ("refused", (lib.NewConnectionError,)),
    ("timeout", (lib.TimeoutError, TimeoutError, requests.Timeout)),
    ("tls", (ssl.SSLError, lib.SSLError)),
)
_TELLING = (Blocked, TooLarge, ssl.SSLError)


def explain(error: BaseException, url: str, *, sent: bool, expired: bool) -> Unreachable:
    """Return what an exception of the libraries means for a request.

    `sent` says whether bytes of it had left, `expired` that its time was up.
    """
    if expired:
        return Unreachable("timeout", url, TOO_SLOW, sent=sent)
    causes = list(_causes(error))
    for kind, types in _SORTS:
        if any(isinstance(cause, types) for cause in causes):
            return Unreachable(kind, url, _detail(causes), sent=sent)
    return Unreachable("reset" if sent else "refused", url, sent=sent)


def _detail(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, _TELLING):
            return str(cause)[:_DETAIL_LENGTH]
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and everything it was made from: the libraries wrap each other's.

    `__context__` is left out: it leads to what the caller was busy with, another request perhaps.
    """
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, getattr(one, "reason", None), *one.args]
