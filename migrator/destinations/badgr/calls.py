"""Requests of a signed-in account: a token that has run out is renewed, once."""

from __future__ import annotations

from typing import Any

from migrator.destinations.badgr.tokens import Tokens, not_badgr, out_of_reach, too_busy
from migrator.destinations.badgr.verdicts import body_of, words_of
from migrator.destinations.base import NotAccepted
from migrator.errors import MigratorError, SignInFailed
from migrator.net import Client, Reply, Unreachable
from migrator.openbadges.model import Json, JsonObject

_BUSY = frozenset({429, 500, 502, 503, 504})


class Calls:
    """Sends requests for one account to one server."""

    def __init__(
        self, client: Client, url: str, tokens: Tokens, *, owns_client: bool = False
    ) -> None:
        self.tokens = tokens
        self._owns_client = owns_client
        self.url = url
        self._client = client
        self._is_fresh = False

    def exchange(self, method: str, path: str, json: Json = None) -> Reply:
        """Make one request and return its answer, whatever that is.

        A 401 gets a new token and the request is made again, because it was not let in; so does a
        403, with which Open Educational Badges answers to a token that has run out
        (reference/badge-formats.md 2.3), unless the token is new.
        Raises Unreachable, and from signing in again SignInFailed and TryLater.
        """
        reply = self._send(method, path, json)
        if self._is_out(reply):
            self.tokens.renew()
            reply = self._send(method, path, json)
            self._is_fresh = True
        if reply.status < 400:
            self._is_fresh = False
        return reply

    def results(self, method: str, path: str, json: Json = None) -> list[JsonObject]:
        """Make one request and return the objects of a v2 answer.

        Raises TryLater, SignInFailed, or NotAccepted with the server's own words.
        """
        reply = self.answered(method, path, json)
        body = body_of(reply)
        result = body.get("result") if isinstance(body, dict) else None
        if not isinstance(result, list):
            raise not_badgr(self.url)
        return [item for item in result if isinstance(item, dict)]

    def answered(self, method: str, path: str, json: Json = None) -> Reply:
        """Make one request and return its answer of success; raises as `results` does."""
        try:
            reply = self.exchange(method, path, json)
        except Unreachable as error:
            raise out_of_reach(error, self.url) from error
        if reply.status < 300:
            return reply
        if reply.status in _BUSY:
            raise too_busy(reply, self.url)
        raise self._denied(reply) or self._refused(reply)

    def close(self) -> None:
        """Give back connections, unless somebody else has lent them."""
        if self._owns_client:
            self._client.close()

    def _denied(self, reply: Reply) -> MigratorError | None:
        """Return what to say of an answer that this API gives to those who may not, or not here."""
        if reply.status == 403 or (reply.status == 404 and isinstance(body_of(reply), dict)):
            return no_permission(self.url, self.tokens.credentials.username)
        if reply.status == 404 or 300 <= reply.status < 400:
            return not_badgr(self.url)
        return None

    def _words(self, reply: Reply) -> str:
        """Return the server's own words in an answer of refusal."""
        return words_of(reply)

    def _refused(self, reply: Reply) -> MigratorError:
        if reply.status == 401:
            return SignInFailed(
                f"{self.url} does not honour the sign-in of {self.tokens.credentials.username}.",
                "Run `login` again.",
            )
        return NotAccepted(
            f"{self.url} refused a request: {self._words(reply)} (HTTP {reply.status}).",
            "Tell us these words so that we can explain them.",
        )

    def _is_out(self, reply: Reply) -> bool:
        """Whether an answer means that the token no longer lets us in."""
        return reply.status == 401 or (reply.status == 403 and self._may_be_used_up)

    @property
    def _may_be_used_up(self) -> bool:
        return self.tokens.can_renew and not self._is_fresh

    def _send(self, method: str, path: str, json: Any) -> Reply:
        headers = self.tokens.headers
        return self._client.request(method, self.url + path, json=json, headers=headers)


def no_permission(url: str, username: str) -> SignInFailed:
    """Return what to say when an account has signed in but may not use its backpack."""
    return SignInFailed(
        f"{url} lets {username} in, but not into the backpack: the account has no confirmed"
        " e-mail address, or the sign-in lacks a permission.",
        "Confirm the address with the link the backpack has sent, then run `login` again.",
    )
