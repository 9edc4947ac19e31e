"""Saved pages of the Backpack: what is taken from them, byte for byte, and what is never."""

from __future__ import annotations

import importlib.util
import json
import time
from importlib import import_module
from pathlib import Path

import pytest

from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources.division import read_place
from migrator.sources.found import Found, FoundCollection, Problem
from migrator.sources.place import open_place

MozillaPages = import_module("migrator.adapters.mozilla_pages").MozillaPages
saved_page = import_module("migrator.adapters._saved_page")
html = import_module("migrator.adapters._mozilla_html")


@pytest.fixture(scope="module")
def made():
    """The script that made the fixtures: it knows what was put into them."""
    path = Path(__file__).parents[2] / "fixtures/mozilla-pages/make.py"
    spec = importlib.util.spec_from_file_location("make_pages", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def read(tmp_path):
    def read(page, name="page.html"):
        path = tmp_path / name
        path.write_bytes(page if isinstance(page, bytes) else page.encode())
        with open_place(path) as place:
            return list(read_place(place, MozillaPages()))

    return read


def badges(outcomes):
    return [one for one in outcomes if isinstance(one, Found)]


def codes(outcomes):
    return [one.code for one in outcomes if isinstance(one, Problem)]


def test_the_original_assertion_comes_back_with_the_hash_of_its_recipient(made, read):
    (found,) = badges(read(made.layout(made.own([made.hosted(3, "a")]))))
    assert found.assertion == made.compact(made.body("a")).encode()
    assert found.warnings == ()


@pytest.mark.parametrize("page", ["own", "scripts"])
def test_what_a_web_archive_has_rewritten_is_undone_exactly(made, read, page):
    plain = made.layout(getattr(made, page)([made.hosted(3, "a")]))
    rewritten = made.archived(plain)
    assert "web.archive.org" in rewritten
    assert badges(read(rewritten)) == badges(read(plain))


def test_an_address_in_a_web_archive_that_the_issuer_meant_stays(made, read):
    body = made.body("a")
    body["evidence"] = "https://web.archive.org/web/20140101000000/https://work.example.org/"
    (found,) = badges(read(made.layout(made.own([made.row(3, body, None)]))))
    assert json.loads(found.assertion)["evidence"] == body["evidence"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://web.archive.org/web/20140302101112/http://a.example.org/x?y=1", "http://a.example.org/x?y=1"),
        ("/web/20140302101112im_/https://a.example.org/b.png", "https://a.example.org/b.png"),
        ("//web.archive.org/web/2014/http:/a.example.org/b", "http://a.example.org/b"),
        ("https://wayback.archive-it.org/1234/20140302101112/http://a.example.org/", "http://a.example.org/"),
        ("http://a.example.org/web/20140302101112/http://b.example.org/", "http://a.example.org/web/20140302101112/http://b.example.org/"),
        ("/web/skills", "/web/skills"),
    ],
)  # fmt: skip
def test_addresses_of_web_archives(written, meant):
    assert saved_page.original_url(written) == meant


def test_a_row_without_fingerprint_that_fits_is_told_to_be_changed(made, read):
    row = {**made.hosted(3, "a"), "body_hash": "0" * 64}
    (found,) = badges(read(made.layout(made.own([row]))))
    assert [warning.code for warning in found.warnings] == ["body_changed"]


def test_what_a_shared_page_says_is_one_openly_derived_document(made, read):
    collection, found = read(made.shared_2018())
    assert isinstance(collection, FoundCollection)
    assert found.hosted_url == "https://badges.example.net/a.json"
    document = json.loads(found.assertion)
    assert document["madeFromRows"]["note"].startswith("Made by badge-migrator")
    assert document["recipient"]["identity"] == made.MAIL
    assert document["badge"]["criteria"]["id"] == "http://badges.example.net/a"
    assert document["badge"]["issuer"]["url"] == "https://badges.example.net"
    assert document["image"] == f"{made.HOST}/images/badge/{'ab' * 32}.png"
    assert document["issuedOn"] == "2014-05-13T00:00:00Z"
    assert found.memberships[0].story == "I made a page & it worked."


def test_words_of_a_shared_page_that_have_no_place_are_kept_beside(made, read):
    (found,) = badges(read(made.shared_2013()))
    document = json.loads(found.assertion)
    assert document["madeFromRows"]["unread"] == {
        "organization": "Web Crafts",
        "issued": "Wed Mar 14 2012",
        "story": "My first badge.",
    }
    assert document["badge"]["issuer"] == {"type": "Issuer", "name": "Old School"} | {
        "url": "http://old.example.com'"
    }
    assert read_badge(Pieces(found.assertion)).assertion.badge_class.name == "HTML Basic"


def test_no_token_of_the_session_is_yielded(made, read):
    page = made.layout(made.own([made.hosted(3, "a")], [(4, "One", True, [])]))
    assert "SECRET-OF-THE-SESSION" in page
    assert "SECRET-OF-THE-SESSION" not in repr(read(page))


def test_a_badge_on_two_pages_of_a_folder_is_one_outcome_each(made, tmp_path):
    page = made.layout(made.own([made.hosted(3, "a")]))
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text(page)
    (tmp_path / "notes.html").write_text("<title>My notes</title>")
    with open_place(tmp_path) as place:
        assert MozillaPages().detect(place).confidence == 94
        outcomes = list(read_place(place, MozillaPages()))
    assert [found.locator.rpartition("/")[2] for found in badges(outcomes)] == [
        "a.html, badge 3",
        "b.html, badge 3",
    ]
    assert codes(outcomes) == ["unknown_file"]


@pytest.mark.parametrize(
    "text",
    [
        "<a href='" * 50_000,
        "<!--" * 100_000,
        "<b>x" * 100_000,
        "<![CDATA[>" * 40_000,
        "x" * (17 << 20),
    ],
    ids=["quotes", "comments", "nested", "sections", "long"],
)
def test_a_page_that_was_made_to_keep_the_parser_busy_does_not(made, read, text):
    started = time.monotonic()
    (problem,) = read("<title>Mozilla Backpack</title>" + text)
    assert time.monotonic() - started < 5
    assert problem.code in ("page_unreadable", "no_badges_on_page")


def test_parts_nested_without_end_are_a_problem(read):
    head = b"MIME-Version: 1.0\r\n"
    data = b"Snapshot-Content-Location: https://backpack.openbadges.org/\r\n" + head
    for number in range(1200):
        kind = b"multipart/related; boundary=%d" % number
        data += b"Content-Type: " + kind + b"\r\n\r\n--%d\r\n" % number
    assert codes(read(data, "page.mhtml")) == ["page_unreadable"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_pages_in_other_encodings_are_read(made, read, encoding):
    row = {**made.hosted(3, "a"), "awarded_to_email_address": "añada@example.org"}
    page = made.layout(made.own([row]))
    (found,) = badges(read(page.encode(encoding)))
    assert found.holder == "añada@example.org"


def test_what_cannot_be_opened_is_a_problem(tmp_path):
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "page.html").symlink_to(tmp_path / "real.txt")
    with open_place(tmp_path) as place:
        assert MozillaPages().detect(place) is None


def test_an_odd_address_of_a_picture_is_no_trouble():
    assert saved_page.file_name("http://[oops/a.png") == "a.png"
    assert html.image_url("/images/logo.png") == f"{html.HOST}/images/logo.png"


def test_the_row_of_a_shared_badge_in_a_script_needs_an_object(made, read):
    page = made.layout("<script>window.badgeData[1] = nothing; window.badgeData[2] = {};</script>")
    assert codes(read(page)) == ["no_badges_on_page"]


def test_a_row_that_is_a_list_is_a_problem(made, read):
    page = made.layout('<div class="openbadge" data-id="1" data-serialization="[1]"></div>')
    assert codes(read(page)) == ["row_unreadable"]
