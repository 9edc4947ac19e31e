"""A web archive as a service: asked at its pace, its trouble told apart from its answers.

It speaks the Wayback CDX API (`/cdx/search/cdx`) and gives captures as they were saved
(`/web/<moment>id_/<address>`), reference/badge-formats.md 1.13.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import urlencode, urljoin, urlsplit

from migrator.errors import Usage
from migrator.net import Client, RateLimiter, Reply, Unreachable, retry_after
from migrator.net.guard import Blocked, check_url
from migrator.recover.capture import Capture, Index, NotAnIndex, read_index

DEFAULT = "https://web.archive.org"
PER_MINUTE = 60
"""Requests; the Wayback Machine blocks who asks much faster."""
MOST_ROWS = 500
"""How many captures of one address are listed at a time."""
_WAITS = (5.0, 20.0, 60.0)
"""Seconds before the next attempt, where the service does not say."""
_BUSY = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOTHING = {
    400: "the web archive cannot look up this address",
    403: "the web archive may not show this site",
    404: "",  # some servers say so of an empty list
}
_HOPS = 4
_READ_SECONDS = 60.0
_SLICE = 0.2


class NoAnswer(Exception):
    """The service could not be asked now; the message says why, in words for a person."""


class Stopped(Exception):
    """The person has asked to stop while the service was waited for."""


class Service:
    """One web archive. `tell` is called with a sentence when a longer wait begins.

    `stop` says whether the person has asked to stop; a wait then ends in Stopped.
    """

    def __init__(  # noqa: PLR0913 -- two are the service, four are how a test or a person waits
        self,
        base: str,
        client: Client,
        *,
        stop: Callable[[], bool] = lambda: False,
        tell: Callable[[str], None] = lambda _sentence: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.base = checked_base(base)
        self.folds = self.base == DEFAULT
        self._client = client
        self._stop = stop
        self._tell = tell
        self._sleep = sleep
        self._pace = RateLimiter(PER_MINUTE, at_once=1, clock=clock, sleep=self._wait)
        self._capture_url = re.compile(re.escape(urlsplit(self.base).path) + r"/web/\d{1,14}id_/")

    def index(self, url: str, since: str = "") -> Index:
        """Return what the service has of an address, from a moment (14 digits) on.

        Raises NoAnswer and Stopped.
        """
        asked = {"url": url, "matchType": "exact", "output": "json", "limit": str(MOST_ROWS)}
        asked["filter"] = "!statuscode:[45].."
        if since:
            asked["from"] = since
        reply = self._get(f"{self.base}/cdx/search/cdx?{urlencode(asked)}")
        if reply.status in _NOTHING:
            return Index((), 0, self.folds, _NOTHING[reply.status])
        if reply.status != 200:
            raise NoAnswer(f"the web archive answered with {reply.status}")
        try:
            found = read_index(reply.body, url)
        except NotAnIndex as error:
            raise NoAnswer("the web archive answered with something else than a list") from error
        self.folds = self.folds or found.folds
        return found

    def replay(self, capture: Capture) -> Reply:
        """Return a capture as it was saved; a redirect stays one when it leads out of the capture.

        Raises NoAnswer and Stopped.
        """
        url = f"{self.base}/web/{capture.moment}id_/{capture.original}"
        for _ in range(_HOPS):
            reply = self._get(url, {"Accept": "*/*", "Accept-Encoding": "identity"})
            if reply.status not in _REDIRECTS or capture.redirects:
                return reply
            # The service moves on to the moment it really has; never out of its own house.
            following = self._following(url, reply.headers.get("Location", ""))
            if following is None:
                return reply
            url = following
        raise NoAnswer("the web archive leads in circles")

    def _following(self, url: str, location: str) -> str | None:
        try:
            following = urljoin(url, location)
            return following if location and self.saved_address(following) else None
        except ValueError:
            return None

    def saved_address(self, location: str) -> str | None:
        """Return the address whose capture this is an address of, None for any other address."""
        ours, theirs = urlsplit(self.base), urlsplit(location)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            return None
        found = self._capture_url.match(theirs.path)
        if found is None:
            return None
        rest = theirs.path[found.end() :]
        return f"{rest}?{theirs.query}" if theirs.query else rest

    def _get(self, url: str, headers: dict[str, str] | None = None) -> Reply:
        trouble = ""
        for seconds in (*_WAITS, None):
            self._pace.wait()
            asked = None
            try:
                reply = self._client.request("GET", url, headers=headers, timeout=_READ_SECONDS)
            except Unreachable as error:
                if error.kind in ("blocked", "too_large"):
                    raise NoAnswer(_lowered(error.what)) from error
                trouble = _lowered(error.what)
            else:
                if reply.status not in _BUSY:
                    return reply
                asked = retry_after(reply.headers)
                trouble = f"the web archive is busy ({reply.status})"
            self._rest(asked if asked is not None else seconds)
        raise NoAnswer(trouble)

    def _rest(self, seconds: float | None) -> None:
        if seconds is None:
            return
        self._pace.pause(seconds)
        if seconds >= _WAITS[0]:
            self._tell(f"The web archive is given {seconds:,.0f} seconds before the next question.")

    def _wait(self, seconds: float) -> None:
        while seconds > 0:
            if self._stop():
                raise Stopped
            self._sleep(min(seconds, _SLICE))
            seconds -= _SLICE


def checked_base(base: str) -> str:
    """Return the address of a web archive without slash at its end; raises Usage for no address."""
    try:
        parts = check_url(base.strip())
    except Blocked as error:
        raise Usage(
            f"{base} is no address of a web archive: {error}.",
            f"Give the address before /cdx and /web, such as {DEFAULT}.",
        ) from error
    if parts.query or parts.fragment:
        raise Usage(
            f"{base} is no address of a web archive: it has a ? or # in it.",
            f"Give the address before /cdx and /web, such as {DEFAULT}.",
        )
    return base.strip().rstrip("/")


def _lowered(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")
