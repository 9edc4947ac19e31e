"""Requests to an Open Badges 3.0 API for one account."""

from __future__ import annotations

from typing import Any

from migrator.destinations.badgr.calls import Calls
from migrator.destinations.open_badges.credentials import Body
from migrator.destinations.open_badges.verdicts import words_of
from migrator.errors import SignInFailed
from migrator.net import Reply

_ACCEPT = "application/json, text/plain;q=0.9, application/ld+json;q=0.8"


class CredentialCalls(Calls):
    """Sends requests for one account; `url` is the API's."""

    def hand_over(self, body: Body) -> Reply:
        """Send a credential, whatever the answer; raises as `exchange` does."""
        return self.exchange("POST", "/credentials", body)  # type: ignore[arg-type] # kept as bytes

    def _denied(self, reply: Reply) -> SignInFailed | None:
        if reply.status != 403:
            return None
        return SignInFailed(
            f"{self.url} does not let this program do that for {self.tokens.credentials.username}:"
            f" {words_of(reply)}.",
            "Run `login` again, and say yes to everything it asks for in the browser.",
        )

    def _words(self, reply: Reply) -> str:
        return words_of(reply)

    def _send(self, method: str, path: str, json: Any) -> Reply:
        headers = {**self.tokens.headers, "Accept": _ACCEPT}
        if isinstance(json, Body):
            headers["Content-Type"] = json.media_type
            return self._client.request(method, self.url + path, data=json.data, headers=headers)
        return self._client.request(method, self.url + path, json=json, headers=headers)
