"""`recover` at the command line, with a web archive on this computer."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import signal
import time
from pathlib import Path

import pytest
from werkzeug import Response

from migrator.archive.archive import Archive
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.recover import service
from migrator.sources.found import Found

HEADER = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]


@pytest.fixture
def lost(reader, make, tmp_path):
    """An archive of two badges whose addresses are gone."""
    path = tmp_path / "badges.db"
    with Archive.open(path) as opened:
        found = [
            Found(f"badge {n}", hosted_url=make.url(n), holder=f"{who}@example.org")
            for n, who in ((1, "ann"), (5, "bob"))
        ]
        reader.outcomes(opened, tmp_path, found)
        gone = [WebAnswer(make.url(n), "live", "assertion", "gone") for n in (1, 5)]
        webanswers.keep(opened, gone)
    return path


@pytest.fixture
def web(httpserver, make, monkeypatch):
    """A web archive that has the assertion and badge class of the first badge."""
    monkeypatch.setattr(service, "PER_MINUTE", 60_000)
    kept = {
        make.url(1): make.json(make.assertion(1)),
        "https://issuer.example/classes/1.json": make.json(make.badge_class(1)),
    }

    def answer(request):
        if request.path.startswith("/cdx"):
            url = request.args["url"]
            sha1 = hashlib.sha1(kept.get(url, b""), usedforsecurity=False).digest()
            digest = base64.b32encode(sha1).decode()
            row = ["org,x)/", "20150601000000", url, "application/json", "200", digest, "1"]
            return Response(json.dumps([HEADER, row] if url in kept else []))
        return Response(kept[request.path.partition("id_/")[2]], content_type="application/json")

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    return httpserver.url_for("").rstrip("/")


def test_what_is_found_is_said_and_counted(run, lost, web):
    ran = run("recover", "-a", lost, "--from-web-archive", web)
    lines = ran.out.splitlines()
    assert lines[0] == f"Asking {web}, at most once a second."
    assert lines[1].startswith(
        "  found again: assertion https://issuer.example/assertions/1.json (saved 2015-06-01"
    )
    assert "  not found: assertion https://issuer.example/assertions/5.json" in ran.out
    assert lines[-4:-1] == [
        "2 badges with 6 addresses = 0 not lost + 0 never verified + 6 looked for.",
        "6 looked for = 2 found again now + 4 found nowhere; missing: 0.",
        (
            "2 documents are found again (1 assertion, 1 badge class). They let you restore the"
            " site (`export restore-site`), but no backpack takes a badge for their sake: it asks"
            " the issuer's host, and believes nobody else."
        ),
    ]
    assert lines[-1] == "Next: badge-migrator export restore-site --host issuer.example"


def test_the_web_archive_can_be_set_once_for_all(run, lost, web, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_WEB_ARCHIVE", web)
    ran = run("recover", "-a", lost, "--json")
    assert ran.json["type"] == "recover"
    assert (ran.json["found_again"], ran.json["lost"], ran.json["balances"]) == (2, 6, True)
    first = ran.json["answers"][0]
    assert (first["outcome"], first["origin"]) == ("recovered", "wayback")


def test_one_learner_one_host_and_a_limit(run, lost, web):
    words = ("recover", "-a", lost, "--from-web-archive", web, "--json")
    found = run(*words, "--learner", "bob@example.org").json
    assert (found["badges"], found["found_again"]) == (1, 0)
    assert run(*words, "--host", "other.example").json["addresses"] == 0
    left = run(*words, "--limit", 1, expected=4).json
    assert left["states"]["left"] >= 1
    assert run(*words, "--host", "http://issuer.example/x").json["addresses"] > 0


def test_a_learner_nobody_knows_is_said(run, lost, web):
    words = ("recover", "-a", lost, "--from-web-archive", web)
    ran = run(*words, "--learner", "zoe@example.org", expected=2)
    assert "known as zoe@example.org." in ran.err


def test_what_is_no_host_is_said(run, lost):
    ran = run("recover", "-a", lost, "--host", "[", expected=2)
    assert "'[' is no host." in ran.err
    assert "Give a name such as badges.example.org." in ran.err


def test_a_mistyped_archive_is_not_made(run, web, tmp_path):
    ran = run("recover", "-a", tmp_path / "typo.db", "--from-web-archive", web, expected=2)
    assert "There is no archive at" in ran.err
    assert not (tmp_path / "typo.db").exists()


def test_a_mistyped_web_archive_is_said_before_it_is_asked(run, lost):
    ran = run("recover", "-a", lost, "--from-web-archive", "web.archive.org", expected=2)
    assert "web.archive.org is no address of a web archive" in ran.err


@pytest.fixture
def warc(tmp_path, make):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    block += make.json(make.assertion(1))
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {make.url(1)}\r\n"
    head += f"WARC-Date: 2014-01-01T00:00:00Z\r\nContent-Length: {len(block)}\r\n\r\n"
    path = tmp_path / "site.warc.gz"
    path.write_bytes(gzip.compress(head.encode() + block + b"\r\n\r\n"))
    return path


def test_with_files_nobody_is_asked(run, lost, warc, web, monkeypatch, httpserver):
    monkeypatch.setenv("BADGE_MIGRATOR_WEB_ARCHIVE", web)
    ran = run("recover", "-a", lost, "--warc", warc)
    assert "found again: assertion" in ran.out
    assert "1 document is found again (1 assertion). It lets you restore the site" in ran.out
    assert "from site.warc.gz" in ran.out
    assert httpserver.log == []


def test_files_come_first_and_a_web_archive_that_is_named_second(run, lost, warc, web):
    ran = run("recover", "-a", lost, "--warc", warc, "--from-web-archive", web)
    assert "found again: badge class" in ran.out
    assert "6 looked for = 2 found again now + 4 found nowhere; missing: 0." in ran.out


def test_broken_files_are_named(run, lost, tmp_path, monkeypatch):
    monkeypatch.setattr("migrator.recover.offline._LISTED", 1)
    files = [tmp_path / "a.warc", tmp_path / "b\x1b[2J.warc"]
    for path in files:
        path.write_bytes(b"no WARC")
    ran = run("recover", "-a", lost, "--warc", files[0], "--warc", files[1], expected=3)
    assert "problem: a.warc: This is no WARC file." in ran.out
    assert "and 1 more problems" in ran.out
    assert "\x1b" not in ran.out
    assert "the issuer's own backup" in ran.out
    missing = run("recover", "-a", lost, "--warc", Path("nothing.warc"), expected=2)
    assert "no file or folder named nothing.warc" in missing.err


def test_the_last_line_says_what_is_next(run, lost, web, httpserver, tmp_path, reader, make):
    words = ("recover", "-a", lost, "--from-web-archive", web, "--learner", "bob@example.org")
    assert "a WARC file of the site (--warc FILE)" in run(*words).out.splitlines()[-1]
    fresh = tmp_path / "fresh.db"
    with Archive.open(fresh) as opened:
        reader.outcomes(opened, tmp_path, [make.found(1)])
    ran = run("recover", "-a", fresh, "--from-web-archive", web)
    assert "Next: badge-migrator verify" in ran.out.splitlines()[-1]
    with Archive.open(fresh) as opened:
        for (url,) in opened.all("select distinct url from sighting_document where url <> ''"):
            webanswers.keep(opened, [WebAnswer(url, "live", "assertion", "alive")])
    elsewhere = run("recover", "-a", fresh, "--from-web-archive", web, "--host", "x.example")
    assert elsewhere.out.splitlines()[-1] == "Nothing is lost that could be looked for."


def test_a_dead_web_archive_is_tried_again_later(run, lost, monkeypatch):
    monkeypatch.setattr(service, "_WAITS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(service, "PER_MINUTE", 60_000)
    monkeypatch.setattr("migrator.recover.online.PATIENCE", 1)
    ran = run("recover", "-a", lost, "--from-web-archive", "http://127.0.0.1:9", expected=4)
    assert "1 without an answer + 1 left for a later run" in ran.out
    assert "left alone for now: nobody answers at this address" in ran.out


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(start, run, lost, web, httpserver):
    waiting = [Response("slow", 429, {"Retry-After": "60"})]
    httpserver.clear()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(lambda _request: waiting[0])
    words = ("recover", "-a", lost, "--from-web-archive", web)
    process = start(*words)
    line = process.stderr.readline()
    assert line == "The web archive is given 60 seconds before the next question.\n"
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert process.returncode == 130, err
    assert "Stopping after the address under way" in err
    assert "1 badge (1 more not looked at) with 1 address =" in out
    assert "1 looked for = 1 left for a later run; missing: 0." in out
    assert out.splitlines()[-1].startswith("To go on: run the same command again")


def test_the_example_in_the_docs_is_what_is_printed(run, lost, web, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "recover.md").read_text(encoding="utf-8")
    examples = re.findall(r"```console\n\$ badge-migrator (.*)\n((?s:.*?))```", page)
    monkeypatch.setenv("BADGE_MIGRATOR_WEB_ARCHIVE", web)
    monkeypatch.setenv("BADGE_MIGRATOR_ARCHIVE", str(lost))
    assert len(examples) == 2
    for command, expected in examples:
        ran = run(*command.split())
        printed = ran.out.replace(web, "https://web.archive.org")
        # Lines are folded for the page.
        assert " ".join(printed.split()) == " ".join(expected.split())
