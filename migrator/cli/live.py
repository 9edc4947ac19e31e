"""Live sources named on the command line: `badgr-api:eu`, `mozilla-displayer:https://...`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import typer

from migrator import errors

if TYPE_CHECKING:
    from migrator.net import Client
    from migrator.net.reply import Reply
    from migrator.sources.adapter import Adapter
    from migrator.sources.live import Live, LivePlace

_ATTEMPTS = 4
_LONGEST_WAIT = 60.0
_AGAIN = frozenset({429, 500, 502, 503, 504})


def live_source(text: str) -> tuple[Adapter, str] | None:
    """Return the adapter and the address a source names, None for a file or folder.

    Raises Usage when the adapter is known but reads files only, or the address is none.
    """
    from migrator.sources import registry
    from migrator.sources.live import live_of

    name, colon, address = text.partition(":")
    if not colon or len(name) < 2 or Path(text).exists():
        return None
    adapter = _named(registry.adapters(), name)
    if adapter is None:
        return None
    live = live_of(adapter)
    if live is None:
        raise errors.Usage(
            f"{name} reads files, not addresses.", f"Use: archive --adapter {name} FILE"
        )
    return adapter, _address(live, address)


def _named(adapters: Iterable[Adapter], name: str) -> Adapter | None:
    """Return the adapter of this name, else the one that goes by it too."""
    from migrator.sources.live import live_of

    also = None
    for adapter in adapters:
        if adapter.name == name:
            return adapter
        live = live_of(adapter)
        if live is not None and name in live.also:
            also = adapter
    return also


def host_names() -> dict[str, str]:
    """Return the names that live adapters know hosts by, with their addresses."""
    from migrator.sources import registry
    from migrator.sources.live import live_of

    lives = (live_of(adapter) for adapter in registry.adapters())
    return {name: address for live in lives if live for name, address in live.hosts.items()}


def open_live(
    adapter: Adapter, address: str, account: str | None, *, alone: bool = True
) -> LivePlace:
    """Return the place a live source is read from; raises Usage when the account is missing.

    Unless it is `alone`, another host is signed in to in the same run, whose password this one must
    not be given.
    """
    from migrator.net import Client
    from migrator.sources.live import LivePlace, live_of

    live = live_of(adapter)
    assert live is not None, "only live sources come here"
    if live.account and not account:
        raise errors.Usage(
            f"{adapter.name} must know whose badges to ask for.", f"Add --as with {live.account}."
        )
    # A host of one's own may stand in one's own network; the addresses it names may not.
    own = Client(allow_private=address not in live.hosts.values())
    web = PatientWeb(own, Client(), urlsplit(address).netloc, pause=live.pause)
    secret = None
    if live.secret:
        secret = cache(lambda: password(account or "", live.secret, address, alone=alone))
    return LivePlace(address, web, account=account or "", secret=secret)


def password(account: str, what: str, address: str, *, alone: bool = True) -> str:
    """Return the secret of the environment, or asked for at the terminal; "" when there is none.

    BADGE_MIGRATOR_SOURCE_PASSWORD is the source's own. The other variables, which are a
    destination's too, count only where no destination is signed in to (`alone`): a password is
    never shown to a host it is not for.
    """
    from migrator import passwords
    from migrator.secrets import Keychain

    known = passwords.of_source()
    if known is None:
        known = Keychain().password(account, address) if alone else passwords.kept(address, account)
    if known is None and sys.stdin.isatty():
        known = typer.prompt(f"{what.capitalize()} of {account} at {address}", hide_input=True)
    return known or ""


class PatientWeb:
    """The network for live adapters: keeps pace, and asks again what may succeed.

    `own` asks the source's host, `others` all the addresses that it names. A host that names a
    longer wait than a minute is not waited for: its answer is handed on.
    """

    def __init__(
        self,
        own: Client,
        others: Client,
        host: str,
        *,
        pause: float = 0.1,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._own, self._others, self._host = own, others, host
        self._pause, self._sleep = pause, sleep
        self._asked = False

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET an address, following redirects; raises Unreachable."""
        from migrator.net import Unreachable

        for attempt in range(1, _ATTEMPTS):
            self._pace()
            try:
                reply = self._client(url).get(url, headers)
            except Unreachable as error:
                if error.kind not in ("timeout", "reset"):
                    raise
                self._sleep(2.0**attempt)
                continue
            wait = _wait(reply, 2.0**attempt)
            if reply.status not in _AGAIN or wait > _LONGEST_WAIT:
                return reply
            self._sleep(wait)
        self._pace()
        return self._client(url).get(url, headers)

    def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """POST a form or JSON, once; raises Unreachable."""
        self._pace()
        return self._client(url).request("POST", url, form=form, json=json, headers=headers)

    def _client(self, url: str) -> Client:
        return self._own if urlsplit(url).netloc == self._host else self._others

    def _pace(self) -> None:
        if self._asked:
            self._sleep(self._pause)
        self._asked = True


def _wait(reply: Reply, otherwise: float) -> float:
    from migrator.net import retry_after

    asked = retry_after(reply.headers)
    return otherwise if asked is None else asked


def _address(live: Live, text: str) -> str:
    address = live.hosts.get(text, text)
    if not address.startswith(("http://", "https://")):
        known = f" Known by name: {', '.join(sorted(live.hosts))}." if live.hosts else ""
        raise errors.Usage(f"{text} is no address.", f"Type it like {live.example}.{known}")
    return address
