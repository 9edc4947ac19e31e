"""The backpack's own public pages, as it fetches them when its own badge is imported.

A real Badgr asks itself over the network; here the pages are taken from where they are written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from migrator.rehearsal.issuers import pages
from migrator.rehearsal.issuers.issuing import Award, Issuing
from migrator.rehearsal.issuers.pages import OLDER
from migrator.verify.answers import Answer, Web

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class OwnWeb:
    """A web with our own pages in it: what starts with `base` is ours."""

    issuing: Issuing
    base: str
    rest: Web

    def get(self, url: str) -> Answer:
        """Return the answer of one of our pages, or of the web."""
        if not url.startswith(f"{self.base}/public/"):
            return self.rest.get(url)
        path = urlsplit(url).path.removeprefix("/public/").split("/")
        if len(path) < 2:
            return Answer(url, 404, _JSON, b"{}")
        image = self._image(path) if path[2:] == ["image"] else None
        if image is not None:
            return Answer(url, 200, "image/png", image)
        page = self._page(path[0], path[1].removesuffix(".json"), older=url.endswith(OLDER))
        if page is None or len(path) > 2:
            return Answer(url, 404, _JSON, b"{}")
        return Answer(url, 200, _JSON, json.dumps(page).encode())

    def award_at(self, url: str) -> Award | None:
        """Return the award whose id this is, in either version of the standard."""
        prefix = f"{self.base}/public/assertions/"
        if not url.startswith(prefix):
            return None
        return self.issuing.awards.get(url.removeprefix(prefix).removesuffix(OLDER))

    def _page(self, kind: str, key: str, *, older: bool) -> dict[str, Any] | None:
        issuing, base = self.issuing, self.base
        if kind == "assertions" and key in issuing.awards:
            award = issuing.awards[key]
            shape = pages.award_page_v1 if older else pages.award_page
            return shape(award, base)
        if kind == "badges" and key in issuing.badge_classes:
            page = pages.badge_class_page(issuing.badge_classes[key], base)
        elif kind == "issuers" and key in issuing.issuers:
            page = pages.issuer_page(issuing.issuers[key], base)
        else:
            return None
        return pages.older(page) if older else page

    def _image(self, path: list[str]) -> bytes | None:
        kind, key = path[:2]
        if kind == "issuers" and key in self.issuing.issuers:
            return self.issuing.issuers[key].image
        if kind == "badges" and key in self.issuing.badge_classes:
            return self.issuing.badge_classes[key].image
        award = self.issuing.awards.get(key) if kind == "assertions" else None
        return award.badge_class.image if award is not None and not award.revoked else None
