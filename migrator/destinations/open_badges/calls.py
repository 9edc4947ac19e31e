"""Requests to an Open Badges 3.0 API for one account."""

from __future__ import annotations

from typing import Any

from migrator.destinations.badgr.calls import Calls
from migrator.destinations.badgr.tokens import out_of_reach, too_busy
from migrator.destinations.base import NotAccepted
from migrator.destinations.open_badges.credentials import Body
from migrator.destinations.open_badges.verdicts import words_of
from migrator.errors import SignInFailed
from migrator.net import Reply, Unreachable
from migrator.openbadges.model import Json

_BUSY = frozenset({429, 500, 502, 503, 504})
_ACCEPT = "application/json, text/plain;q=0.9, application/ld+json;q=0.8"


class CredentialCalls(Calls):
    """Sends requests for one account; `url` is the API's."""

    def answered(self, method: str, path: str, json: Json = None) -> Reply:
        """Make one request and return its answer of success.

        Raises TryLater, SignInFailed, or NotAccepted with the host's own words.
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
        if reply.status == 401:
            raise SignInFailed(
                f"{self.url} does not honour the sign-in of {username}.", "Run `login` again."
            )
        if reply.status == 403:
            raise SignInFailed(
                f"{self.url} does not let this program do that for {username}: {words_of(reply)}.",
                "Run `login` again, and say yes to everything it asks for in the browser.",
            )
        raise NotAccepted(
            f"{self.url} refused a request: {words_of(reply)} (HTTP {reply.status}).",
            "Tell us these words so that we can explain them.",
        )

    def hand_over(self, body: Body) -> Reply:
        """Send a credential, whatever the answer; raises as `exchange` does."""
        return self.exchange("POST", "/credentials", body)  # type: ignore[arg-type] # kept as bytes

    def _send(self, method: str, path: str, json: Any) -> Reply:
        headers = {**self.tokens.headers, "Accept": _ACCEPT}
        if isinstance(json, Body):
            headers["Content-Type"] = json.media_type
            return self._client.request(method, self.url + path, data=json.data, headers=headers)
        return self._client.request(method, self.url + path, json=json, headers=headers)
