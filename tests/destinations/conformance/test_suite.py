"""The suite itself: a destination with one fault is told of exactly that fault."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

import pytest

from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import (
    Credentials,
    Input,
    NotAccepted,
    Outcome,
    OutcomeState,
)
from migrator.destinations.conformance import SERVER_CHECKS, checks, failures, webchecks
from migrator.destinations.conformance.relay import Answer, Relay
from migrator.destinations.wrappers import Retrying, Wrapper
from migrator.errors import SignInFailed
from migrator.net import Client, Unreachable


class Faulty(Badgr):
    """Badgr whose sessions are wrapped in one that has a fault."""

    wrapper = Wrapper

    def sign_in(self, credentials, on_tokens=None):
        return self.wrapper(super().sign_in(credentials, on_tokens))


def faulty(**methods):
    """Make a destination whose session does something of its own instead."""
    wrapper = type("FaultySession", (Wrapper,), methods)
    return type("FaultyBadgr", (Faulty,), {"wrapper": wrapper})


def capable(**more):
    """Make a destination that says something else of itself."""

    class Boaster(Badgr):
        def __init__(self, url):
            super().__init__(url)
            self.capabilities = replace(self.capabilities, **more)

    return Boaster


def sends_twice(session, parcel):
    session.session.send(parcel)
    return session.session.send(parcel)


def swallows(session, parcel):
    outcome = session.session.send(parcel)
    lost = outcome.state is OutcomeState.UNKNOWN
    return Outcome(OutcomeState.DONE, remote_id="x") if lost else outcome


def unexplained(session, parcel):
    outcome = session.session.send(parcel)
    return replace(outcome, reason="because") if outcome.reason else outcome


def impatient(session, parcel):
    return replace(session.session.send(parcel), after=None)


def takes_again(session, parcel):
    outcome = session.session.send(parcel)
    return replace(outcome, state=OutcomeState.DONE, remote_id="y")


def forgetful(session):
    try:
        yield from session.session.held()
    except (SignInFailed, NotAccepted):
        return


def first_page(session):
    yield from list(session.session.held())[:2]


def twice(session):
    yield from session.session.held()
    yield from session.session.held()


def nameless(session):
    for one in session.session.held():
        yield replace(one, remote_id="")


def gossips(session):
    client = Client(allow_private=True)
    calls = session.session._calls
    url = f"{calls.url}/v2/backpack/assertions"
    reply = client.request("GET", url, headers=calls.tokens.headers)
    for link in re.findall("<(.*?)>", reply.headers.get("Link", "")):
        client.request("GET", link, headers=calls.tokens.headers)
    client.close()
    yield from session.session.held()


def talks(session):
    return f"Session({session.credentials.password})"


def tells(session, parcel):
    return replace(session.session.send(parcel), detail="mail somebody.else@example.org")


def closes_once(session):
    assert not session.__dict__.get("closed")
    session.closed = True
    session.session.close()


class Stubborn(Badgr):
    """Tries a password twice."""

    def sign_in(self, credentials, on_tokens=None):
        try:
            return super().sign_in(credentials, on_tokens)
        except SignInFailed:
            return super().sign_in(credentials, on_tokens)


class Trusting(Badgr):
    """Takes for an address whatever it is told."""

    def sign_in(self, credentials, on_tokens=None):
        session = super().sign_in(credentials, on_tokens)
        session.addresses = replace(session.addresses, unverified=("",))
        return session


class Curt(Badgr):
    """Does not say what to do next."""

    def sign_in(self, credentials, on_tokens=None):
        try:
            return super().sign_in(credentials, on_tokens)
        except SignInFailed as error:
            raise SignInFailed(error.what) from error


class Eager(Badgr):
    """Asks before it is asked."""

    def __init__(self, url):
        super().__init__(url)
        client = Client(allow_private=True)
        with suppress(Unreachable):
            client.get(url)
        client.close()


class Hasty(Faulty):
    """Tries again by itself."""

    def wrapper(self, session):
        return Retrying(session, sleep=lambda _: None)


FAULTS = {
    "sends_one_request": [faulty(send=sends_twice)],
    "settles_a_lost_request": [Hasty, faulty(send=swallows)],
    "survives_hostile_answers": [faulty(send=swallows)],
    "refuses_with_a_reason": [faulty(send=unexplained)],
    "waits_as_told": [faulty(send=impatient)],
    "takes_a_badge_once": [faulty(send=takes_again)],
    "takes_no_hostile_list_for_an_empty_one": [faulty(held=forgetful)],
    "survives_answers_that_are_a_little_wrong": [faulty(held=nameless)],
    "gives_its_token_to_nobody_else": [faulty(held=gossips)],
    "survives_a_sign_in_that_is_a_little_wrong": [Trusting],
    "lists_everything": [faulty(held=first_page), faulty(held=twice)],
    "delivers_in_every_form": [faulty(find=lambda *_: None), faulty(held=twice)],
    "finds_only_what_is_there": [faulty(find=lambda self, _: next(iter(self.held()), None))],
    "signs_in": [faulty(__repr__=talks), faulty(credentials=Credentials("somebody"))],
    "repeats_no_secret": [faulty(__repr__=talks), faulty(send=tells)],
    "closes_twice": [faulty(close=closes_once)],
    "declares_capabilities": [
        capable(inputs=frozenset({Input.URL})),
        capable(at_once=0),
        capable(requests_per_minute=0),
        capable(routes=frozenset()),
    ],
    "keeps_collections_if_it_says_so": [
        capable(collections=False),
        faulty(fill_collection=lambda *_: None),
    ],
    "adds_addresses_if_it_says_so": [
        capable(emails=False),
        faulty(add_email=lambda *_: Outcome(OutcomeState.ALREADY_THERE)),
    ],
    "tries_a_wrong_password_once": [Stubborn],
    "refuses_strangers": [Curt],
    "asks_nobody_when_made": [Eager],
    "tells_what_it_is": [type("Nameless", (Badgr,), {"title": ""})],
}


@pytest.mark.parametrize(
    ("check", "make"),
    [(check, make) for check, makes in FAULTS.items() for make in makes],
)
def test_a_fault_is_told_by_the_check_that_is_for_it(prepared_badgr, check, make):
    (chosen,) = (one for one in SERVER_CHECKS if one.__name__ == check)
    (said,) = failures(lambda: prepared_badgr(make), (chosen,))
    assert said.startswith(f"{check}: ")


def test_what_has_no_fault_is_told_of_none(prepared_badgr):
    few = (checks.tells_what_it_is, webchecks.sends_one_request)
    assert not list(failures(prepared_badgr, few))


def test_a_relay_hands_on_spoils_loses_and_counts(httpserver):
    httpserver.expect_request("/base/a").respond_with_json({"a": 1}, headers={"X-Page": "1"})
    client = Client(allow_private=True)
    with Relay(httpserver.url_for("/base")) as relay:
        first = client.request("GET", f"{relay.url}/a?b=c")
        assert (first.json(), first.headers["X-Page"]) == ({"a": 1}, "1")
        relay.instead(Answer(418, b"{}"), times=1)
        assert client.request("POST", f"{relay.url}/a", json={"x": 1}).status == 418
        assert client.request("GET", f"{relay.url}/a").status == 200
        assert [(one.method, one.path) for one in relay.asked] == [
            ("GET", "/base/a?b=c"),
            ("POST", "/base/a"),
            ("GET", "/base/a"),
        ]
        assert relay.asked[1].body == b'{"x": 1}'
        assert "x" not in repr(relay.asked[1]).removeprefix("Asked(")
        relay.behave()
        assert not relay.asked
    relay.stop()
    client.close()
