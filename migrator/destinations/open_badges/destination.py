"""Any host that speaks the Open Badges 3.0 API, named by its address."""

from __future__ import annotations

from dataclasses import replace

from migrator.destinations import presets
from migrator.destinations.badge_connect.manifest import Manifest
from migrator.destinations.badge_connect.paging import PAGE
from migrator.destinations.badge_connect.registration import register
from migrator.destinations.badgr.exchange import exchange, somebody_else
from migrator.destinations.badgr.tokens import Tokens
from migrator.destinations.badgr.verdicts import body_of
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
from migrator.destinations.open_badges.calls import CredentialCalls
from migrator.destinations.open_badges.discovery import UPSERT, discover
from migrator.destinations.open_badges.session import CredentialSession
from migrator.destinations.registry import is_loopback
from migrator.errors import SignInFailed
from migrator.net import Client

_SECONDS = 60.0


class OpenBadges3:
    """One host; `client` is made when none is given. Its service description is read once.

    `page` is how many credentials of an account are listed at a time.
    """

    kind = "open-badges-3"
    title = "Hosts that speak the Open Badges 3.0 API"

    def __init__(self, url: str, client: Client | None = None, page: int = PAGE) -> None:
        self.url = url.rstrip("/")
        self.capabilities = _capabilities(self.url)
        self._client = client
        self._page = page
        self._known: Manifest | None = None

    def sign_in(
        self, credentials: Credentials, on_tokens: OnTokens | None = None
    ) -> CredentialSession:
        """Open a session with the tokens of a sign-in in the browser; a password opens nothing.

        Raises SignInFailed with the next step, and TryLater.
        """
        if not (credentials.access_token or credentials.refresh_token):
            raise SignInFailed(
                f"{self.url} lets accounts in by the browser only.",
                f"Run: badge-migrator login open-badges-3:{self.url} --as {credentials.username}",
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
            calls = CredentialCalls(client, manifest.api, tokens, owns_client=self._client is None)
            return CredentialSession(calls, _address(calls), self._page)
        except NotAccepted as error:
            self._give_back(client)
            raise SignInFailed(error.what, error.next_step) from error
        except (SignInFailed, TryLater):
            self._give_back(client)
            raise

    def invite(self, app: App | None) -> Invitation:
        """Prepare a sign-in; without an `app` this program registers itself.

        Raises SignInFailed (no such API here, no registration) and TryLater.
        """
        client = self._client or _client()
        try:
            manifest = self._manifest(client)
            if UPSERT not in manifest.scopes:
                raise SignInFailed(
                    f"{self.url} does not let programs add badges.",
                    "Add them there by hand: --to files:PATH writes them as files.",
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


def _client() -> Client:
    # The guard is against addresses strangers choose. This one is named by the person who runs
    # this, and may well be inside a school's network.
    return Client(allow_private=True, read_timeout=_SECONDS)


def _capabilities(url: str) -> Capabilities:
    own = is_loopback(url)
    return Capabilities(
        inputs=frozenset({Input.JWS, Input.DOCUMENT}),
        profile="open-badges-3",
        requests_per_minute=None if own else presets.POLITE,
        at_once=presets.OWN_AT_ONCE if own else presets.POLITE_AT_ONCE,
        entrances=frozenset({Entrance.BROWSER}),
        tells_addresses=False,
    )
