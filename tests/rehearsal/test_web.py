from __future__ import annotations

import json

import pytest
import requests

from migrator.rehearsal.web import Folder, HostedWeb, Page, Pages, folder_sources, kind_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def folder(tmp_path):
    files = {
        "badges.example.org/a/assertion.json": b'{"type": "Assertion"}',
        "badges.example.org/a/badge": PNG,
        "badges.example.org/index.html": b"<html>home</html>",
        "badges.example.org/assertion.php?b=12": b'{"b": 12}',
        "badges.example.org/assertion.php%3Fb=34": b'{"b": 34}',
        "badges.example.org/a b.json": b"[]",
        "localhost:8099/x.json": b"{}",
        "../outside.json": b'{"secret": 1}',
    }
    root = tmp_path / "web"
    for name, data in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return root


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "http://badges.example.org/a/assertion.json",
            (b'{"type": "Assertion"}', "application/json"),
        ),
        ("https://badges.example.org:8443/a/badge", (PNG, "image/png")),
        ("http://badges.example.org/", (b"<html>home</html>", "text/html")),
        ("http://badges.example.org/assertion.php?b=12", (b'{"b": 12}', "application/json")),
        ("http://badges.example.org/assertion.php?b=34", (b'{"b": 34}', "application/json")),
        ("http://badges.example.org/a%20b.json", (b"[]", "application/json")),
        ("http://badges.example.org/a/badge?v=2", (PNG, "image/png")),
        ("http://localhost:8099/x.json", (b"{}", "application/json")),
        ("http://badges.example.org/assertion.php?b=99", None),
        ("http://badges.example.org/nothing", None),
        ("http://badges.example.org/../../outside.json", None),
        ("http://badges.example.org/%2e%2e/%2e%2e/outside.json", None),
        ("http://../outside.json", None),
        ("http:///a", None),
    ],
)
def test_folder_gives_the_file_at_host_and_path_and_nothing_else(folder, url, expected):
    assert Folder(folder).document_at(url) == expected


def test_folder_does_not_follow_a_link_out_of_itself(folder):
    (folder / "badges.example.org" / "link.json").symlink_to(folder.parent / "outside.json")
    assert Folder(folder).document_at("http://badges.example.org/link.json") is None


def test_described_pages_can_be_odd(folder):
    described = {
        "dead": ["gone.example.org"],
        "images": {"one": "AAEC"},
        "pages": [
            {
                "url": "http://a.example.org/moved",
                "status": 302,
                "redirect": "http://b.example.org/",
            },
            {"url": "http://a.example.org/gone", "status": 410, "json": {"revoked": True}},
            {"url": "http://a.example.org/one", "image": "one", "type": "image/png"},
            {"url": "http://a.example.org/text", "text": "hello"},
        ],
    }
    (folder / "web.json").write_text(json.dumps(described))
    sources, dead = folder_sources(folder)
    assert dead == ("gone.example.org",)
    web = HostedWeb(sources)
    assert web.page_at("http://a.example.org/moved").redirect == "http://b.example.org/"
    assert web.page_at("http://a.example.org/gone").status == 410
    assert web.page_at("http://a.example.org/one") == Page(200, "image/png", b"\0\1\2")
    assert web.page_at("http://a.example.org/text").media_type == "text/html"
    assert web.page_at("http://localhost:8099/x.json").body == b"{}"
    assert web.page_at("http://nobody.example.org/") is None


def test_pages_are_documents_when_they_answer_200():
    pages = Pages(
        {"pages": [{"url": "http://a/b", "json": 1}, {"url": "http://a/c", "status": 404}]}
    )
    assert pages.document_at("http://a/b") == (b"1", "text/html")
    assert pages.document_at("http://a/c") is None


def test_kind_is_told_by_content_before_name():
    assert kind_of("a.png", b'{"a": 1}') == "application/json"
    assert kind_of("a.json", PNG) == "image/png"
    assert kind_of("key.txt", b"-----BEGIN") == "text/plain"


class Kept:
    """Stands for an archive."""

    def document_at(self, url):
        return (b'{"id": "kept"}', "application/json") if url == "https://old.org/a?b=1" else None


def get(rehearsal, url, host, scheme="http"):
    headers = {"Host": host, "X-Forwarded-Proto": scheme}
    return requests.get(rehearsal.web_url + url, headers=headers, timeout=5, allow_redirects=False)


def test_archive_answers_for_hosts_that_are_in_no_folder(start):
    rehearsal = start(folder=None, documents=Kept())
    assert get(rehearsal, "/a?b=1", "old.org", "https").json() == {"id": "kept"}
    missing = get(rehearsal, "/a?b=1", "old.org", "http")
    assert missing.status_code == 404
    assert missing.headers["Content-Type"].startswith("text/html")


def test_dead_host_hangs_up_and_can_come_back(start):
    rehearsal = start(folder=None, documents=Kept(), dead=("OLD.org",))
    with pytest.raises(requests.ConnectionError):
        get(rehearsal, "/a?b=1", "old.org:443", "https")
    control = f"{rehearsal.url}/__rehearsal__/dead"
    assert requests.post(control, json={"hosts": ["x.org"]}, timeout=5).json()["dead"] == ["x.org"]
    assert get(rehearsal, "/a?b=1", "old.org", "https").status_code == 200
    assert rehearsal.hosted.fetched == {"old.org:443": 1, "old.org": 1}


@pytest.mark.parametrize("hosts", ["x.org", [1], None])
def test_dead_hosts_must_be_a_list_of_names(start, hosts):
    rehearsal = start(dead=("a.org",))
    url = f"{rehearsal.url}/__rehearsal__/dead"
    assert requests.post(url, json={"hosts": hosts}, timeout=5).status_code == 400
    assert "a.org" in rehearsal.hosted.dead
