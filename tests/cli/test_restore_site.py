"""A dead issuer's files, its letter, and the badge moved after all: at the command line."""

from __future__ import annotations

import json
import signal
import socket
import zipfile
from pathlib import Path

import pytest
import requests

from migrator.archive.archive import Archive
from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.openbadges.baking import bake

DEAD, JOERG = "academy.example.net", "joerg@example.net"
PHOTO = f"https://{DEAD}/assertions/photo-joerg.json"
ARCHIVE = Path("badge-archive.db")


@pytest.fixture
def dump(run, demo_data):
    run("archive", demo_data / "backpack.sql")


def said(url, outcome):
    with Archive.open(ARCHIVE) as opened:
        webanswers.keep(opened, [WebAnswer(url, "live", "assertion", outcome)])


def test_without_a_host_the_hosts_are_listed(run, dump):
    listed = run("export", "restore-site")
    assert f"{DEAD}                 1 badge  not asked yet" in listed.out
    assert listed.out.endswith("4 hosts, 9 badges. Next: badge-migrator verify\n")
    said(PHOTO, "no_such_host")
    said("http://club.example.com/assertions/robots-joerg.json", "alive")
    said("https://college.example.edu/assertions/essay-aiko.json", "gone")
    said("https://badges.webmaking.example.org/assertions/css-joerg.json", "down")
    again = run("export", "restore-site")
    assert "dead: there is no such web site any more (asked 2" in again.out
    assert "alive (asked 2" in again.out
    assert "answers, but 1 of 1 addresses are gone" in again.out
    assert "did not answer properly" in again.out
    assert f"--host {DEAD}" in again.out.splitlines()[-1]
    facts = run("export", "restore-site", "--json").json
    assert facts["hosts"][2]["outcomes"] == {"no_such_host": 1}
    assert not Path("restore-site").exists()


def test_an_archive_without_addresses_says_so(run, tmp_path):
    Archive.open(tmp_path / "badge-archive.db").close()
    assert "No badge in the archive says where it is hosted." in run("export", "restore-site").out


def test_a_dead_issuers_badge_is_moved_after_all(run, start, dump, rehearsal, imported):
    to = f"badgr:{rehearsal.url}"
    run("login", to, "--as", JOERG)
    run("plan", "--to", to, "--check", "--via", rehearsal.web_url)
    assert (
        "host_dead"
        in run("status", JOERG).out
        + run("plan", "--to", to, "--check", "--via", rehearsal.web_url).out
    )
    done = run("export", "restore-site", "--host", DEAD)
    assert "1 badge = 1 with all they need here + 0 lacking something; 4 files" in done.out
    site = start("rehearse", "site", "restore-site", "--port", 0, "--json")
    web = json.loads(site.stdout.readline())
    assert (web["hosts"], web["addresses"], web["changed"]) == ([DEAD], 4, [])
    backpack = start(
        *("rehearse", "serve", "--via", web["url"], "--account", JOERG),
        *("--port", 0, "--web-port", 0, "--json"),
    )
    there = json.loads(backpack.stdout.readline())
    assert there["web_url"] == web["url"]
    new = f"badgr:{there['url']}"
    run("login", new, "--as", JOERG)
    run("plan", "--to", new, "--check", "--via", web["url"])
    run("push", "--to", new, expected=3)
    held = requests.get(f"{there['url']}/__rehearsal__/", timeout=10).json()["accounts"][0]
    assert held["open_badge_ids"] == [PHOTO]
    site.send_signal(signal.SIGINT)
    assert "no longer served" in site.communicate(timeout=20)[1]


def test_people_are_told_how_to_try_a_site(run, start, dump):
    run("export", "restore-site", "--host", DEAD, "--to", "out")
    for number in range(22):
        (Path("out") / DEAD / f"site/{number}").touch()
    (Path("out") / DEAD / "site/issuer.json").write_text("changed")
    site = start("rehearse", "site", "out", "--port", 0, "--from-archive", ARCHIVE)
    lines = [site.stdout.readline() for _ in range(7)]
    assert any("curl -i -H 'Host: academy.example.net'" in line for line in lines)
    assert any("site/issuer.json is not what the manifest says" in line for line in lines)


def test_a_port_in_use_and_no_site_are_usage_errors(run, dump):
    run("export", "restore-site", "--host", DEAD)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("rehearse", "site", "restore-site", "--port", taken.getsockname()[1], expected=2)
    assert "--port" in ran.err
    assert "export restore-site" in run("rehearse", "site", "nowhere", expected=2).err


def test_missing_files_and_what_was_left_out_are_told(run, demo_data, sample_dump):
    run("archive", demo_data / "mozilla-export.zip", sample_dump, expected=3)
    ran = run("export", "restore-site", "--host", DEAD, "--to", "out", expected=3)
    assert "lacking something" in ran.out
    assert "missing that badges need: see MISSING.txt" in ran.out
    assert "1 badge left out that learners had deleted" in ran.out
    every = run("export", "restore-site", "--host", "all", "--zip", "--to", "zips", expected=3)
    assert "rehearse site zips" in every.out
    assert len(list(Path("zips").glob("*.zip"))) == 29
    facts = run("export", "restore-site", "--host", "all", "--to", "x", "--json", expected=3).json
    assert sum(one["badges"] for one in facts["hosts"]) >= 40


def test_damage_is_told_with_its_own_exit_code(run, dump):
    with Archive.open(ARCHIVE) as opened, opened.writing() as conn:
        conn.execute("update document set content = '{}', frame_id = null")
    ran = run("export", "restore-site", "--host", DEAD, expected=6)
    assert PHOTO in ran.err


def test_odd_addresses_are_told(run, make, tmp_path):
    url = "https://ann:secret@issuer.example/1.json"
    document = make.assertion(1, id=url, verify={"type": "hosted", "url": url})
    (tmp_path / "a.png").write_bytes(make.baked(1, id=url, verify=document["verify"]))
    run("archive", "a.png")
    ran = run("export", "restore-site")
    assert "No server could serve https://***@issuer.example/1.json" in ran.out


def test_a_learners_letter_goes_with_its_zip(run, dump):
    said(PHOTO, "host_silent")
    ran = run("letter", "--badge", "Photo", "--to", "letter.txt")
    assert "send academy.example.net.zip with it" in ran.out
    text = Path("letter.txt").read_text(encoding="utf-8")
    assert text.startswith("To: badges@academy.example.net\n")
    assert "Jörg Weber, joerg@example.net" in text
    assert "no longer answers" in text
    with zipfile.ZipFile(f"{DEAD}.zip") as pack:
        assert f"{DEAD}/README.txt" in pack.namelist()
        assert f"{DEAD}/site/issuer.json" in pack.namelist()
    run("letter", "--badge", PHOTO, "--to", "letter.txt")
    changed = ("letter", "--host", DEAD, "--to", "letter.txt")
    assert "--replace" in run(*changed, expected=2).err
    run(*changed, "--replace")
    assert "Learners of ours hold a badge" in Path("letter.txt").read_text(encoding="utf-8")


def test_a_letter_can_be_looked_at_first(run, dump):
    ran = run("letter", "--learner", JOERG, "--host", DEAD, "--format", "html")
    assert ran.out.startswith("<!doctype html>")
    assert "Nobody has asked yet" in ran.err
    assert not Path(f"{DEAD}.zip").exists()
    facts = run("letter", "--host", "club.example.com", "--json").json
    assert facts["letter"].startswith("Subject:")
    assert (facts["badges"], facts["zip"], facts["reason"]) == (2, None, None)
    assert "name no e-mail address" in run("letter", "--host", "club.example.com").err


def test_the_reason_can_come_from_a_plan_that_asked(run, dump, rehearsal, as_if_real):
    to = f"badgr:{rehearsal.url}"
    run("login", to, "--as", JOERG)
    run("plan", "--to", to, "--check", "--via", rehearsal.web_url)
    as_if_real()
    assert run("letter", "--badge", "Photo", "--json").json["reason"] == "host_silent"


def test_it_must_be_said_which_badges_a_letter_is_about(run, dump):
    assert "--badge" in run("letter", expected=2).err
    assert "several hosts" in run("letter", "--learner", JOERG, expected=2).err
    assert "text, md or html" in run("letter", "--host", DEAD, "--format", "pdf", expected=2).err
    assert "Nobody" in run("letter", "--learner", "x@example.org", expected=2).err


def test_no_letter_is_written_for_badges_without_an_address(run, tmp_path, make):
    document = {"recipient": "ann@example.org", "badge": {"name": "Old", "issuer": {}}}
    (tmp_path / "a.png").write_bytes(bake(make.png(), json.dumps(document)))
    run("archive", "a.png")
    assert "do not say where" in run("letter", "--badge", "Old", expected=2).err
