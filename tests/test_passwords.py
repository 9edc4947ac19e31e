"""Passwords from a helper command and the keyring: never shown, never guessed, never waited for."""

from __future__ import annotations

import os
import sys
import time

import keyring
import keyring.backend
import pytest
from keyring.backends import null

from migrator import passwords
from migrator.destinations.base import Credentials
from migrator.errors import SignInFailed, Usage
from migrator.passwords import PasswordCommand
from migrator.secrets import Keychain

ANN, PLACE = "ann@example.org", "badgr:https://badgr.example"
SECRET = "Pl4nted-password"


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for name in [one for one in os.environ if one.startswith("BADGE_MIGRATOR_PASSWORD")]:
        monkeypatch.delenv(name)


@pytest.fixture
def helper(tmp_path):
    """A helper that runs some Python; its arguments are the names it was given."""

    def written(code, *arguments, seconds=10.0):
        script = tmp_path / "helper.py"
        script.write_text("import os, subprocess, sys, time\n" + code)
        return PasswordCommand((sys.executable, str(script), *arguments), seconds)

    return written


def test_the_first_line_a_helper_prints_is_the_password(helper):
    command = helper("print(sys.argv[1:]); print('more')", "{username}", "at={destination}")
    assert command.ask(PLACE, ANN) == f"['{ANN}', 'at={PLACE}']"


@pytest.mark.parametrize("name", ["ann;id", "$(id)", "a b'\"`", "{destination}", "*"])
def test_nothing_in_a_name_becomes_a_command_or_another_argument(helper, name):
    command = helper("print(sys.argv[1:])", "badgr:{username}")
    assert command.ask(PLACE, name) == repr([f"badgr:{name}"])


@pytest.mark.parametrize("name", ["-rf", "../other", "a\\b", "a\nb", "a\x00b"])
def test_a_name_that_could_mean_something_else_to_a_helper_is_not_handed_to_it(helper, name):
    with pytest.raises(SignInFailed, match="not handed to"):
        helper("print('never')", "{username}").ask(PLACE, name)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (f"print('{SECRET}'); print('{SECRET}', file=sys.stderr); sys.exit(3)", "ended with 3"),
        ("print()", "printed no password"),
        ("pass", "printed no password"),
        (f"print('{SECRET}' * 1000)", "printed no password"),
    ],
)
def test_what_a_failing_helper_prints_is_never_repeated(helper, code, says, capfd):
    with pytest.raises(SignInFailed, match=says) as raised:
        helper(code).ask(PLACE, ANN)
    assert SECRET not in str(raised.value)
    assert ANN in str(raised.value)
    out, err = capfd.readouterr()
    assert SECRET not in out + err


def test_a_helper_that_hangs_is_ended_even_if_a_child_of_its_own_lives_on(helper):
    code = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)']); time.sleep(60)"
    begun = time.monotonic()
    with pytest.raises(SignInFailed, match="took longer than"):
        helper(code, seconds=0.5).ask(PLACE, ANN)
    assert time.monotonic() - begun < 4


def test_a_helper_cannot_eat_what_is_typed_here(helper):
    assert helper("print(repr(sys.stdin.read()))").ask(PLACE, ANN) == "''"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("pass 'show", "cannot be understood"),
        ("pass show {user}", "knows no {user}"),
    ],
)
def test_a_command_that_cannot_be_one_is_a_usage_error(text, says):
    with pytest.raises(Usage, match=says):
        PasswordCommand.written(text)


def test_a_helper_that_is_not_there_is_a_usage_error():
    with pytest.raises(Usage, match="no-such-helper cannot be run"):
        PasswordCommand.written("no-such-helper {username}").ask(PLACE, ANN)


def test_where_a_password_is_looked_for_first(memory, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "of all")
    assert Keychain().password(ANN, PLACE) == "of all"
    assert passwords.keep(PLACE, ANN, "of the keyring")
    assert Keychain().password(ANN, PLACE) == "of the keyring"
    assert Keychain().password(ANN, "elsewhere") == "of all"
    assert Keychain("echo {username}").password(ANN, PLACE) == ANN
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD_COMMAND", "echo command")
    assert Keychain().password(ANN, PLACE) == "command"
    assert Keychain().password("command", PLACE) == "command"
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD_ANN_EXAMPLE_ORG", "own")
    assert Keychain("echo x").password(ANN, PLACE) == "own"
    passwords.forget(PLACE, ANN)
    assert memory.held == {}


def test_a_helper_is_not_asked_while_there_are_tokens(memory):
    keys = Keychain("false")
    keys.save(PLACE, Credentials(ANN, refresh_token="token"))
    assert keys.credentials(PLACE, ANN) == Credentials(ANN, refresh_token="token")
    with pytest.raises(SignInFailed):
        keys.credentials(PLACE, "somebody else")


def test_a_keyring_that_keeps_nothing_is_seen():
    before = keyring.core._keyring_backend
    keyring.set_keyring(null.Keyring())
    try:
        assert not passwords.keep(PLACE, ANN, SECRET)
        passwords.forget(PLACE, ANN)
    finally:
        keyring.core._keyring_backend = before
