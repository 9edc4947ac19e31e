"""Live sources: a host that is asked through the web that the caller lends.

An adapter for one has an attribute `live` (a `Live`), and its `read` is given a `LivePlace`. It
knows no network session and no password store: it says which address it wants, and each refusal
becomes a sentence that names the account, and the scope or setting that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urljoin, urlsplit

from migrator.errors import Incomplete, SignInFailed, SourceUnreadable
from migrator.openbadges.documents import parse
from migrator.openbadges.model import Json, Unreadable
from migrator.sources.place import Limits, Member, Place

_NEXT = re.compile(r"<([^>]*)>\s*;[^,<]*\brel=[\"']?next\b", re.IGNORECASE)
_GO_ON = "Run the same command again later: it goes on where it stopped, and adds nothing twice."


@dataclass(frozen=True, slots=True)
class Live:
    """What a live adapter needs.

    `example` is the source as a person types it, without options. `account` says what `--as` must
    be (such as "the learner's e-mail address"), `secret` what is asked for or taken from the
    environment (such as "the password"); "" for what is not needed. `hosts` are addresses known by
    a short name, which is typed instead. `pause` are the seconds between two requests, for a host
    that is to be asked slowly. `also` are other names a person may type for the adapter's: what a
    destination of the same kind is called, so that a host is named alike on both sides.
    """

    example: str
    account: str = ""
    secret: str = ""
    hosts: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.1
    also: tuple[str, ...] = ()


class Reply(Protocol):
    """What a host answered; `headers` are found in any case."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""

    @property
    def body(self) -> bytes:
        """The whole body."""

    @property
    def url(self) -> str:
        """The last address asked."""


class Web(Protocol):
    """The way to the network: it keeps pace, waits and asks again by itself.

    Both raise `migrator.errors.Incomplete` when no answer comes.
    """

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET an address, following redirects."""

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """POST a form or JSON, once."""


class LivePlace(Place):
    """A host as a place: `base` is its address, `account` whose badges are asked for.

    `bookmark` is the last `Bookmark` of a reading that was interrupted, None for a new one.
    """

    def __init__(
        self,
        base: str,
        web: Web,
        *,
        account: str = "",
        secret: Callable[[], str] | None = None,
        bookmark: str | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self.web = web
        self.account = account
        self.bookmark = bookmark
        self.path = Path()
        self.label = urlsplit(base).netloc or base
        self.limits = Limits()
        self.depth = 0
        self.kind = "live"
        self._file = self._zip = None
        self._secret = secret

    def members(self) -> Iterator[Member]:
        """Yield nothing: a host has no files."""
        yield from ()

    @property
    def source(self) -> str:
        """What tells this source from others in the archive: the address and the account."""
        return f"{self.base} {self.account}".strip()

    def secret(self) -> str:
        """Return the account's password or token; raises SignInFailed when none is known."""
        secret = self._secret() if self._secret else ""
        if not secret:
            raise SignInFailed(
                f"No password or token is known for {self.account or 'this account'} at"
                f" {self.label}.",
                "Set BADGE_MIGRATOR_SOURCE_PASSWORD, or run the command at a terminal.",
            )
        return secret

    def url(self, path: str) -> str:
        """Return the address of a path (`groups/1.json`) below the base; one with a host stays."""
        if path.startswith(("http://", "https://")):
            return path
        return f"{self.base}/{path.lstrip('/')}"

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET a path of the host, or an address."""
        return self.web.get(self.url(path), headers)

    def get_json(
        self, path: str, headers: Mapping[str, str] | None = None, *, needs: str = ""
    ) -> Json:
        """GET a path and return its JSON; raises as `checked` does."""
        return self.checked(self.get(path, headers), needs=needs)

    def checked(self, reply: Reply, *, needs: str = "") -> Json:
        """Return the JSON of a reply, or raise what its status means.

        `needs` names the scope or setting a refusal may be about, as a clause: "the scope
        rw:backpack" or "that the profile is public". Raises SignInFailed (401, 403), Incomplete
        (429, 5xx) and SourceUnreadable (404 and the rest, and what is no JSON).
        """
        if 200 <= reply.status < 300:
            try:
                return parse(reply.body)
            except Unreadable as error:
                raise SourceUnreadable(
                    f"The host {self.label} answered something that is not what we expect. {error}",
                    f"Check the address: {self.base}",
                ) from error
        raise self.refusal(reply, needs=needs)

    def refusal(
        self, reply: Reply, *, needs: str = ""
    ) -> SignInFailed | Incomplete | SourceUnreadable:
        """Return what a reply with an error status means, for the person who runs the command."""
        who = self.account or "an account without a name"
        where = urlsplit(reply.url).path or "/"
        need = f" It needs {needs}." if needs else ""
        status = reply.status
        if status == 401:
            return SignInFailed(
                f"The host {self.label} does not let {who} in (HTTP 401 for {where}).",
                f"Check the account (--as) and its password or token.{need}",
            )
        if status == 403:
            return SignInFailed(
                f"The host {self.label} does not allow this to {who} (HTTP 403 for {where}).",
                f"Use an account that is allowed to.{need}",
            )
        if status == 429 or status >= 500:
            return Incomplete(
                f"The host {self.label} cannot answer now (HTTP {status} for {where}).", _GO_ON
            )
        if status in (404, 410):
            return SourceUnreadable(
                f"The host {self.label} has nothing for {who} there (HTTP {status} for {where}).",
                f"Check the address {self.base} and the account (--as).{need}",
            )
        return SourceUnreadable(
            f"The host {self.label} refused (HTTP {status} for {where}).",
            f"Check the address {self.base}.{need}",
        )

    def next_page(self, reply: Reply) -> str | None:
        """Return the address of the next page as the Link header says, if it is on this host."""
        found = _NEXT.search(reply.headers.get("Link") or "")
        following = urljoin(reply.url, found[1]) if found else ""
        ours = urlsplit(following)[:2] == urlsplit(self.base)[:2]
        return following if ours else None


def live_of(adapter: Any) -> Live | None:
    """Return what a live adapter needs, None for one that reads files only."""
    found = getattr(adapter, "live", None)
    return found if isinstance(found, Live) else None


def quoted(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")
