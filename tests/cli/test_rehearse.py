from __future__ import annotations

import json
import signal
import socket

import requests


def test_a_rehearsal_says_where_it_is_and_stops_at_ctrl_c(start, demo_data):
    process = start(
        *("rehearse", "serve", "--folder", demo_data, "--account", "a@example.org,?b@example.org"),
        *("--port", 0, "--web-port", 0, "--dead", "gone.example.org", "--json"),
    )
    facts = json.loads(process.stdout.readline())
    assert facts["accounts"] == ["a@example.org"]
    assert "gone.example.org" in facts["dead"]
    assert requests.get(f"{facts['url']}/__rehearsal__/", timeout=10).json()["badges"] == 0
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "The rehearsal is over" in err


def test_a_rehearsal_serves_the_issuers_of_an_archive(run, start, demo_data):
    run("archive", demo_data / "backpack.sql")
    process = start(
        *("rehearse", "serve", "--from-archive", "badge-archive.db"),
        *("--account", "joerg@example.net", "--port", 0, "--web-port", 0, "--json"),
    )
    facts = json.loads(process.stdout.readline())
    to = f"badgr:{facts['url']}"
    run("login", to, "--as", "joerg@example.net")
    run("plan", "--to", to, "--via", facts["web_url"])
    ran = run("push", "--to", to, expected=3)
    # In this rehearsal every issuer is alive again, the one that has closed too.
    assert ran.out.count(": moved") == 4


def test_a_port_in_use_is_a_usage_error(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("rehearse", "serve", "--port", taken.getsockname()[1], expected=2)
    assert "--port" in ran.err


def test_people_are_told_what_to_type(start, demo_data):
    process = start(
        *("rehearse", "serve", "--folder", demo_data, "--account", "a@example.org"),
        *("--port", 0, "--web-port", 0),
    )
    said = [process.stdout.readline() for _ in range(7)]
    assert any("badge-migrator login badgr:http://127.0.0.1" in line for line in said)
    assert any("--via" in line for line in said)
