"""What several folders of tests share: an archive with its own clock, made badges, a dump of it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import signal
import sqlite3
import struct
import sys
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from migrator.archive.archive import Archive, utc_now
from migrator.archive.intake import read_source
from migrator.openbadges.baking import bake
from migrator.sources import registry
from migrator.sources.found import Found
from migrator.sources.place import open_place

# A slow machine is no defect, and in CI a new example must not stop work that did not cause it.
settings.register_profile("here", deadline=None)
# The same examples in each run, and fewer: the whole suite has five minutes on two cores.
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("ci" if os.environ.get("CI") else "here")

FIXTURES = Path(__file__).parents[1] / "fixtures"
# What differs between two readings of the same source: when, by whom, and how it was counted.
_PASSING = {"seen_at", "first_read_at", "last_read_at", "found", "archived", "known", "problems"}
_PASSING |= {"state", "bookmark"}
_OWN_TABLES = "select name from sqlite_master where type = 'table' and name not like '%\\_fts%'"
_OWN_TABLES += " escape '\\' and name not in ('run', 'lease', '_sqlite_migrations')"


def pytest_configure():
    """Hear Ctrl-C where a shell has started the tests in the background, for it ignores it there.

    The commands that tests start inherit that, and some tests send them a Ctrl-C.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class TextClock:
    """Says the time as the archive writes it, and stands still until it is told to move."""

    def __init__(self):
        self.time = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self):
        return self.time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

    def advance(self, seconds):
        self.time += timedelta(seconds=seconds)


class Listing:
    """An adapter whose source is a list of outcomes; an exception among them is raised there."""

    name = "listing"
    title = reads = "outcomes of a test"

    def __init__(self, outcomes):
        self.outcomes = outcomes

    def detect(self, place):
        return None

    def read(self, place):
        for outcome in self.outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome


class Reader:
    """Reads sources into archives, the way the command does."""

    def outcomes(self, archive, folder, outcomes, watch=lambda counts: None):
        with open_place(folder) as place:
            return read_source(archive, Listing(outcomes), place, watch)

    def file(self, archive, path):
        with open_place(path) as place:
            adapter = registry.recognise(place).adapter
            return read_source(archive, adapter, place, lambda counts: None)


class Maker:
    """Makes badges: hosted, of Open Badges 1.1, each with a picture of its own size."""

    host = "https://issuer.example"

    def url(self, number):
        return f"{self.host}/assertions/{number}.json"

    def assertion(self, number, recipient="ann@example.org", **more):
        return {
            "@context": "https://w3id.org/openbadges/v1",
            "type": "Assertion",
            "id": self.url(number),
            "uid": str(number),
            "recipient": {"type": "email", "hashed": False, "identity": recipient},
            "badge": f"{self.host}/classes/{number % 3}.json",
            "verify": {"type": "hosted", "url": self.url(number)},
            "issuedOn": "2015-04-30T10:00:00Z",
            **more,
        }

    def badge_class(self, number, **more):
        return {
            "@context": "https://w3id.org/openbadges/v1",
            "type": "BadgeClass",
            "id": f"{self.host}/classes/{number % 3}.json",
            "name": f"Badge {number % 3}",
            "description": "Made for a test",
            "image": f"{self.host}/classes/{number % 3}.png",
            "criteria": f"{self.host}/classes/{number % 3}.html",
            "issuer": f"{self.host}/issuer.json",
            **more,
        }

    def issuer(self, **more):
        return {"name": "Issuer", "url": self.host, "id": f"{self.host}/issuer.json", **more}

    def found(self, number, holder="ann@example.org", **more):
        return Found(
            **{
                "locator": f"badge {number}",
                "assertion": self.json(self.assertion(number, holder or "ann@example.org")),
                "badge_class": self.json(self.badge_class(number)),
                "issuer": self.json(self.issuer()),
                "hosted_url": self.url(number),
                "holder": holder,
            }
            | more
        )

    def png(self, size=1, noise=b""):
        rows = b"".join(b"\0" + bytes(4 * size) for _ in range(size))
        head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
        chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows))]
        chunks += [(b"prVt", noise)] if noise else []
        chunks.append((b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )

    def baked(self, number, **more):
        document = self.assertion(number, **more)
        return bake(self.png(), json.dumps(document))

    def json(self, document):
        return json.dumps(document).encode()


class WarcMaker:
    """Makes WARC files, record by record; what starts with WARC- goes into the record's head."""

    def __init__(self, *, gz=True):
        self.pieces = []
        self.gz = gz

    @staticmethod
    def checksum(body):
        return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()

    def response(self, uri, body, date="2014-03-02T10:00:00Z", status="200 OK", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        warc = {name: names.pop(name) for name in list(names) if name.startswith("WARC")}
        http = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        digest = f"sha1:{self.checksum(body)}"
        head = {"WARC-Date": date, "WARC-Payload-Digest": digest, **warc}
        self.record("response", uri, f"HTTP/1.1 {status}\r\n{http}\r\n".encode() + body, head)
        return digest

    def revisit(self, uri, digest, refers_to, date="2015-06-01T00:00:00Z", block=b""):
        head = {
            "WARC-Date": date,
            "WARC-Payload-Digest": digest,
            "WARC-Refers-To-Target-URI": refers_to,
            "WARC-Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
        }
        self.record("revisit", uri, block, head)

    def resource(self, uri, body, date="2014-03-02T10:00:00Z", kind="image/png", **warc):
        self.record("resource", uri, body, {"WARC-Date": date, "Content-Type": kind, **warc})

    def record(self, kind, uri, block, head):
        names = {"WARC-Type": kind, "WARC-Target-URI": uri, **head, "Content-Length": len(block)}
        text = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        data = f"WARC/1.0\r\n{text}\r\n".encode() + block + b"\r\n\r\n"
        self.pieces.append(gzip.compress(data) if self.gz else data)

    @property
    def data(self):
        return b"".join(self.pieces)


def logical(archive):
    """Return what an archive holds, table by table, without what passes."""
    found = {}
    for (table,) in archive.all(_OWN_TABLES + " order by name"):
        columns = [row["name"] for row in archive.all(f"pragma table_xinfo({table})")]
        # The columns _PASSING names are told apart by table: only a source is counted.
        left_out = _PASSING if table == "source" else {"seen_at"}
        kept = [column for column in columns if column not in left_out]
        rows = archive.all(f"select {', '.join(kept)} from {table}")
        found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found


@pytest.fixture
def text_clock():
    return TextClock()


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory):
    """Open archives with nothing in them: copies of one, for to make each would take 16 ms."""
    made = tmp_path_factory.mktemp("empty") / "archive.db"
    Archive.open(made).close()
    nothing_in_it = made.read_bytes()

    def opened(path, clock=utc_now):
        path.write_bytes(nothing_in_it)
        return Archive.open(path, clock)

    return opened


@pytest.fixture
def archive(tmp_path, text_clock, empty_archive):
    with empty_archive(tmp_path / "archive.db", text_clock) as opened:
        yield opened


@pytest.fixture(scope="session")
def reader():
    return Reader()


@pytest.fixture(scope="session")
def make():
    return Maker()


@pytest.fixture
def warc():
    return WarcMaker


@pytest.fixture(scope="session")
def contents():
    return logical


@pytest.fixture(scope="session")
def sample_zip():
    (path,) = (FIXTURES / "mozilla-export/good/one-learner").glob("*.zip")
    return path


@pytest.fixture(scope="session")
def sample_dump():
    return next((FIXTURES / "mozilla-mysql").glob("*/sample/*.sql*"))


@pytest.fixture(scope="session")
def old_archive():
    """Make an archive of an earlier schema version, as a program of that time left it."""

    def made(path, version=1):
        script = FIXTURES / f"archive/v{version}/archive.sql"
        conn = sqlite3.connect(path, isolation_level=None)
        conn.executescript(script.read_text(encoding="utf-8"))
        conn.close()
        return path

    return made


@pytest.fixture(autouse=True)
def _no_keyring_but_a_tests_own(monkeypatch):
    """Let no test ask the keyring of who runs it, nor one that an earlier test has made."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    if "keyring.core" in sys.modules:
        monkeypatch.setattr(sys.modules["keyring.core"], "_keyring_backend", None)


@pytest.fixture
def memory():
    """Put a keyring in place that holds what it is given for as long as the test runs."""
    import keyring  # noqa: PLC0415 - slow, and few tests need one
    import keyring.errors  # noqa: PLC0415 - as above

    class Memory(keyring.backend.KeyringBackend):
        priority = 1

        def __init__(self):
            super().__init__()
            self.held = {}

        def get_password(self, service, username):
            return self.held.get((service, username))

        def set_password(self, service, username, password):
            self.held[service, username] = password

        def delete_password(self, service, username):
            if (service, username) not in self.held:
                raise keyring.errors.PasswordDeleteError("not there")
            del self.held[service, username]

    before = keyring.core._keyring_backend
    backend = Memory()
    keyring.set_keyring(backend)
    yield backend
    keyring.core._keyring_backend = before
