"""Any backpack that speaks Badge Connect (Open Badges 2.1), named by its address."""

from __future__ import annotations

from migrator.destinations.badge_connect.calls import ConnectCalls
from migrator.destinations.badge_connect.manifest import CREATE, discover
from migrator.destinations.badge_connect.session import ConnectSession
from migrator.destinations.badgr.tokens import Tokens
from migrator.destinations.base import Input
from migrator.destinations.invited.destination import Invited
from migrator.destinations.invited.manifest import Manifest
from migrator.net import Client


class BadgeConnect(Invited):
    """One backpack. A Badgr behind it asks eight other sites first, so an import may take long.

    Source: reference/badgr-api.md 5.3 and 8.
    """

    kind = "badge-connect"
    title = "Backpacks that speak Badge Connect (Open Badges 2.1)"
    inputs = frozenset({Input.URL})
    profile = "badge-connect"
    adding = CREATE
    seconds = 120.0

    def _discovered(self, client: Client) -> Manifest:
        return discover(client, self.url)

    def _session(self, client: Client, manifest: Manifest, tokens: Tokens) -> ConnectSession:
        calls = ConnectCalls(client, manifest.api, tokens, owns_client=not self._lends_client)
        return ConnectSession(calls, _address(calls), self._page)


def _address(calls: ConnectCalls) -> str | None:
    """Return the address of the account, as its profile tells it: the primary one."""
    results = calls.found(calls.answered("GET", "/profile"))
    found = results[0].get("email") if results else None
    return found if isinstance(found, str) and "@" in found else None
