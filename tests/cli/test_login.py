"""Signing in: in the browser, without a password, in the right region; and a push after it."""

from __future__ import annotations

import getpass
import re
from dataclasses import replace

import pytest

from migrator.cli.rehearse import CLIENT_ID, REDIRECT
from migrator.destinations import presets
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.rehearsal.tokens import PUBLIC, Application

MARIA, JOERG = "maria@example.org", "joerg@example.net"
OF_SCHOOL = ("--client-id", CLIENT_ID, "--redirect", REDIRECT)
SCHOOL = Application(CLIENT_ID, "School", PUBLIC.scopes, "0f-sch00l", redirect_uris=(REDIRECT,))


@pytest.fixture
def school():
    """A backpack at which the school's program is known, with its secret."""
    accounts = (AccountOptions((MARIA, "maria.old@example.org"), "unknown to everybody"),)
    accounts += (AccountOptions((JOERG,), "rehearsal"),)
    with serve(RehearsalOptions(accounts=accounts, applications=(PUBLIC, SCHOOL))) as running:
        running.state.owner(MARIA).password = "rehearsal"
        yield running


def test_journey_over_badge_connect_moves_each_badge_once(
    run, rehearsal, imported, demo_data, memory, person
):
    run("archive", demo_data / "mozilla-export.zip", expected=3)
    to = f"badge-connect:{rehearsal.url}"
    anybody = person()
    entered = run("login", to, "--as", MARIA)
    assert "Say yes (Allow)" in anybody.out
    assert f"Signed in at {to} as {MARIA}; 0 badges there now." in entered.out
    assert "It may know more of your addresses" in entered.out
    planned = run("plan", "--to", to, "--via", rehearsal.web_url)
    assert "add-emails" not in planned.out
    first = run("push", "--to", to, expected=3)
    assert "HTML Basics: moved" in first.out
    arrived = imported()
    assert arrived >= 5
    sent = rehearsal.state.requests["POST /bcv1/assertions", 201]
    again = run("push", "--to", to, expected=3)
    assert ": moved" not in again.out
    assert rehearsal.state.requests["POST /bcv1/assertions", 201] == sent == arrived == imported()
    told = run("status", MARIA)
    assert f"Moved, {to}" in told.out
    assert "maria.garcia@school.example.edu" in told.out
    person()
    assert f"{arrived} badges there now" in run("login", to, "--as", MARIA).out
    assert rehearsal.state.requests["POST /o/register", 201] == 1


def test_migrate_asks_for_the_browser_once_and_not_when_it_goes_on(
    run, rehearsal, imported, demo_data, memory, person
):
    to = f"badge-connect:{rehearsal.url}"
    whole = (demo_data / "mozilla-export.zip", "--to", to, "--as", MARIA)
    anybody = person()
    run("migrate", *whole, "--via", rehearsal.web_url, expected=3)
    assert "Open this address" in anybody.out
    arrived = imported()
    assert arrived >= 5
    nobody = person(first=[""] * 9)
    again = run("migrate", *whole, "--via", rehearsal.web_url, expected=3)
    assert f"{arrived} badges there now" in again.out
    assert nobody.out == ""
    assert imported() == arrived


def test_secrets_of_a_sign_in_are_in_the_keyring_and_nowhere_else(
    run, rehearsal, memory, person, tmp_path
):
    anybody = person()
    printed = run("login", f"badge-connect:{rehearsal.url}", "--as", MARIA, "--json")
    assert printed.json["badges_there"] == 0
    assert "Open this address" in anybody.err
    assert anybody.out == ""
    kept = " ".join(memory.held.values())
    secrets = re.findall(r'"(?:access_token|refresh_token|client_secret)": "([^"]+)"', kept)
    assert len(set(secrets)) == 3
    shown = printed.out + printed.err + anybody.err
    shown += (tmp_path / "badge-archive.db").read_bytes().decode("latin-1")
    assert not any(secret in shown for secret in secrets)


def test_account_without_a_password_enters_badgr_by_the_browser_and_pushes(
    run, school, memory, person, monkeypatch
):
    monkeypatch.setenv("BADGE_MIGRATOR_CLIENT_SECRET", "0f-sch00l")
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "never-to-be-sent")
    to = f"badgr:{school.url}"
    person()
    entered = run("login", to, "--as", "Maria.Old@example.org", *OF_SCHOOL)
    assert f"Confirmed addresses: {MARIA}, maria.old@example.org" in entered.out
    monkeypatch.delenv("BADGE_MIGRATOR_CLIENT_SECRET")
    person()
    run("login", to, "--as", MARIA, "--browser")  # known from the last time
    assert run("accounts", "check", "--to", to).code == 0
    assert ("POST /o/token", 400) not in school.state.requests


def test_account_without_a_password_enters_by_the_browser_to_award(
    run, school, memory, person, monkeypatch
):
    monkeypatch.setenv("BADGE_MIGRATOR_CLIENT_SECRET", "0f-sch00l")
    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    to = f"badgr:{school.url}"
    anybody = person()
    entered = run("login", to, "--as", MARIA, "--issuer", *OF_SCHOOL)
    assert "rw%3Aissuer" in anybody.out
    assert "rw%3Abackpack" not in anybody.out
    assert "The account has no issuer yet" in entered.out
    assert [name for name, _ in memory.held if "awarding" in name] == [
        f"badge-migrator {to} (awarding)"
    ]
    nobody = run("reaward", "map", "--to", to, "--as", MARIA, expected=0)
    assert "password" not in nobody.err
    nowhere = run("login", f"badge-connect:{school.url}", "--as", MARIA, "--issuer", expected=2)
    assert "Nothing can be awarded" in nowhere.err


def test_migrate_goes_on_with_the_sign_in_of_the_browser_at_badgr_too(
    run, school, memory, person, monkeypatch, demo_data
):
    monkeypatch.setenv("BADGE_MIGRATOR_CLIENT_SECRET", "0f-sch00l")
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "never-to-be-sent")
    to = f"badgr:{school.url}"
    person()
    run("login", to, "--as", MARIA, *OF_SCHOOL)
    whole = (demo_data / "mozilla-export.zip", "--to", to, "--as", MARIA)
    again = run("migrate", *whole, "--via", school.web_url, expected=3)
    assert f"Signed in at {to} as {MARIA}" in again.out


@pytest.mark.parametrize(
    ("how", "options", "code", "said"),
    [
        ({"email": JOERG}, OF_SCHOOL, 5, f"signed in at .* as {JOERG}, not as {MARIA}"),
        ({"change": lambda _: "wr0ng-c0de-wr0ng-c0de"}, OF_SCHOOL, 5, "no good any more"),
        ({"change": lambda _: "x"}, OF_SCHOOL, 5, "no code in what was pasted"),
        ({"change": lambda _: ""}, OF_SCHOOL, 5, "run `login` at a terminal"),
        ({"change": lambda _: f"{REDIRECT}?error=access_denied"}, OF_SCHOOL, 5, "answer was no"),
        ({}, ("--browser",), 5, "give it with --client-id"),
        ({}, ("--client-id", "x"), 2, "Give the address that was registered"),
        ({}, ("--redirect", REDIRECT), 2, "--redirect is for a sign-in in the browser"),
        ({}, ("--browser", "--redirect", REDIRECT), 2, "with --client-id"),
        ({}, ("--browser", "--find-region"), 2, "--find-region and --browser do not go together"),
        ({}, ("--issuer", "--find-region"), 2, "--find-region and --issuer do not go together"),
        ({}, ("--find-region",), 2, "has no regions"),
    ],
)
def test_what_goes_wrong_is_said_with_what_to_do(
    run, school, memory, person, monkeypatch, how, options, code, said
):
    monkeypatch.setenv("BADGE_MIGRATOR_CLIENT_SECRET", "0f-sch00l")
    person(**how)
    ended = run("login", f"badgr:{school.url}", "--as", MARIA, *options, expected=code)
    assert re.search(said, ended.err)
    assert "What next: " in ended.err


def test_wrong_paste_may_be_put_right_twice(run, rehearsal, memory, person):
    anybody = person(first=["", "https://backpack.example.org/?code=of-another-day"])
    run("login", f"badge-connect:{rehearsal.url}", "--as", MARIA)
    assert "Nothing was pasted" in anybody.err


def test_person_at_a_terminal_is_asked_there(run, rehearsal, memory, person):
    anybody = person(terminal=True, first=[""])
    run("login", f"badge-connect:{rehearsal.url}", "--as", MARIA)
    assert "Address: " in anybody.out
    anybody = person(terminal=True)
    assert run("login", f"badge-connect:{rehearsal.url}", "--as", MARIA, "--json").json


@pytest.mark.parametrize("kind", ["badge-connect", "badgr"])
def test_ctrl_c_at_a_question_stops_the_command(run, rehearsal, memory, person, monkeypatch, kind):
    def stop(_=None):
        raise KeyboardInterrupt

    monkeypatch.delenv("BADGE_MIGRATOR_PASSWORD")
    monkeypatch.setattr(getpass, "getpass", stop)  # the terminal itself
    person(terminal=True, change=stop)
    ended = run("login", f"{kind}:{rehearsal.url}", "--as", MARIA, expected=130)
    assert "nobody has signed in" in ended.err


def test_program_that_is_known_no_more_registers_anew_the_next_time(run, rehearsal, memory, person):
    to = f"badge-connect:{rehearsal.url}"
    person()
    run("login", to, "--as", MARIA)
    (where,) = [key for key in memory.held if key[1] == "(this program)"]
    memory.held[where] = memory.held[where].replace('"client_secret": "', '"client_secret": "x')
    person()
    ended = run("login", to, "--as", MARIA, expected=5)
    assert "does not know this program" in ended.err
    assert where not in memory.held


def test_computer_without_a_keyring_says_that_the_sign_in_ends_with_the_command(
    run, rehearsal, person
):
    person()
    ended = run("login", f"badge-connect:{rehearsal.url}", "--as", MARIA)
    assert "has no keyring" in ended.err


# Regions


@pytest.fixture
def world(monkeypatch):
    """A service with three regions on this computer; Maria's account is in the second."""
    everywhere = [RehearsalOptions(accounts=(AccountOptions((JOERG,), "rehearsal"),))]
    everywhere += [RehearsalOptions(accounts=(AccountOptions((MARIA,), "rehearsal"),))]
    everywhere += [RehearsalOptions()]
    running = [serve(one) for one in everywhere]
    known = {one.name: one for one in presets.PRESETS}
    placed = zip(("us", "eu", "au"), running, strict=True)
    regions = tuple(replace(known[name], url=one.url) for name, one in placed)
    monkeypatch.setattr(presets, "PRESETS", regions)
    yield running
    for one in running:
        one.stop()


def asked(backpack):
    found = backpack.state.requests.items()
    return sum(times for (line, _), times in found if line == "POST /o/token")


def test_account_is_found_in_the_region_in_which_it_lives(run, world, memory):
    ended = run("login", "badgr:us", "--as", MARIA, "--find-region")
    assert "Your account lives at badgr:eu (Parchment Digital Badges, Europe)." in ended.out
    assert f"as {MARIA}; 0 badges there now" in ended.out
    assert "badgr:us: " in ended.err
    assert [asked(one) for one in world] == [1, 1, 0]


def test_region_that_is_named_is_asked_alone_and_says_how_to_find_the_right_one(run, world, memory):
    ended = run("login", "badgr:au", "--as", MARIA, expected=5)
    assert "login badgr:au --as maria@example.org --find-region" in ended.err
    assert "badgr:au, badgr:us, badgr:eu" in ended.err
    assert [asked(one) for one in world] == [0, 0, 1]


def test_account_that_lives_nowhere_is_asked_for_once_in_each_region(run, world, memory):
    world[2].stop()
    ended = run("login", "badgr:eu", "--as", "nobody@example.org", "--find-region", expected=5)
    assert "No region lets nobody@example.org in" in ended.err
    assert "could not be reached" in ended.err
    assert [asked(one) for one in world[:2]] == [1, 1]


def test_account_that_is_found_but_not_confirmed_is_no_wrong_password(run, world, memory):
    account = world[1].state.owner(MARIA)
    account.emails[0].verified = False
    ended = run("login", "badgr:us", "--as", MARIA, "--find-region", expected=5)
    assert "Europe: The account maria@example.org" in ended.err
    assert "Confirm it" in ended.err
    assert asked(world[2]) == 0
