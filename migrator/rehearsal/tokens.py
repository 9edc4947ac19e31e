"""Access tokens and refresh tokens, who may have them, and the back-off after a failed sign-in.

Source: reference/badgr-api.md 2 and 3.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from flask import Request

from migrator.rehearsal.state import Account, Clock, State, now

LIFETIME = timedelta(hours=24)
CODE_LIFETIME = timedelta(minutes=1)
LONGEST_BACKOFF = 3600

READ_PROFILE = ("r:profile", "rw:profile")
WRITE_PROFILE = ("rw:profile",)
READ_BACKPACK = ("r:backpack", "rw:backpack")
WRITE_BACKPACK = ("rw:backpack",)


@dataclass(frozen=True, slots=True)
class Application:
    """A registered OAuth application; one with a secret signs in with HTTP Basic.

    `redirect_uris` are where a person may be sent after saying yes in the browser; without one the
    application cannot ask. The addresses are shown to that person.
    """

    client_id: str
    name: str
    scopes: tuple[str, ...]
    secret: str = field(default="", repr=False)
    redirect_uris: tuple[str, ...] = ()
    website: str | None = None
    policy: str | None = None
    terms: str | None = None


PUBLIC = Application("public", "Badgr UI", ("rw:profile", "rw:issuer", "rw:backpack"))


@dataclass(slots=True)
class Token:
    """One access token; `refresh` is the refresh token that came with it, if any."""

    id: int
    value: str = field(repr=False)
    account: str
    application: Application
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime
    refresh: str = field(default="", repr=False)

    @property
    def entity_id(self) -> str:
        """The identifier under which /v2/auth/tokens lists it."""
        return (
            base64.urlsafe_b64encode(f"AccessTokenProxy.id={self.id}".encode()).decode().rstrip("=")
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person has said yes to in the browser: good for one exchange, within a minute.

    `challenge` is the S256 challenge of PKCE, "" when none was given.
    """

    account: str
    application: Application
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str
    expires: datetime


class Tokens:
    """All tokens, in memory."""

    def __init__(
        self,
        state: State,
        clock: Clock = now,
        applications: Iterable[Application] = (PUBLIC,),
    ) -> None:
        self.state = state
        self.clock = clock
        self.applications = {each.client_id: each for each in applications}
        self._tokens: dict[str, Token] = {}
        self._refresh: dict[str, str] = {}
        self._grants: dict[str, Grant] = {}
        self._legacy = {each.legacy_token: each.id for each in state.accounts.values()}
        self._next = 0

    def issue(
        self,
        account: str,
        application: Application,
        scopes: tuple[str, ...],
        *,
        refreshable: bool = True,
    ) -> Token:
        """Return a new token that lives for 24 hours."""
        with self.state.lock:
            self._next += 1
            time = self.clock()
            refresh = secrets.token_hex(15) if refreshable else ""
            token = Token(
                id=self._next,
                value=secrets.token_hex(15),
                account=account,
                application=application,
                scopes=scopes,
                created=time,
                expires=time + LIFETIME,
                refresh=refresh,
            )
            self._tokens[token.value] = token
            if refresh:
                self._refresh[refresh] = token.value
            return token

    def grant(
        self,
        account: str,
        application: Application,
        redirect_uri: str,
        scopes: tuple[str, ...],
        challenge: str,
    ) -> str:
        """Return the code for what a person has just said yes to."""
        code = secrets.token_hex(15)
        until = self.clock() + CODE_LIFETIME
        with self.state.lock:
            self._grants[code] = Grant(account, application, redirect_uri, scopes, challenge, until)
        return code

    def take_grant(self, code: str) -> Grant | None:
        """Use up a code; None when it was used before, has expired or never was one."""
        with self.state.lock:
            grant = self._grants.pop(code, None)
        return grant if grant is not None and self.clock() < grant.expires else None

    def take_refresh(self, refresh: str) -> Token | None:
        """Use up a refresh token: its access token is dead at once, it cannot be used again."""
        with self.state.lock:
            token = self._tokens.get(self._refresh.get(refresh, ""))
            if token is not None:
                self.revoke(token)
            return token

    def put_back(self, token: Token) -> None:
        """Restore a token whose refresh was refused after all."""
        with self.state.lock:
            self._tokens[token.value] = token
            self._refresh[token.refresh] = token.value

    def revoke(self, token: Token) -> None:
        """Make a token and its refresh token useless."""
        with self.state.lock:
            self._tokens.pop(token.value, None)
            self._refresh.pop(token.refresh, None)

    def revoke_value(self, value: str) -> None:
        """Revoke by the value of the access token or of the refresh token."""
        with self.state.lock:
            token = self._tokens.get(value) or self._tokens.get(self._refresh.get(value, ""))
            if token is not None:
                self.revoke(token)

    def of(self, account: str) -> list[Token]:
        """Return the live tokens of an account, oldest first."""
        with self.state.lock:
            time = self.clock()
            return [
                each
                for each in self._tokens.values()
                if each.account == account and each.expires > time
            ]

    def legacy(self, account: Account) -> str:
        """Return the account's token that never expires."""
        with self.state.lock:
            self._legacy[account.legacy_token] = account.id
            return account.legacy_token

    def bearer(self, request: Request) -> tuple[Account, tuple[str, ...]] | None:
        """Return who asks and with which scopes, None when nobody we know.

        Each use of a token that has less than half of its 24 hours left makes it good for another
        24 hours: a long run does not expire, an idle one does.
        """
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "token":
            return self._by_legacy(value.strip())
        if scheme.lower() != "bearer":
            value = request.args.get("access_token", "")
        with self.state.lock:
            token = self._tokens.get(value.strip())
            time = self.clock()
            if token is None or token.expires <= time:
                return None
            if token.expires - time < LIFETIME / 2:
                token.expires = time + LIFETIME
            account = self.state.accounts.get(token.account)
            return None if account is None else (account, token.scopes)

    def _by_legacy(self, value: str) -> tuple[Account, tuple[str, ...]] | None:
        with self.state.lock:
            account = self.state.accounts.get(self._legacy.get(value, ""))
        return None if account is None else (account, (*WRITE_PROFILE, *WRITE_BACKPACK))


class BackOff:
    """Who has to wait after failures: 2, 4, 8 ... seconds for n failures in a row.

    An attempt within the window is refused and does not count; a success clears the count.
    """

    def __init__(self, clock: Clock = now) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[int, datetime]] = {}

    def wait(self, key: str) -> int:
        """Return the whole window in seconds when this caller is inside one, else 0."""
        with self._lock:
            count, until = self._failures.get(key, (0, None))
            if until is None or self.clock() >= until:
                return 0
            return _window(count)

    def failed(self, key: str) -> None:
        """Count a failure and open the next window."""
        with self._lock:
            count = self._failures.get(key, (0, None))[0] + 1
            self._failures[key] = (count, self.clock() + timedelta(seconds=_window(count)))

    def succeeded(self, key: str) -> None:
        """Forget the failures of this caller."""
        with self._lock:
            self._failures.pop(key, None)


def _window(failures: int) -> int:
    return min(1 << min(failures, 12), LONGEST_BACKOFF)


def basic(request: Request) -> tuple[str, str] | None:
    """Return user and password of an HTTP Basic header, None when there is none."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def secret_fits(application: Application, secret: str) -> bool:
    """Whether this is the application's secret; one without a secret takes any."""
    return not application.secret or compare_digest(application.secret.encode(), secret.encode())
