"""Any backpack that lets accounts in by the browser only, named by its address."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar

from migrator.destinations import presets
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
from migrator.destinations.invited.manifest import Manifest
from migrator.destinations.invited.paging import PAGE
from migrator.destinations.invited.registration import register
from migrator.destinations.invited.session import InvitedSession
from migrator.destinations.oauth import App, Invitation, invitation
from migrator.destinations.registry import is_loopback
from migrator.errors import SignInFailed
from migrator.net import Client


class Invited(ABC):
    """One backpack; `client` is made when none is given. What it says of itself is read once.

    `page` is how many badges of an account are listed at a time. A kind says what it is called,
    what it takes, which scope lets badges in, and how many seconds an import may last.
    """

    kind: str
    title: str
    inputs: ClassVar[frozenset[Input]]
    profile: ClassVar[str]
    adding: ClassVar[str]
    seconds: ClassVar[float]

    def __init__(self, url: str, client: Client | None = None, page: int = PAGE) -> None:
        self.url = url.rstrip("/")
        own = is_loopback(self.url)
        self.capabilities = Capabilities(
            inputs=self.inputs,
            profile=self.profile,
            requests_per_minute=None if own else presets.POLITE,
            at_once=presets.OWN_AT_ONCE if own else presets.POLITE_AT_ONCE,
            entrances=frozenset({Entrance.BROWSER}),
            tells_addresses=False,
        )
        self._page = page
        self._client = client
        self._known: Manifest | None = None

    @abstractmethod
    def _discovered(self, client: Client) -> Manifest:
        """Ask the backpack what it says of itself; raises SignInFailed and TryLater."""

    @abstractmethod
    def _session(self, client: Client, manifest: Manifest, tokens: Tokens) -> InvitedSession:
        """Open a session with tokens; raises NotAccepted, SignInFailed and TryLater."""

    def sign_in(
        self, credentials: Credentials, on_tokens: OnTokens | None = None
    ) -> InvitedSession:
        """Open a session with the tokens of a sign-in in the browser; a password opens nothing.

        Raises SignInFailed with the next step, and TryLater.
        """
        if not (credentials.access_token or credentials.refresh_token):
            raise SignInFailed(
                f"{self.url} lets accounts in by the browser only.",
                f"Run: badge-migrator login {self.kind}:{self.url} --as {credentials.username}",
            )
        client = self._client or self._own_client()
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
            return self._session(client, manifest, tokens)
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
        client = self._client or self._own_client()
        try:
            manifest = self._manifest(client)
            if self.adding not in manifest.scopes:
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
        client = self._client or self._own_client()
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

    @property
    def _lends_client(self) -> bool:
        return self._client is not None

    def _own_client(self) -> Client:
        # The guard is against addresses strangers choose. This one is named by the person who runs
        # this, and may well be inside a school's network.
        return Client(allow_private=True, read_timeout=self.seconds)

    def _manifest(self, client: Client) -> Manifest:
        if self._known is None:
            self._known = self._discovered(client)
        return self._known

    def _give_back(self, client: Client) -> None:
        if client is not self._client:
            client.close()
