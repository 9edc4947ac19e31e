"""Any backpack that speaks Badge Connect (Open Badges 2.1), named by its address."""

from __future__ import annotations

from dataclasses import replace

from migrator.destinations import presets
from migrator.destinations.badge_connect.calls import ConnectCalls
from migrator.destinations.badge_connect.manifest import CREATE, Manifest, discover
from migrator.destinations.badge_connect.paging import PAGE
from migrator.destinations.badge_connect.registration import register
from migrator.destinations.badge_connect.session import ConnectSession
from migrator.destinations.badgr.exchange import exchange, somebody_else
from migrator.destinations.badgr.tokens import Tokens
from migrator.destinations.base import (
    Capabilities,
    Credentials,
    Entrance,
    Input,
    NotAccepted,
    OnTokens,
    TryLater,
)
from migrator.destinations.oauth import App, Invitation, invitation
from migrator.destinations.registry import is_loopback
from migrator.errors import SignInFailed
from migrator.net import Client

_IMPORT_SECONDS = 120.0
"""A Badgr behind it asks eight other sites first (reference/badgr-api.md 5.3)."""


class BadgeConnect:
    """One backpack; `client` is made when none is given. Its manifest is read once.

    `page` is how many badges of an account are listed at a time.
    """

    kind = "badge-connect"
    title = "Backpacks that speak Badge Connect (Open Badges 2.1)"

    def __init__(self, url: str, client: Client | None = None, page: int = PAGE) -> None:
        self._page = page
        self.url = url.rstrip("/")
        self.capabilities = _capabilities(self.url)
        self._client = client
        self._known: Manifest | None = None

    def sign_in(
        self, credentials: Credentials, on_tokens: OnTokens | None = None
    ) -> ConnectSession:
        """Open a session with the tokens of a sign-in in the browser; a password opens nothing.

        Raises SignInFailed with the next step, and TryLater.
        """
        if not (credentials.access_token or credentials.refresh_token):
            raise SignInFailed(
                f"{self.url} lets accounts in by the browser only.",
                f"Run: badge-migrator login badge-connect:{self.url} --as {credentials.username}",
            )
        client = self._client or _client()
        try:
            manifest = self._manifest(client)
            tokens = Tokens(
                client,
                self.url,
                replace(credentials, password=None),
                scope="",
                token_url=manifest.token_url,
                on_change=on_tokens,
            )
            calls = ConnectCalls(client, manifest.api, tokens, owns_client=self._client is None)
            return ConnectSession(calls, _address(calls), self._page)
        except NotAccepted as error:
            self._give_back(client)
            raise SignInFailed(error.what, error.next_step) from error
        except (SignInFailed, TryLater):
            self._give_back(client)
            raise

    def invite(self, app: App | None) -> Invitation:
        """Prepare a sign-in; without an `app` this program registers itself.

        Raises SignInFailed (no Badge Connect here, no registration) and TryLater.
        """
        client = self._client or _client()
        try:
            manifest = self._manifest(client)
            if CREATE not in manifest.scopes:
                raise SignInFailed(
                    f"{self.url} does not let programs add badges.",
                    "Add them there by hand: `export images` writes the pictures.",
                )
            known = app or register(client, self.url, manifest)
        finally:
            self._give_back(client)
        return invitation(manifest.authorization_url, manifest.token_url, known, manifest.scopes)

    def admit(self, username: str, invitation: Invitation, code: str) -> Credentials:
        """Exchange a code for the tokens of an account.

        Raises SignInFailed when the code is no good, or the account is not `username`'s.
        """
        client = self._client or _client()
        try:
            credentials = exchange(client, self.url, username, invitation, code)
        finally:
            self._give_back(client)
        session = self.sign_in(credentials)
        found = session.addresses.verified
        session.close()
        if found and found[0].lower() != username.lower():
            raise somebody_else(self.url, username, found[0])
        return session.credentials

    def _manifest(self, client: Client) -> Manifest:
        if self._known is None:
            self._known = discover(client, self.url)
        return self._known

    def _give_back(self, client: Client) -> None:
        if client is not self._client:
            client.close()


def _address(calls: ConnectCalls) -> str | None:
    """Return the address of the account, as its profile tells it: the primary one."""
    results = calls.found(calls.answered("GET", "/profile"))
    found = results[0].get("email") if results else None
    return found if isinstance(found, str) and "@" in found else None


def _client() -> Client:
    # The guard is against addresses strangers choose. This one is named by the person who runs
    # this, and may well be inside a school's network.
    return Client(allow_private=True, read_timeout=_IMPORT_SECONDS)


def _capabilities(url: str) -> Capabilities:
    own = is_loopback(url)
    return Capabilities(
        inputs=frozenset({Input.URL}),
        profile="badge-connect",
        requests_per_minute=None if own else presets.POLITE,
        at_once=presets.OWN_AT_ONCE if own else presets.POLITE_AT_ONCE,
        entrances=frozenset({Entrance.BROWSER}),
        tells_addresses=False,
    )
