"""`verify` as a person uses it, against the rehearsal's web of issuers."""

from __future__ import annotations

import json
import signal
import threading

import pytest
from werkzeug import Response

from migrator.cli import verify as command


@pytest.fixture
def archived(run, demo_data):
    run("archive", demo_data / "mozilla-export.zip", expected=3)


@pytest.fixture
def via(rehearsal):
    return rehearsal.web_url


def test_every_badge_and_address_is_accounted_for(run, archived, via):
    said = run("verify", "--via", via).out
    lines = said.splitlines()
    assert "  CSS Stylist: alive and unchanged\n" in said
    assert "  Academic Writing: alive and unchanged\n" in said
    assert "      The badge has expired, and the backpack refuses expired badges.\n" in said
    assert "1 badge revoked by the issuer. The issuer has taken the badge back." in said
    assert lines[-3].endswith("; missing: 0.")
    assert lines[-3].startswith("31 addresses on 4 hosts = ")
    assert lines[-2] == (
        "11 badges = 1 revoked by the issuer + 2 on a host that does not answer (nobody there)"
        " + 8 alive and unchanged; missing: 0."
    )
    assert lines[-1] == "Next: badge-migrator recover"
    assert "What next: Only the issuer can award it again. (Who can: the issuer.)" in said
    assert "wherever it is served: The badge has expired" in said


def test_a_second_run_says_that_nothing_had_to_be_asked(run, archived, via):
    first = run("verify", "--via", via, "--json").json
    second = run("verify", "--via", via).out.splitlines()
    assert second[-3] == "31 addresses on 4 hosts = 31 asked a short while ago; missing: 0."
    again = run("verify", "--via", via, "--again", "--json").json
    assert again["books"]["fresh"] == 0
    assert again["fates"] == first["fates"] == {"alive": 8, "host_silent": 2, "revoked": 1}
    assert run("check").code == 0


def test_a_rehearsal_is_not_taken_for_the_real_web(run, archived, via, httpserver):
    said = run("verify", "--via", via).out
    assert f"These are answers of {via}, not of the real hosts" in said
    other = run("verify", "--via", httpserver.url_for(""), "--json", expected=4).json
    assert other["books"]["fresh"] == 0


def test_one_learner_one_host(run, archived, via):
    said = run("verify", "--via", via, "--learner", "maria@example.org", "--json").json
    assert said["badges"] == 11
    said = run("verify", "--via", via, "--host", "academy.example.net", "--again", "--json").json
    assert (said["badges"], said["hosts"]) == (2, 1)
    assert said["fates"] == {"host_silent": 2}
    failed = run("verify", "--learner", "nobody@example.org", expected=2)
    assert "known as nobody@example.org." in failed.err


def test_an_archive_without_badges_has_nothing_to_ask(run, tmp_path):
    lines = run("verify", "-a", tmp_path / "empty.db").out.splitlines()
    assert lines[0] == "0 addresses on 0 hosts = 0; missing: 0."
    assert lines[-1] == "Next: badge-migrator plan --to DESTINATION"


def test_what_could_not_answer_now_ends_with_4(run, archived, httpserver):
    httpserver.expect_request("/assertions/css-maria.json").respond_with_data("", status=503)
    lines = run("verify", "--via", httpserver.url_for(""), expected=4).out.splitlines()
    assert "on a host that is down for now" in lines[-2]
    assert lines[-1] == "Next: badge-migrator verify, later: some hosts could not answer now."


def test_a_host_that_wants_to_be_left_alone_is_named(run, archived, httpserver):
    busy = Response(status=429, headers={"Retry-After": "3000"})
    httpserver.expect_request("/assertions/css-maria.json").respond_with_response(busy)
    said = run("verify", "--via", httpserver.url_for(""), expected=4).out
    assert "badges.webmaking.example.org asked us to stay away for a while" in said
    assert "left for later" in said


def test_ctrl_c_stops_and_the_same_command_goes_on(start, archived, run, httpserver):
    begun, over = threading.Event(), threading.Event()

    def answer(_):
        begun.set()
        over.wait(20)
        return Response(status=404)

    httpserver.expect_request("/assertions/css-maria.json").respond_with_handler(answer)
    process = start("verify", "--via", httpserver.url_for(""), "--json")
    assert begun.wait(20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    over.set()
    assert process.returncode == 130, err
    assert "Stopping after the requests under way" in err
    said = json.loads(out)
    assert said["interrupted"]
    assert said["books"]["left"] > 0
    assert said["badges"] == sum(said["fates"].values()) == 11
    # What was answered counts; the rest of it follows.
    following = run("verify", "--via", httpserver.url_for(""), "--json", expected=4).json
    assert following["books"]["left"] == 0


def test_books_that_do_not_balance_are_a_failure():
    class Surveyed:
        interrupted = False

        class books:  # noqa: N801 - stands in for an attribute
            balances = False

    assert command._exit_code(Surveyed, Surveyed.books) == 1


def test_plan_needs_not_ask_again(run, archived, rehearsal, via, as_if_real):
    run("verify", "--via", via)
    as_if_real()
    fetched = dict(rehearsal.hosted.fetched)
    destination = f"badgr:{rehearsal.url}"
    run("login", destination, "--as", "maria@example.org")
    said = run("plan", "--to", destination).out
    assert dict(rehearsal.hosted.fetched) == fetched
    assert "The issuer's web site no longer answers" in said
