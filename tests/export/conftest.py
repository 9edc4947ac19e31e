"""What the tests of exports share: every fixture as a case, damage, and an index read back."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrator.sources import registry

FIXTURES = Path(__file__).parents[2] / "fixtures"


@dataclass(frozen=True)
class Case:
    adapter: object
    folder: Path

    @property
    def input(self):
        (path,) = (path for path in self.folder.iterdir() if path.name != "expected.json")
        return path


def every_case():
    template = importlib.import_module("migrator.adapters._template").BadgeUrls()
    return [
        Case(adapter, folder)
        for adapter in [*registry.adapters(), template]
        for folder in sorted((FIXTURES / adapter.name).glob("*/*"))
        if folder.is_dir() and folder.parent.name in ("good", "warn", "bad")
    ]


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        cases = every_case()
        names = [f"{one.adapter.name}-{one.folder.parent.name}-{one.folder.name}" for one in cases]
        metafunc.parametrize("case", cases, ids=names)


class Damage:
    """Changes bytes of an archive behind its back."""

    def __call__(self, archive, sql, *values):
        with sqlite3.connect(archive.path) as conn:
            changed = conn.execute(sql, values).rowcount
        conn.close()
        assert changed > 0


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tree(folder):
    """Return every file under a folder with its digest and the moment it was last written."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def signed(document):
    parts = (json.dumps({"alg": "RS256"}).encode(), json.dumps(document).encode(), b"signature")
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


@pytest.fixture(scope="session")
def cases():
    return every_case()


@pytest.fixture(scope="session")
def damage():
    return Damage()


@pytest.fixture(scope="session")
def index():
    return rows_of


@pytest.fixture(scope="session")
def files():
    return tree


@pytest.fixture(scope="session")
def sign():
    return signed


@pytest.fixture(scope="session")
def demo_zip():
    return FIXTURES / "demo" / "mozilla-export.zip"


@pytest.fixture(scope="session")
def demo_dump():
    return FIXTURES / "demo" / "backpack.sql"
