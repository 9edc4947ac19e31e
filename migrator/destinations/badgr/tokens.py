"""The tokens of one account: got with a password, renewed once used up, lost at the first mistake.

Source: reference/badgr-api.md 2 and 3; recordings 1-auth, 6-badgeconnect-29 (renewed with a
secret). A refresh token works once and kills the access token at
once, so what comes back is handed on before anything else happens. A wrong password is never tried
twice: each failure doubles the time the server shuts the account out.
"""

from __future__ import annotations

from dataclasses import replace

from migrator.destinations import presets
from migrator.destinations.badgr.verdicts import body_of, plain, wait_of
from migrator.destinations.base import Credentials, OnTokens, TryLater
from migrator.destinations.oauth import App, proof_of
from migrator.errors import PasswordRefused, SignInFailed
from migrator.net import Client, Reply, Unreachable

SCOPE = "rw:profile rw:backpack"
"""Always asked for: a client that names itself and no scope gets next to nothing."""
ISSUING = "rw:profile rw:issuer"
"""Asked for instead by somebody who awards: that sign-in opens no backpack, and this no issuer."""

_USES = {SCOPE: "use a backpack", ISSUING: "award badges"}
JSON = {"Accept": "application/json"}


class Tokens:
    """Keeps one account signed in; `credentials` always holds the tokens that work now.

    An empty `scope` asks for what was granted before. Tokens that were given to another program
    than `client_id` (a sign-in in the browser) are renewed under its name, and never replaced with
    a password: such an account may have none, and each wrong one shuts it out for longer. Where the
    server only `refreshes` sign-ins of the browser, a password comes first.
    """

    def __init__(  # noqa: PLR0913 -- each has a default but what makes the account
        self,
        client: Client,
        url: str,
        credentials: Credentials,
        *,
        client_id: str = "public",
        scope: str = SCOPE,
        token_url: str | None = None,
        refreshes: bool = True,
        on_change: OnTokens | None = None,
    ) -> None:
        if credentials.client_id is not None:
            credentials = replace(credentials, password=None)
        self.credentials = credentials
        self._client = client
        self._url = url
        self._app = App(credentials.client_id or client_id, "", credentials.client_secret)
        self._scope = scope
        self._token_url = token_url or f"{url}/o/token"
        self._refreshes = refreshes
        self._on_change = on_change

    def __repr__(self) -> str:
        """Without secrets."""
        return f"Tokens({self.credentials.username!r} at {self._url})"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request of this account; signs in when there is no token yet."""
        if not self.credentials.access_token:
            self.renew()
        return {**JSON, "Authorization": f"Bearer {self.credentials.access_token}"}

    @property
    def can_renew(self) -> bool:
        """Whether there is anything to get new tokens with."""
        return bool(self.credentials.refresh_token or self.credentials.password)

    def renew(self) -> None:
        """Get new tokens: with the refresh token if there is one, else with the password.

        Raises SignInFailed when the server lets the account in by neither, and TryLater when it
        cannot be asked now.
        """
        use = self._refreshes or not self.credentials.password
        if use and self.credentials.refresh_token and self._refreshed():
            return
        if not self.credentials.password:
            raise SignInFailed(
                f"The sign-in of {self.credentials.username} at {self._url} has run out.",
                "Run `login` again.",
            )
        reply = self._ask(
            grant_type="password",
            username=self.credentials.username,
            password=self.credentials.password,
        )
        if reply.status >= 500:
            raise too_busy(reply, self._url)
        if not self._taken(reply):
            raise refusal(reply, self._url, self.credentials.username, self._scope)

    def _refreshed(self) -> bool:
        token = self.credentials.refresh_token or ""
        # It is used up whatever comes back, and an answer can be lost.
        self.credentials = replace(self.credentials, access_token=None, refresh_token=None)
        try:
            reply = self._ask(grant_type="refresh_token", refresh_token=token)
        except TryLater as error:
            if not error.sent:
                self.credentials = replace(self.credentials, refresh_token=token)
            raise
        if reply.status in (429, 502, 503):
            self.credentials = replace(self.credentials, refresh_token=token)
            if not self.credentials.password:
                raise too_busy(reply, self._url)
        return self._taken(reply)

    def _ask(self, **fields: str) -> Reply:
        named, headers = proof_of(self._app)
        form = {**named, **({"scope": self._scope} if self._scope else {}), **fields}
        try:
            return self._client.request(
                "POST", self._token_url, form=form, headers={**JSON, **headers}
            )
        except Unreachable as error:
            raise out_of_reach(error, self._url) from error

    def _taken(self, reply: Reply) -> bool:
        body = body_of(reply)
        if reply.status != 200 or not isinstance(body, dict):
            return False
        access, refresh = body.get("access_token"), body.get("refresh_token")
        if not isinstance(access, str) or not access:
            return False
        kept = refresh if isinstance(refresh, str) and refresh else None
        self._change(replace(self.credentials, access_token=access, refresh_token=kept))
        return True

    def _change(self, credentials: Credentials) -> None:
        self.credentials = credentials
        if self._on_change is not None:
            self._on_change(credentials)


def out_of_reach(error: Unreachable, url: str) -> TryLater:
    """Return what to raise for a request without an answer."""
    return TryLater(
        f"{url} could not be reached. {plain(error.what)}",
        "Check the network and the address of the destination, then run the command again.",
        sent=error.sent,
    )


def too_busy(reply: Reply, url: str) -> TryLater:
    """Return what to raise for a server that asks to wait or has trouble of its own."""
    after = wait_of(reply)
    when = f"in {after:.0f} seconds" if after else "later"
    return TryLater(
        f"{url} cannot answer now (HTTP {reply.status}).",
        f"Run the command again {when}.",
        after=after,
        sent=reply.status >= 500,
    )


def refusal(reply: Reply, url: str, username: str, scope: str = SCOPE) -> SignInFailed:
    """Return why an account was not let in, with what to do next."""
    body = body_of(reply)
    error = body.get("error") if isinstance(body, dict) else None
    said = error if isinstance(error, str) else ""
    if reply.status == 429:
        return _shut_out(reply, url, username)
    if said == "invalid_grant" or reply.status == 401:
        return PasswordRefused(
            f"{url} does not know {username} with this password.",
            "Do not try again at once: each failure doubles the time the server shuts the account"
            f" out. {_check_it(url, username)}",
        )
    return _not_open(said, url, username, scope) if said else not_badgr(url)


def _check_it(url: str, username: str) -> str:
    """Say how to find out what is wrong, and where the account lives if the service has regions.

    Nothing tells that but a sign-in: the same answer comes for a wrong password and for an account
    that is not there (1-auth-13, 15).
    """
    all_of_it = presets.regions(url)
    if not all_of_it:
        return "Check the password in a browser, then run `login` again."
    names = ", ".join(f"{one.kind}:{one.name}" for one in all_of_it)
    here = all_of_it[0]
    return (
        "Check the password in a browser; the address it shows once you are in tells the region"
        f" (one that ends in .eu is badgr:eu). Each region has accounts of its own: {names}. If you"
        f" cannot tell, `login {here.kind}:{here.name} --as {username} --find-region` tries the"
        " password once in each."
    )


def _shut_out(reply: Reply, url: str, username: str) -> SignInFailed:
    wait = wait_of(reply)
    seconds = f"{wait:.0f} seconds" if wait else "an hour"
    return PasswordRefused(
        f"{url} has shut {username} out for a while, after too many failed sign-ins.",
        f"Wait {seconds}, then run `login` again with the right password.",
    )


def _not_open(said: str, url: str, username: str, scope: str) -> SignInFailed:
    """The server is set up so that this program, or this account, cannot sign in."""
    if "scope" in said:
        return SignInFailed(
            f"{url} does not let programs {_USES[scope]}.",
            f"Ask its operator to allow the scopes {scope} for the application.",
        )
    if said.startswith(("invalid client", "unauthorized_client")):
        return SignInFailed(
            f"{url} does not know this program ({plain(said)}).",
            "Ask its operator for a client id that may sign in with a password.",
        )
    return SignInFailed(
        f"{url} refused the sign-in of {username}: {plain(said)}.",
        "Sign in there in a browser, then run `login` again.",
    )


def not_badgr(url: str) -> SignInFailed:
    """Return what to say when something else answers at the address."""
    return SignInFailed(
        f"There is no Badgr server at {url}.",
        "Check the address; it is that of the API (often https://api...), not of the web pages."
        " See: badge-migrator destinations",
    )
