"""Requests to a Badge Connect API for one account; the answer's own status counts, not HTTP's.

Source: reference/badge-formats.md 2.5, badgr-api.md 1 (the shape of answers); recordings
6-badgeconnect-14 to 28.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from migrator.destinations.badge_connect.verdicts import is_denied, status_of
from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.verdicts import body_of
from migrator.destinations.base import NotAccepted
from migrator.errors import SignInFailed
from migrator.net import Reply
from migrator.openbadges.model import JsonObject


class ConnectCalls(Calls):
    """Sends requests for one account; `url` is the API's."""

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

    def _denied(self, reply: Reply) -> SignInFailed | None:
        if not is_denied(reply) and reply.status != 403:
            return None
        return SignInFailed(
            f"{self.url} does not let this program do that for {self.tokens.credentials.username}:"
            " the account has no confirmed e-mail address, or the sign-in lacks a permission.",
            "Run `login` again, and say yes to everything it asks for in the browser.",
        )

    def _is_out(self, reply: Reply) -> bool:
        return not is_denied(reply) and super()._is_out(reply)

    def _send(self, method: str, path: str, json: Any) -> Reply:
        reply = super()._send(method, path, json)
        return replace(reply, status=status_of(reply))
