"""A web archive on 127.0.0.1 that has what a test puts in, and misbehaves on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from werkzeug import Response

from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.net import Client
from migrator.recover.service import Service

HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
_CAPTURE = re.compile(r"/web/(\d+)id_/(.*)", re.DOTALL)
HTML = b"<!DOCTYPE html>\n<html><title>Sorry</title></html>"


def checksum_of(body):
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _bare(url):
    """The key under which a folding archive files an address."""
    return re.sub(r"^https?://(www\.)?|:80(?=/)|/$", "", url).lower()


@dataclass
class Kept:
    """One capture. `digest` and `sent` are for archives that have gone wrong."""

    moment: str
    original: str
    body: bytes = b""
    status: int | str = 200
    media_type: str = "application/json"
    digest: str | None = None
    location: str = ""
    headers: dict = field(default_factory=dict)
    sent: object = None


class FakeArchive:
    """Speaks the CDX API and gives captures; `trouble` is answered first, one a request."""

    def __init__(self, server):
        self.base = server.url_for("").rstrip("/")
        self.kept = []
        self.trouble = []
        self.asked = []
        self.folds = True
        self.lines = False
        self.index_body = None
        server.expect_request(re.compile(".*")).respond_with_handler(self.answer)

    def keep(self, *args, **more):
        self.kept.append(Kept(*args, **more))

    def keep_json(self, moment, url, document, **more):
        self.keep(moment, url, json.dumps(document).encode(), **more)

    @property
    def looked_up(self):
        return [value["url"] for kind, value in self.asked if kind == "index"]

    @property
    def fetched(self):
        return [value for kind, value in self.asked if kind == "capture"]

    def answer(self, request):
        if self.trouble:
            found = self.trouble.pop(0)
            return found if isinstance(found, Response) else Response("busy", found)
        if request.path == "/cdx/search/cdx":
            self.asked.append(("index", dict(request.args)))
            return self.index(request.args)
        raw = request.environ.get("RAW_URI", request.full_path)
        raw = request.environ.get("REQUEST_URI", raw)
        path = urlsplit(raw).path + (f"?{urlsplit(raw).query}" if urlsplit(raw).query else "")
        moment, original = _CAPTURE.fullmatch(path).groups()
        self.asked.append(("capture", f"{moment} {original}"))
        return self.capture(moment, original)

    def index(self, args):
        if self.index_body is not None:
            return Response(self.index_body, 200, content_type="application/json")
        assert args["matchType"] == "exact"
        same = _bare if self.folds else str
        rows = [one for one in self.kept if same(one.original) == same(args["url"])]
        rows = [one for one in rows if one.moment >= args.get("from", "")]
        rows.sort(key=lambda one: one.moment)
        rows = [self._row(one) for one in rows[: int(args["limit"])]]
        if self.lines:
            names = [{"original": "url", "mimetype": "mime", "statuscode": "status"}.get(n, n)
                     for n in HEADER]  # fmt: skip
            text = "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows)
        else:
            text = json.dumps([HEADER, *rows] if rows else [])
        return Response(text, 200, content_type="application/json")

    def _row(self, one):
        host, _, path = _bare(one.original).partition("/")
        key = ",".join(reversed(host.split("."))) + ")/" + path
        digest = one.digest or checksum_of(one.body)
        urlkey = key if self.folds else one.original
        return [urlkey, one.moment, one.original, one.media_type, str(one.status), digest, "99"]

    def capture(self, moment, original):
        for one in self.kept:
            if one.moment == moment and one.original == original:
                if isinstance(one.sent, list):
                    return one.sent.pop()
                if isinstance(one.sent, Response):
                    return one.sent
                status = 200 if one.status == "-" else one.status
                headers = dict(one.headers)
                if one.location:
                    headers["Location"] = one.location
                body = one.body if one.sent is None else one.sent
                return Response(body, status, headers, content_type=one.media_type)
        return Response("not here", 404)


class Ticker:
    """A clock that only moves when somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


class Bench:
    """A service on a fake archive, with a clock that costs no time."""

    def __init__(self, web, client):
        self.web = web
        self.ticker = Ticker()
        self.told = []
        self.stopped = False
        self.service = Service(
            web.base,
            client,
            stop=lambda: self.stopped,
            tell=self.told.append,
            sleep=self.ticker.sleep,
            clock=self.ticker.clock,
        )


def said_live(archive, outcome, *urls, kind="assertion"):
    webanswers.keep(archive, [WebAnswer(url, "live", kind, outcome) for url in urls])


@pytest.fixture
def web(httpserver):
    return FakeArchive(httpserver)


@pytest.fixture
def client():
    made = Client(allow_private=True, connect_timeout=2, read_timeout=5)
    yield made
    made.close()


@pytest.fixture
def bench(web, client):
    return Bench(web, client)


@pytest.fixture
def fake():
    """Make fake archives on other servers."""
    return FakeArchive


@pytest.fixture
def live():
    return said_live


@pytest.fixture(scope="session")
def checksum():
    return checksum_of


@pytest.fixture(scope="session")
def html():
    return HTML
