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
        if page is None and self.is_dead(url):
            return Answer(url, error="dns")
        if page is None:
            return Answer(url, 404, "text/html", b"<html>not found</html>")
        if "image" in page:
            body = self.images[page["image"]]
        else:
            body = page["text"].encode() if "text" in page else json.dumps(page["json"]).encode()
        return Answer(url, page["status"], page["type"], body)

    def is_dead(self, url: str) -> bool:
        try:
            return urlsplit(url).hostname in self.dead
        except ValueError:  # no address at all: nobody answers there
            return True

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


HOST = "http://badges.example.net"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


class Issued:
    """The documents of one badge, to be changed and then served: `a`, `b`, `i` of a web."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.web = MadeWeb(
            {f"{HOST}/badge.png": {"status": 200, "type": "image/png", "image": "badge.png"}},
            {"badge.png": PNG, "badge.gif": GIF},
            {"dead.example.org"},
        )
        self.url = f"{HOST}/a.json"
        recipient = {"type": "email", "hashed": False, "identity": "me@example.org"}
        self.b: dict[str, Any] = {"name": "B", "description": "d", "image": f"{HOST}/badge.png"}
        self.b |= {"criteria": f"{HOST}/criteria", "issuer": f"{HOST}/i.json"}
        self.i: dict[str, Any] = {"name": "I", "url": HOST}
        verify = {"type": "hosted", "url": self.url}
        self.a: dict[str, Any] = {"uid": "1", "recipient": recipient, "badge": f"{HOST}/b.json"}
        self.a |= {"verify": verify, "issuedOn": "2015-04-30"}
        if version == "0.5":
            self.i = {"origin": HOST, "name": "I"}
            self.a = {"recipient": "me@example.org", "issued_on": "2011-12-31", "badge": self.b}
            self.b["issuer"] = self.i
        if version == "2.0":
            self._as_20()

    def _as_20(self) -> None:
        for document, name, kind in (
            (self.a, "a", "Assertion"),
            (self.b, "b", "BadgeClass"),
            (self.i, "i", "Issuer"),
        ):
            document["@context"] = "https://w3id.org/openbadges/v2"
            document["type"], document["id"] = kind, f"{HOST}/{name}.json"
        del self.a["verify"]
        self.a |= {"verification": {"type": "HostedBadge"}, "issuedOn": "2019-06-01T00:00:00Z"}

    def served(self) -> MadeWeb:
        for name in "abi" if self.version != "0.5" else "a":
            self.web.pages.setdefault(
                f"{HOST}/{name}.json",
                {"status": 200, "type": "application/json", "json": getattr(self, name)},
            )
        return self.web


@pytest.fixture
def issued():
    return Issued
