"""Open Badge Factory live: all awards of an organisation, by its API v2.

Reference page badge-formats.md, 1.10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.errors import SignInFailed, SourceUnreadable
from migrator.openbadges.model import Json, JsonObject
from migrator.openbadges.values import items, label, mapping
from migrator.sources.live import LivePlace, quoted

from ._obf_known import Known

_PAGE = 1000
_MOST_PAGES = 10_000
_NEEDS = "an API key with the right to read events (Open Badge Factory: Admin tools, API key)"


@dataclass(slots=True)
class Factory:
    """An organisation at its host, asked with a token that is renewed when it has run out."""

    place: LivePlace
    token: str = field(default="", repr=False)

    def learn(self, known: Known) -> None:
        """Learn the issuer, all badges and all events."""
        client = quoted(self.place.account)
        known.learn(mapping(self._get(f"v2/client/{client}")) or {})
        for kind in ("badge", "event"):
            for _, entries in self._pages(f"v2/{kind}/{client}", 0):
                for entry in entries:
                    known.learn(entry)

    def recipients(self) -> Iterator[tuple[int, list[JsonObject]]]:
        """Yield the pages of all awards with their offsets, from the bookmark on."""
        bookmark = self.place.bookmark or ""
        start = int(bookmark) if bookmark.isdecimal() else 0
        yield from self._pages(f"v2/event/{quoted(self.place.account)}/recipient", start)

    def _pages(self, path: str, start: int) -> Iterator[tuple[int, list[JsonObject]]]:
        for offset in range(start, start + _PAGE * _MOST_PAGES, _PAGE):
            answer = mapping(self._get(f"{path}?limit={_PAGE}&offset={offset}")) or {}
            found = items(answer.get("result"))
            yield offset, [one for one in found if isinstance(one, dict)]
            total = answer.get("total")
            end = offset + len(found)
            if not found or (isinstance(total, int) and end >= total) or len(found) < _PAGE:
                return

    def _get(self, path: str) -> Json:
        reply = self.place.get(path, self._signed())
        if reply.status == 401 and self.token:
            self.token = ""
            reply = self.place.get(path, self._signed())
        return self.place.checked(reply, needs=_NEEDS)

    def _signed(self) -> dict[str, str]:
        if not self.token:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.place.account,
                "client_secret": self.place.secret(),
            }
            reply = self.place.web.post(self.place.url("v2/client/oauth2/token"), form=form)
            if reply.status == 400:
                raise SignInFailed(
                    f"The host {self.place.label} does not let {self.place.account} in (HTTP 400).",
                    "Check the client id (--as) and the client secret.",
                )
            answer = mapping(self.place.checked(reply, needs=_NEEDS)) or {}
            self.token = label(answer.get("access_token")) or ""
            if not self.token:
                what = f"{self.place.label} gives no token, so it does not speak API v2."
                raise SourceUnreadable(what, f"Check the address: {self.place.base}")
        return {"Authorization": f"Bearer {self.token}"}
