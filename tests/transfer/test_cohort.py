"""Signing a cohort in, one account after the other, at a destination that does what it is told."""

from __future__ import annotations

from collections import Counter

import pytest

from migrator import errors
from migrator.archive import accounts as store
from migrator.archive.told import Line, Telling
from migrator.destinations.base import Credentials, NotAccepted, TryLater
from migrator.transfer.cohort import Check, End

NAMES = [f"p{n}@example.org" for n in range(8)]


class Keys:
    """Keys in memory; a token is there until it is given back."""

    def __init__(self):
        self.password = "right"
        self.tokens = {}
        self.saved = []

    def credentials(self, destination, username):
        if username in self.tokens:
            return Credentials(username, refresh_token=self.tokens[username])
        return Credentials(username, password=self.password) if self.password else None

    def save(self, destination, credentials):
        self.saved.append(credentials)
        if not credentials.refresh_token:
            self.tokens.pop(credentials.username, None)


@pytest.fixture
def cohort(desk):
    telling = Telling(desk.archive, desk.saved.id)
    telling.take([Line(n, name, (name,)) for n, name in enumerate(NAMES)], lambda line: None)
    telling.keep()
    asked = Counter()
    faults = {}

    def sign_in(credentials, on_tokens):
        asked[credentials.username] += 1
        fault = faults.get(credentials.username)
        if fault is not None and not (fault == "expired" and credentials.password):
            raise {
                "wrong": errors.PasswordRefused("It is wrong.", "Put it right."),
                "expired": errors.SignInFailed("The sign-in has run out.", "Run login."),
                "unconfirmed": errors.SignInFailed("No confirmed address.", "Confirm it."),
                "not_accepted": NotAccepted("It does not like us.", "Ask."),
                "away": TryLater("It is away.", "Later."),
            }[fault]
        return real(Credentials(credentials.username), lambda tokens: None)

    real = desk.backpack.sign_in
    desk.backpack.sign_in = sign_in
    for name in NAMES:
        desk.backpack.accounts[name] = desk.backpack.accounts["ann@example.org"]
    desk.asked, desk.faults, desk.keys = asked, faults, Keys()
    return desk


def checked(cohort, **more):
    check = Check(
        cohort.archive, cohort.saved, cohort.backpack, cohort.keys, lambda enter: enter(), **more
    )
    accounts = store.accounts(cohort.archive, cohort.saved.id)
    ends = list(check.run([one for one in accounts if one.username in NAMES]))
    assert [one.username for one in ends] == NAMES
    return [one.end for one in ends]


def test_everybody_signs_in_once(cohort):
    assert checked(cohort) == [End.SIGNED_IN] * 8
    assert set(cohort.asked.values()) == {1}
    assert all(one.signed_in for one in store.accounts(cohort.archive, cohort.saved.id))


def test_a_refused_account_is_asked_again_only_when_a_person_says_so(cohort):
    cohort.faults[NAMES[0]] = "wrong"
    assert checked(cohort)[0] is End.REFUSED
    assert checked(cohort)[0] is End.REFUSED_BEFORE
    assert cohort.asked[NAMES[0]] == 1
    cohort.faults.clear()
    assert checked(cohort, again=True)[0] is End.SIGNED_IN
    assert checked(cohort)[0] is End.SIGNED_IN


def test_five_refusals_in_a_row_end_it(cohort):
    cohort.faults |= dict.fromkeys(NAMES, "wrong")
    assert checked(cohort) == [End.REFUSED] * 5 + [End.NOT_ASKED] * 3
    assert cohort.asked.total() == 5


def test_refusals_among_others_end_nothing(cohort):
    cohort.faults |= dict.fromkeys(NAMES[::2], "wrong")
    assert checked(cohort) == [End.REFUSED, End.SIGNED_IN] * 4


def test_a_backpack_that_is_away_is_left_in_peace(cohort):
    cohort.faults |= dict.fromkeys(NAMES, "away")
    assert checked(cohort) == [End.LATER] * 3 + [End.NOT_ASKED] * 5
    cohort.faults.clear()
    assert checked(cohort) == [End.SIGNED_IN] * 8, "nothing was noted against anybody"


def test_other_trouble_is_an_accounts_own(cohort):
    cohort.faults |= {NAMES[0]: "unconfirmed", NAMES[1]: "not_accepted"}
    assert checked(cohort) == [End.FAILED] * 2 + [End.SIGNED_IN] * 6


def test_nobody_is_asked_for_whom_nothing_is_known(cohort):
    cohort.keys.password = None
    assert checked(cohort) == [End.FAILED] * 8
    assert cohort.asked.total() == 0


def test_after_a_stop_nobody_is_asked(cohort):
    assert checked(cohort, stop=lambda: True) == [End.NOT_ASKED] * 8


def test_used_up_tokens_are_forgotten_and_the_password_is_taken(cohort):
    name = NAMES[0]
    cohort.keys.tokens[name] = "used up"
    cohort.faults[name] = "expired"
    assert checked(cohort)[0] is End.SIGNED_IN
    assert cohort.asked[name] == 2
    assert Credentials(name) in cohort.keys.saved


def test_without_a_password_used_up_tokens_end_in_their_own_words(cohort):
    cohort.keys.tokens |= dict.fromkeys(NAMES, "used up")
    cohort.keys.password = None
    cohort.faults |= dict.fromkeys(NAMES, "expired")
    assert checked(cohort) == [End.FAILED] * 8
    assert set(cohort.asked.values()) == {1}
