"""Passwords and tokens, with a keyring in memory and with every kind of keyring that fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import keyring
import keyring.backend
import keyring.core
import pytest
from keyring.backends import fail, null
from keyring.errors import InitError, KeyringLocked, NoKeyringError

from migrator.destinations.base import Credentials
from migrator.destinations.oauth import App
from migrator.secrets import Keychain

ALICE = "alice@example.org"
PLACE = "badgr.example"
PASSWORD = "Pl4nted-password"
ACCESS = "planted-access-token"
REFRESH = "planted-refresh-token"
FULL = Credentials(ALICE, password=PASSWORD, refresh_token=REFRESH, access_token=ACCESS)


class Failing(keyring.backend.KeyringBackend):
    """A keyring that raises the same error whatever is asked of it."""

    priority = 1

    def __init__(self, error):
        super().__init__()
        self.error = error
        self.asked = 0

    def _fail(self, *_):
        self.asked += 1
        raise self.error

    get_password = set_password = delete_password = _fail


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch):
    for name in [one for one in os.environ if one.startswith("BADGE_MIGRATOR_PASSWORD")]:
        monkeypatch.delenv(name)


@pytest.fixture
def use():
    """Put a keyring in place; afterwards the one that was there is back."""
    before = keyring.core._keyring_backend

    def put(backend):
        keyring.set_keyring(backend)
        return backend

    yield put
    keyring.core._keyring_backend = before


def tokens(found):
    return found.access_token, found.refresh_token


def test_tokens_are_there_in_the_next_run(memory):
    Keychain().save(PLACE, FULL)
    assert tokens(Keychain().credentials(PLACE, ALICE)) == (ACCESS, REFRESH)


def test_the_password_is_never_kept(memory):
    keychain = Keychain()
    keychain.save(PLACE, FULL)
    assert PASSWORD not in repr(memory.held)
    assert PASSWORD not in repr(vars(keychain))
    assert keychain.credentials(PLACE, ALICE).password is None
    assert Keychain().credentials(PLACE, ALICE).password is None


def test_accounts_and_destinations_do_not_share_tokens(memory):
    Keychain().save(PLACE, FULL)
    assert Keychain().credentials(PLACE, "bob@example.org") is None
    assert Keychain().credentials("other.example", ALICE) is None


def test_nothing_known_is_none(memory):
    assert Keychain().credentials(PLACE, ALICE) is None
    assert Keychain().password(ALICE) is None


def test_the_password_of_the_environment_is_enough(memory, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", PASSWORD)
    assert Keychain().credentials(PLACE, ALICE) == Credentials(ALICE, password=PASSWORD)


def test_the_password_of_the_environment_comes_with_the_tokens(memory, monkeypatch):
    Keychain().save(PLACE, Credentials(ALICE, access_token=ACCESS))
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", PASSWORD)
    assert Keychain().credentials(PLACE, ALICE) == Credentials(
        ALICE, password=PASSWORD, access_token=ACCESS
    )


@pytest.mark.parametrize(
    ("username", "variable"),
    [
        (ALICE, "BADGE_MIGRATOR_PASSWORD_ALICE_EXAMPLE_ORG"),
        ("Bob+x@Example.org", "BADGE_MIGRATOR_PASSWORD_BOB_X_EXAMPLE_ORG"),
        ("jürgen", "BADGE_MIGRATOR_PASSWORD_J_RGEN"),
        ("a=b", "BADGE_MIGRATOR_PASSWORD_A_B"),
    ],
)
def test_the_password_of_one_account_wins_over_that_of_all(username, variable, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "for all")
    monkeypatch.setenv(variable, "for one")
    assert Keychain().password(username) == "for one"
    assert Keychain().password("somebody else") == "for all"


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", "")
    assert Keychain().password(ALICE) is None


def test_a_missing_access_token_leaves_the_refresh_token(memory):
    Keychain().save(PLACE, Credentials(ALICE, refresh_token=REFRESH))
    assert tokens(Keychain().credentials(PLACE, ALICE)) == (None, REFRESH)


def test_a_used_up_refresh_token_is_not_found_again(memory):
    keychain = Keychain()
    keychain.save(PLACE, FULL)
    keychain.save(PLACE, Credentials(ALICE, access_token=ACCESS))
    assert tokens(Keychain().credentials(PLACE, ALICE)) == (ACCESS, None)


def test_saving_without_tokens_forgets_those_that_were_kept(memory):
    keychain = Keychain()
    keychain.save(PLACE, FULL)
    keychain.save(PLACE, Credentials(ALICE, password=PASSWORD))
    assert memory.held == {}
    assert keychain.credentials(PLACE, ALICE) is None
    assert Keychain().credentials(PLACE, ALICE) is None


def test_forgetting_what_was_never_kept_is_no_error(memory):
    Keychain().save(PLACE, Credentials(ALICE))
    assert memory.held == {}


def test_used_up_tokens_do_not_come_back_from_a_keyring_that_cannot_forget(use, memory):
    Keychain().save(PLACE, FULL)
    stuck = use(type(memory)())
    stuck.held = memory.held
    stuck.delete_password = Failing(KeyringLocked("locked")).delete_password
    keychain = Keychain()
    keychain.save(PLACE, Credentials(ALICE))
    assert keychain.credentials(PLACE, ALICE) is None


@pytest.mark.parametrize(
    "error",
    [
        KeyringLocked("locked"),
        InitError("no session"),
        NoKeyringError("none"),
        PermissionError("the keyring's file"),
        ImportError("backend not installed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_without_a_working_keyring_tokens_last_for_this_run(use, error):
    broken = use(Failing(error))
    keychain = Keychain()
    keychain.save(PLACE, FULL)
    assert tokens(keychain.credentials(PLACE, ALICE)) == (ACCESS, REFRESH)
    assert Keychain().credentials(PLACE, ALICE) is None
    assert broken.asked == 4


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_the_keyrings_of_machines_without_one_do_no_harm(use, backend, monkeypatch):
    use(backend())
    keychain = Keychain()
    keychain.save(PLACE, FULL)
    assert tokens(keychain.credentials(PLACE, ALICE)) == (ACCESS, REFRESH)
    assert Keychain().credentials(PLACE, ALICE) is None
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", PASSWORD)
    assert Keychain().credentials(PLACE, ALICE).password == PASSWORD


def test_a_backend_that_is_not_installed_is_no_keyring(use, monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no_such_module.Keyring")
    keyring.core._keyring_backend = None  # as before the first use in a run
    assert Keychain().credentials(PLACE, ALICE) is None


def test_an_error_of_another_kind_is_not_hidden(use):
    use(Failing(ZeroDivisionError("a defect")))
    with pytest.raises(ZeroDivisionError):
        Keychain().credentials(PLACE, ALICE)
    with pytest.raises(ZeroDivisionError):
        Keychain().save(PLACE, FULL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "{",
        "[]",
        "null",
        "7",
        '"text"',
        "{}",
        '{"access_token": 7, "refresh_token": ["x"]}',
        '{"access_token": null, "refresh_token": ""}',
        "[" * 100_000,
    ],
    ids=lambda text: text[:20] or "empty",
)
def test_what_is_not_ours_in_the_keyring_is_nothing_known(memory, text):
    memory.held[f"badge-migrator {PLACE}", ALICE] = text
    assert Keychain().credentials(PLACE, ALICE) is None


def test_half_of_an_entry_is_better_than_none(memory):
    memory.held[f"badge-migrator {PLACE}", ALICE] = json.dumps(
        {"access_token": 7, "refresh_token": REFRESH, "later": {}}
    )
    assert tokens(Keychain().credentials(PLACE, ALICE)) == (None, REFRESH)


APP = App("an-app", "https://school.example.org/done", "an-app's s3cret")


def test_how_this_program_is_known_is_there_in_the_next_run_until_it_is_forgotten(memory):
    assert Keychain().app(PLACE) is None
    Keychain().save_app(PLACE, APP)
    assert Keychain().app(PLACE) == Keychain().app(PLACE, "an-app") == APP
    assert Keychain().app("other.example") is None
    Keychain().save_app(PLACE, None)
    assert Keychain().app(PLACE) is None


def test_secret_of_the_environment_is_that_of_the_client_id_that_is_given(memory, monkeypatch):
    Keychain().save_app(PLACE, APP)
    monkeypatch.setenv("BADGE_MIGRATOR_CLIENT_SECRET", "of-today")
    assert Keychain().app(PLACE) == APP
    assert Keychain().app(PLACE, "an-app") == App("an-app", APP.redirect_uri, "of-today")
    monkeypatch.delenv("BADGE_MIGRATOR_CLIENT_SECRET")
    assert Keychain().app(PLACE, "another") == App("another", "")


def test_program_without_a_secret_is_known_by_its_name(memory):
    Keychain().save_app(PLACE, App("public", "https://school.example.org/done"))
    assert Keychain().app(PLACE).client_secret is None


def test_tokens_are_kept_with_the_program_they_were_given_to(memory):
    given = Credentials(ALICE, None, REFRESH, ACCESS, "an-app", "an-app's s3cret")
    keychain = Keychain()
    keychain.save(PLACE, given)
    assert keychain.lasts
    assert Keychain().credentials(PLACE, ALICE) == given
    assert "s3cret" not in repr(given)


@pytest.mark.parametrize("backend", [null.Keyring, fail.Keyring])
def test_where_nothing_is_kept_a_sign_in_does_not_last(use, backend):
    use(backend())
    keychain = Keychain()
    keychain.save(PLACE, FULL)
    assert not keychain.lasts
    keychain.save_app(PLACE, APP)
    assert keychain.app(PLACE) is None


def test_no_secret_is_shown(memory, monkeypatch):
    monkeypatch.setenv("BADGE_MIGRATOR_PASSWORD", PASSWORD)
    keychain = Keychain()
    keychain.save(PLACE, FULL)
    found = keychain.credentials(PLACE, ALICE)
    assert found == FULL
    shown = f"{found!r} {found} {keychain!r} {keychain} {vars(keychain)}"
    assert ALICE in shown
    for secret in (PASSWORD, ACCESS, REFRESH):
        assert secret not in shown


def test_importing_the_module_does_not_import_keyring():
    code = "import sys, migrator.secrets; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
