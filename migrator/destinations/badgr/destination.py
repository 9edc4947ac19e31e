"""Badgr-compatible backpacks: Parchment Digital Badges, and badgr-server at any address."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from migrator.destinations import presets
from migrator.destinations.badgr import browser
from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.emails import addresses_of
from migrator.destinations.badgr.exchange import exchange, somebody_else
from migrator.destinations.badgr.issuing import BadgrIssuer
from migrator.destinations.badgr.session import BadgrSession
from migrator.destinations.badgr.tokens import ISSUING, SCOPE, Tokens, not_badgr
from migrator.destinations.base import (
    Capabilities,
    Credentials,
    Entrance,
    Input,
    NotAccepted,
    OnTokens,
    TryLater,
)
from migrator.destinations.issuing import ROUTE
from migrator.destinations.oauth import App, Invitation
from migrator.destinations.registry import is_loopback
from migrator.errors import SignInFailed
from migrator.net import Client
from migrator.openbadges.model import JsonObject

_Entered = TypeVar("_Entered", BadgrSession, BadgrIssuer)
_IMPORT_SECONDS = 120.0
"""An import asks eight other sites, without time-outs of its own (reference/badgr-api.md 5.3)."""


class Badgr:
    """One Badgr server, named by the address of its API.

    `client` is made when none is given.
    """

    kind = "badgr"
    title = "Badgr-compatible backpacks"

    def __init__(
        self,
        url: str,
        client: Client | None = None,
        client_id: str = "public",
    ) -> None:
        self.url = url.rstrip("/")
        self.capabilities = _capabilities(self.url)
        self._client = client
        self._client_id = client_id

    def sign_in(self, credentials: Credentials, on_tokens: OnTokens | None = None) -> BadgrSession:
        """Open a session with tokens if they still work, else with the password.

        Raises SignInFailed with the next step: wrong password, shut out for a while, no confirmed
        address, no Badgr server here; and TryLater when the server does not answer now.
        """
        preset = presets.at(self.url)
        make = partial(
            BadgrSession, takes_credentials=preset is not None and preset.takes_credentials
        )
        return self._entered(credentials, SCOPE, on_tokens, make)

    def sign_in_to_award(
        self, credentials: Credentials, on_tokens: OnTokens | None = None
    ) -> BadgrIssuer:
        """Open a session that awards; raises as `sign_in` does."""
        return self._entered(credentials, ISSUING, on_tokens, BadgrIssuer)

    def invite(self, app: App | None) -> Invitation:
        """Prepare a sign-in in the browser; raises SignInFailed without an `app`, and TryLater."""
        return self._invited(app, SCOPE)

    def invite_to_award(self, app: App | None) -> Invitation:
        """Prepare one that awards; raises as `invite` does."""
        return self._invited(app, ISSUING)

    def admit(self, username: str, invitation: Invitation, code: str) -> Credentials:
        """Exchange a code for the tokens of an account.

        Raises SignInFailed when the code is no good, or the account is not `username`'s.
        """
        client = self._client or _client(self.url)
        try:
            credentials = exchange(client, self.url, username, invitation, code)
            calls = Calls(client, self.url, Tokens(client, self.url, credentials))
            found = addresses_of(_user(calls)).all
        except NotAccepted as error:
            raise SignInFailed(error.what, error.next_step) from error
        finally:
            self._give_back(client)
        if username.lower() not in {one.lower() for one in found}:
            raise somebody_else(self.url, username, found[0] if found else "somebody else")
        return credentials

    def _invited(self, app: App | None, scope: str) -> Invitation:
        client = self._client or _client(self.url)
        try:
            return browser.invite(client, self.url, app, scope)
        finally:
            self._give_back(client)

    def _give_back(self, client: Client) -> None:
        if client is not self._client:
            client.close()

    def _entered(
        self,
        credentials: Credentials,
        scope: str,
        on_tokens: OnTokens | None,
        make: Callable[[Calls, JsonObject], _Entered],
    ) -> _Entered:
        client = self._client or _client(self.url)
        preset = presets.at(self.url)
        tokens = Tokens(
            client,
            self.url,
            credentials,
            client_id=self._client_id,
            scope=scope,
            refreshes=preset is None or preset.refreshes,
            on_change=on_tokens,
        )
        calls = Calls(client, self.url, tokens, owns_client=self._client is None)
        try:
            session = make(calls, _user(calls))
        except NotAccepted as error:
            calls.close()
            raise SignInFailed(error.what, error.next_step) from error
        except (SignInFailed, TryLater):
            calls.close()
            raise
        if not session.addresses.verified:
            session.close()
            raise SignInFailed(
                f"The account {credentials.username} at {self.url} has no confirmed address.",
                "Confirm it with the link the backpack has sent, then run `login` again.",
            )
        return session


def _user(calls: Calls) -> JsonObject:
    found = calls.results("GET", "/v2/users/self")
    if not found:
        raise not_badgr(calls.url)
    return found[0]


def _client(url: str) -> Client:
    # The guard is against addresses strangers choose. A preset's is public; any other backpack is
    # named by the person who runs this, and may well be inside a school's network.
    is_own = presets.at(url) is None or is_loopback(url)
    return Client(allow_private=is_own, read_timeout=_IMPORT_SECONDS)


def _capabilities(url: str) -> Capabilities:
    preset = presets.at(url)
    inputs = set(Input) - {Input.DOCUMENT}
    if preset is not None and not preset.takes_jws:
        inputs.discard(Input.JWS)
    if preset is not None and preset.takes_credentials:
        inputs.add(Input.DOCUMENT)
    return Capabilities(
        inputs=frozenset(inputs),
        routes=frozenset({"import", ROUTE}),
        collections=True,
        profile=preset.profile if preset else "badgr-server",
        emails=True,
        requests_per_minute=preset.requests_per_minute if preset else None,
        at_once=preset.at_once if preset else presets.OWN_AT_ONCE,
        entrances=frozenset({Entrance.PASSWORD, Entrance.BROWSER}),
    )
