"""Every adapter, every fixture folder, and what stands between them and the network.

A case is a folder fixtures/<adapter>/{good,warn,bad}/<name>/ with one input (a file or a folder)
and expected.json. A new folder is a new test; a new adapter is found by its entry point.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import socket
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrator.openbadges.badge import Pieces, read_badge
from migrator.openbadges.model import Unreadable
from migrator.sources import registry
from migrator.sources.found import Found, FoundCollection, FoundFile, FoundLearner, Problem

FIXTURES = Path(__file__).parents[2] / "fixtures"


def every_adapter():
    template = importlib.import_module("migrator.adapters._template").BadgeUrls()
    return [*registry.adapters(), template]


@dataclass(frozen=True)
class Case:
    adapter: object
    folder: Path

    @property
    def expected(self):
        return json.loads((self.folder / "expected.json").read_text(encoding="utf-8"))

    @property
    def input(self):
        (path,) = (path for path in self.folder.iterdir() if path.name != "expected.json")
        return path


def every_case():
    return [
        Case(adapter, folder)
        for adapter in every_adapter()
        for folder in sorted((FIXTURES / adapter.name).glob("*/*"))
        if folder.is_dir() and folder.parent.name in ("good", "warn", "bad")
    ]


def pytest_generate_tests(metafunc):
    if "adapter" in metafunc.fixturenames:
        found = every_adapter()
        metafunc.parametrize("adapter", found, ids=[adapter.name for adapter in found])
    if "case" in metafunc.fixturenames:
        cases = every_case()
        names = [f"{c.adapter.name}/{c.folder.parent.name}/{c.folder.name}" for c in cases]
        metafunc.parametrize("case", cases, ids=names)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("an adapter asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def cases():
    return every_case()


@pytest.fixture
def all_adapters():
    return every_adapter()


@pytest.fixture
def described():
    """Return outcomes the way expected.json describes them."""
    return describe


def describe(outcomes):
    kinds = {
        FoundLearner: "learners",
        FoundCollection: "collections",
        FoundFile: "files",
        Found: "badges",
    }
    told = {"learners": [], "collections": [], "files": [], "badges": [], "problems": []}
    for outcome in outcomes:
        if isinstance(outcome, Problem):
            told["problems"].append(_problem(outcome))
        else:
            told[kinds[type(outcome)]].append(_describe(outcome))
    return told


def _describe(outcome):
    match outcome:
        case FoundLearner():
            return {
                "locator": outcome.locator,
                "addresses": list(outcome.addresses),
                "name": outcome.name,
            }
        case FoundCollection():
            return {name: getattr(outcome, name) for name in FoundCollection.__dataclass_fields__}
        case FoundFile():
            digest = hashlib.sha256(outcome.content).hexdigest()[:12]
            return {"locator": outcome.locator, "content": digest}
        case Found():
            return _badge(outcome)


def _badge(found):
    pieces = Pieces(
        assertion=found.assertion,
        badge_class=found.badge_class,
        issuer=found.issuer,
        jws=found.jws,
        hosted_url=found.hosted_url,
        image=found.image,
    )
    try:
        identity = read_badge(pieces).identity
    except Unreadable as error:
        identity = f"unreadable: {error}"
    return {
        "locator": found.locator,
        "holder": found.holder,
        "added_at": found.added_at,
        "deleted": found.deleted,
        "identity": identity,
        "image": hashlib.sha256(found.image).hexdigest()[:12] if found.image else None,
        "memberships": [
            [membership.collection_key, membership.position, membership.story]
            for membership in found.memberships
        ],
        "warnings": [_problem(warning) for warning in found.warnings],
    }


def _problem(problem):
    return {"locator": problem.locator, "code": problem.code, "severity": problem.severity.value}
