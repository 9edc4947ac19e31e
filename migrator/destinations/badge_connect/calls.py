"""Requests to a Badge Connect API for one account; the answer's own status counts, not HTTP's.

Source: reference/badge-formats.md 2.5, badgr-api.md 1 (the shape of answers); recordings
6-badgeconnect-14 to 28.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrator.destinations.badge_connect.verdicts import is_denied, status_of
from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.tokens import out_of_reach, too_busy
from migrator.destinations.badgr.verdicts import body_of, words_of
from migrator.destinations.base import NotAccepted
from migrator.errors import SignInFailed
from migrator.net import Reply, Unreachable
from migrator.openbadges.model import Json, JsonObject

_BUSY = frozenset({429, 500, 502, 503, 504})


class ConnectCalls(Calls):
    """Sends requests for one account; `url` is the API's."""

    def answered(self, method: str, path: str, json: Json = None) -> Reply:
        """Make one request and return its answer of success.

        Raises TryLater, SignInFailed, or NotAccepted with the backpack's own words.
        """
        try:
            reply = self.exchange(method, path, json)
        except Unreachable as error:
            raise out_of_reach(error, self.url) from error
        if reply.status < 300:
            return reply
        if reply.status in _BUSY:
            raise too_busy(reply, self.url)
        username = self.tokens.credentials.username
        if is_denied(reply) or reply.status == 403:
            raise SignInFailed(
                f"{self.url} does not let this program do that for {username}: the account has no"
                " confirmed e-mail address, or the sign-in lacks a permission.",
                "Run `login` again, and say yes to everything it asks for in the browser.",
            )
        if reply.status == 401:
            raise SignInFailed(
                f"{self.url} does not honour the sign-in of {username}.", "Run `login` again."
            )
        raise NotAccepted(
            f"{self.url} refused a request: {words_of(reply)} (HTTP {reply.status}).",
            "Tell us these words so that we can explain them.",
        )

    def found(self, reply: Reply) -> list[JsonObject]:
        """Return the objects of an answer; raises NotAccepted when it is none of Badge Connect."""
        body = body_of(reply)
        results = body.get("results") if isinstance(body, dict) else None
        if not isinstance(results, list):
            raise NotAccepted(
                f"{self.url} answered, but not as Badge Connect does.",
                "Check the address of the destination.",
            )
        return [item for item in results if isinstance(item, dict)]

    def _is_out(self, reply: Reply) -> bool:
        return not is_denied(reply) and super()._is_out(reply)

    def _send(self, method: str, path: str, json: Any) -> Reply:
        reply = super()._send(method, path, json)
        return replace(reply, status=status_of(reply))
