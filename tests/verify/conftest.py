"""A made web to ask: pages from fixtures/badgr/web.json, or whatever a test puts in it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from migrator.openbadges.model import Addresses
from migrator.verify.answers import Answer

BADGR = Path(__file__).parents[2] / "fixtures" / "badgr"


@dataclass
class MadeWeb:
    """Answers from a table; hosts in `dead` never answer; in `silent` nobody asks."""

    pages: dict[str, dict[str, Any]] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    def get(self, url: str) -> Answer:
        self.asked.append(url)
        page = self.pages.get(url)
        if page and "redirect" in page:
            page = self.pages[page["redirect"]]
        if page is None and self.silent:
            return Answer.unknown(url)
        if page is None and urlsplit(url).hostname in self.dead:
            return Answer(url, error="dns")
        if page is None:
            return Answer(url, 404, "text/html", b"<html>not found</html>")
        if "image" in page:
            body = self.images[page["image"]]
        else:
            body = page["text"].encode() if "text" in page else json.dumps(page["json"]).encode()
        return Answer(url, page["status"], page["type"], body)

    def serve(self, url: str, document: Any, status: int = 200) -> None:
        self.pages[url] = {"status": status, "type": "application/json", "json": document}


@pytest.fixture(scope="session")
def recorded_web():
    return json.loads((BADGR / "web.json").read_text(encoding="utf-8"))


@pytest.fixture
def web_of(recorded_web):
    def make(*, restored: bool = False) -> MadeWeb:
        pages = recorded_web["pages"] + (recorded_web["restored"] if restored else [])
        return MadeWeb(
            {page["url"]: page for page in pages},
            {name: base64.b64decode(data) for name, data in recorded_web["images"].items()},
            set(recorded_web["dead"]),
        )

    return make


@pytest.fixture
def web(web_of):
    return web_of()


@pytest.fixture
def alice(recorded_web):
    account = recorded_web["accounts"]["alice"]
    return Addresses(tuple(account["verified"]), tuple(account["unverified"]))


@pytest.fixture
def now():
    return datetime(2026, 11, 20, 12, tzinfo=UTC)
