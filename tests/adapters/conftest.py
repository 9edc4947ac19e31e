"""Every adapter, every fixture folder, and what stands between them and the network.

A case is a folder fixtures/<adapter>/{good,warn,bad}/<name>/ with one input (a file or a folder)
and expected.json. A new folder is a new test; a new adapter is found by its entry point.
"""

from __future__ import annotations

import importlib
import socket
from pathlib import Path

import pytest

from migrator.sources import registry
from migrator.sources.conformance import cases

FIXTURES = Path(__file__).parents[2] / "fixtures"


def every_adapter():
    template = importlib.import_module("migrator.adapters._template").BadgeUrls()
    return [*registry.adapters(), template]


def every_case():
    return [case for adapter in every_adapter() for case in cases(adapter, FIXTURES / adapter.name)]


def pytest_generate_tests(metafunc):
    if "adapter" in metafunc.fixturenames:
        found = every_adapter()
        metafunc.parametrize("adapter", found, ids=[adapter.name for adapter in found])
    if "case" in metafunc.fixturenames:
        found = every_case()
        metafunc.parametrize("case", found, ids=[case.name for case in found])


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("an adapter asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def all_cases():
    return every_case()


@pytest.fixture
def all_adapters():
    return every_adapter()


@pytest.fixture
def fixtures_of():
    return lambda adapter: FIXTURES / adapter.name
