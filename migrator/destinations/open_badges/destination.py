"""Any host that speaks the Open Badges 3.0 API, named by its address."""

from __future__ import annotations

from migrator.destinations.badgr.tokens import Tokens
from migrator.destinations.badgr.verdicts import body_of
from migrator.destinations.base import Input, NotAccepted
from migrator.destinations.invited.destination import Invited
from migrator.destinations.invited.manifest import Manifest
from migrator.destinations.open_badges.calls import CredentialCalls
from migrator.destinations.open_badges.discovery import UPSERT, discover
from migrator.destinations.open_badges.session import CredentialSession
from migrator.net import Client


class OpenBadges3(Invited):
    """One host."""

    kind = "open-badges-3"
    title = "Hosts that speak the Open Badges 3.0 API"
    inputs = frozenset({Input.JWS, Input.DOCUMENT})
    profile = "open-badges-3"
    adding = UPSERT
    seconds = 60.0

    def _discovered(self, client: Client) -> Manifest:
        return discover(client, self.url)

    def _session(self, client: Client, manifest: Manifest, tokens: Tokens) -> CredentialSession:
        calls = CredentialCalls(client, manifest.api, tokens, owns_client=not self._lends_client)
        return CredentialSession(calls, _address(calls), self._page)


def _address(calls: CredentialCalls) -> str | None:
    """Return the address that the account's profile tells, None when it tells none."""
    body = body_of(calls.answered("GET", "/profile"))
    if not isinstance(body, dict) or "type" not in body:
        raise NotAccepted(
            f"{calls.url} answered, but not as an Open Badges 3.0 host does.",
            "Check the address of the destination.",
        )
    found = body.get("email")
    return found if isinstance(found, str) and "@" in found else None
