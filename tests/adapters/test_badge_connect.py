"""Badge Connect live over real HTTP, and what is kept of an answer."""

from __future__ import annotations

import json

import pytest
from migrator.adapters._badge_connect_answers import badge_of
from typer.testing import CliRunner

from migrator.archive.archive import Archive
from migrator.cli.app import app
from migrator.errors import SourceUnreadable
from migrator.sources.jsontext import Item

TOKEN = "t0k3n-of-ada"


@pytest.fixture
def _no_network():
    """Lift the guard of this folder: the host is on the loopback."""


def assertion(number):
    return {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": f"https://school.example.org/a/{number}",
        "badge": "https://school.example.org/b/1",
        "recipient": {"type": "email", "hashed": False, "identity": "ada@example.org"},
        "verification": {"type": "HostedBadge"},
        "issuedOn": "2020-01-01T00:00:00Z",
    }


def answer(*results):
    return {"status": {"error": None, "statusCode": 200, "statusText": "OK"}, "results": results}


def archived(httpserver, path, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", f"Bearer {TOKEN}")
    source = f"badge-connect:{httpserver.url_for('')}".rstrip("/")
    return CliRunner().invoke(app, ["archive", source, "--as", "ada@example.org", "-a", str(path)])


def test_a_live_host_is_read_page_by_page_with_the_token_of_the_environment(
    httpserver, tmp_path, monkeypatch
):
    asked = {"headers": {"Authorization": f"Bearer {TOKEN}"}}
    api = httpserver.url_for("/api")
    manifest = {"badgeConnectAPI": [{"apiBase": api}]}
    httpserver.expect_request("/.well-known/badgeconnect.json").respond_with_json(manifest)
    profile = answer({"name": "Ada", "email": "ada@example.org"})
    httpserver.expect_request("/api/profile", **asked).respond_with_json(profile)
    for offset, numbers in ((0, range(100)), (100, range(100, 130))):
        httpserver.expect_request(
            "/api/assertions", query_string={"limit": "100", "offset": str(offset)}, **asked
        ).respond_with_json(answer(*map(assertion, numbers)))
    result = archived(httpserver, tmp_path / "a.db", monkeypatch)
    assert result.exit_code == 0, result.output
    assert TOKEN not in result.output
    with Archive.read(tmp_path / "a.db") as archive:
        assert archive.all("select count(*) from assertion")[0][0] == 130
        names = [row[0] for row in archive.all("select name from learner")]
        assert names == ["Ada"]


def test_a_host_that_speaks_something_else_says_so(httpserver, tmp_path, monkeypatch):
    httpserver.expect_request("/.well-known/badgeconnect.json").respond_with_json({"hello": 1})
    result = archived(httpserver, tmp_path / "a.db", monkeypatch)
    assert isinstance(result.exception, SourceUnreadable)
    assert "does not say where its Badge Connect API is" in str(result.exception)


def test_the_answer_is_kept_word_for_word_in_the_derived_document():
    data = json.dumps({**assertion(1), "extensions:x": {"a": 1}}).encode()
    found = badge_of("x", Item("json", "", json.loads(data), data))
    kept = json.loads(found.assertion)["madeFromRows"]["unread"]["as the host wrote it"]
    assert kept.encode() == data
    assert (found.holder, found.hosted_url) == (
        "ada@example.org",
        "https://school.example.org/a/1",
    )
