"""How a destination behind HTTP asks: once, as told, and knowing what it does not know.

The contract is `migrator.destinations.base`.
"""

from __future__ import annotations

from urllib.parse import quote, quote_plus

from migrator.destinations.base import (
    Credentials,
    Entrance,
    OutcomeState,
    TryLater,
)
from migrator.destinations.conformance import hostile
from migrator.destinations.conformance.checks import no_secret, raised, sent
from migrator.destinations.conformance.relay import Answer, Asked, Relay
from migrator.destinations.conformance.subject import Subject, holdings, must
from migrator.errors import SignInFailed

_WAIT = 7


def asks_nobody_when_made(subject: Subject) -> None:
    """Making a destination makes no request."""
    with Relay(subject.address) as relay:
        relay.hang_up(times=1 << 30)
        subject.make(relay.url)
        must(not relay.asked, "a request is made before anybody signs in")


def sends_one_request(subject: Subject) -> None:
    """`send` makes exactly one request, whatever the form and whatever comes of it."""
    with subject.relayed() as (session, relay):
        for parcel in (*subject.parcels, subject.parcels[0], subject.refused):
            if parcel is None:
                continue
            relay.behave()
            outcome = sent(session, parcel)
            must(len(relay.asked) == 1, f"{len(relay.asked)} requests until {outcome.state}")


def keeps_secrets_out_of_addresses(subject: Subject) -> None:
    """No password and no token stands in an address: addresses are logged everywhere."""
    with Relay(subject.address) as relay:
        session = subject.make(relay.url).sign_in(subject.credentials)
        try:
            sent(session, subject.parcels[0])
            list(session.held())
            no_secret(subject, session, tuple(asked.path for asked in relay.asked))
        finally:
            session.close()


def waits_as_told(subject: Subject) -> None:
    """429 and 503 are `try_again`, after as long as `Retry-After` says."""
    for status in (429, 503):
        with subject.relayed() as (session, relay):
            relay.instead(Answer(status, b"{}", (("Retry-After", str(_WAIT)),)))
            outcome = sent(session, subject.parcels[0])
            must(outcome.state is OutcomeState.TRY_AGAIN, f"{status} ended as {outcome}")
            must(outcome.after == _WAIT, f"{status}: waits {outcome.after}, not {_WAIT} seconds")
            must(len(relay.asked) == 1, f"{status} is answered by {len(relay.asked)} requests")
            error = raised(lambda: list(session.held()))
            must(isinstance(error, TryLater), f"{status} for the list raises {error!r}")
            after = error.after if isinstance(error, TryLater) else None
            must(after == _WAIT, f"{status} for the list: waits {after}, not {_WAIT} seconds")


def waits_whatever_it_is_told(subject: Subject) -> None:
    """A time to wait that makes no sense does no harm."""
    with subject.relayed() as (session, relay):
        for text in hostile.WAITS:
            relay.instead(Answer(429, b"{}", (("Retry-After", text),)))
            outcome = sent(session, subject.parcels[0])
            must(outcome.state is OutcomeState.TRY_AGAIN, f"{text!r} ended as {outcome}")


def settles_a_lost_answer(subject: Subject) -> None:
    """An answer that was lost is `unknown`; `find` settles it, and sending again does no harm."""
    for parcel in subject.parcels:
        with subject.relayed() as (session, relay):
            relay.lose()
            outcome = sent(session, parcel)
            must(outcome.state is OutcomeState.UNKNOWN, f"a lost answer ended as {outcome}")
            must(len(relay.asked) == 1, f"a lost answer costs {len(relay.asked)} requests")
            relay.behave()
            found = session.find(parcel)
            must(found, "what has arrived is not found")
            again = sent(session, parcel)
            must(again.state is OutcomeState.ALREADY_THERE, f"sent again it ended as {again}")
            must(holdings(session, parcel) == [found], "it is there twice")


def settles_a_lost_request(subject: Subject) -> None:
    """A request that was lost is `unknown` too; `find` says that nothing is there."""
    parcel = subject.parcels[0]
    with subject.relayed() as (session, relay):
        relay.hang_up()
        outcome = sent(session, parcel)
        must(outcome.state is OutcomeState.UNKNOWN, f"a lost request ended as {outcome}")
        must(len(relay.asked) == 1, "a lost request is made again without looking")
        must(session.find(parcel) is None, "what has not arrived is found")
        must(sent(session, parcel).state is OutcomeState.DONE, "it cannot be sent any more")


def knows_that_nobody_is_there(subject: Subject) -> None:
    """A request that surely has not left is `try_again`, and no failed sign-in."""
    with subject.relayed() as (session, relay):
        relay.stop()
        outcome = sent(session, subject.parcels[0])
        must(outcome.state is OutcomeState.TRY_AGAIN, f"nobody there ended as {outcome}")
        must(outcome.reason == "destination_unreachable", f"nobody there: {outcome.reason}")
        error = raised(lambda: list(session.held()))
        must(isinstance(error, TryLater) and not error.sent, f"the list raises {error!r}")
        again = raised(lambda: subject.make(relay.url).sign_in(subject.credentials))
        must(isinstance(again, TryLater), f"signing in raises {again!r}")


def renews_a_token_that_has_run_out(subject: Subject) -> None:
    """A 401 costs no badge where there is something to sign in anew with, and is never a double."""
    parcel = subject.parcels[0]
    with subject.relayed() as (session, relay):
        now = session.credentials
        relay.instead(Answer(401, b"{}"), times=1)
        outcome = sent(session, parcel)
        if now.refresh_token or now.password:
            must(outcome.state is OutcomeState.DONE, f"a 401 ended as {outcome}")
        else:
            must(outcome.reason == "sign_in_failed", f"a 401 ended as {outcome}")
        must(len(holdings(session, parcel)) <= 1, "it is there twice")


def gives_up_a_sign_in_that_has_ended(subject: Subject) -> None:
    """Where the account is not let in any more, that is said of the badge, and nothing is lost."""
    with subject.relayed() as (session, relay):
        relay.instead(Answer(401, b'{"error": "invalid_grant"}'))
        outcome = sent(session, subject.parcels[0])
        must(outcome.reason == "sign_in_failed", f"it ended as {outcome}")
        error = raised(lambda: list(session.held()))
        must(isinstance(error, SignInFailed), f"the list raises {error!r}")


def tries_a_wrong_password_once(subject: Subject) -> None:
    """A password that was refused is not tried again: backpacks shut the account out for it."""
    if subject.wrong is None or not subject.wrong.password:
        return
    with Relay(subject.address) as relay:
        destination = subject.make(relay.url)
        error = raised(lambda: destination.sign_in(_wrong(subject)))
        must(isinstance(error, SignInFailed), f"a wrong password raises {error!r}")
        tries = sum(_carries(asked, subject.wrong.password) for asked in relay.asked)
        wanted = int(Entrance.PASSWORD in destination.capabilities.entrances)
        must(tries == wanted, f"a wrong password is sent {tries} times, not {wanted}")


def _wrong(subject: Subject) -> Credentials:
    assert subject.wrong is not None
    return subject.wrong


def _carries(asked: Asked, password: str) -> bool:
    spellings = {password, quote(password), quote_plus(password)}
    return any(one.encode() in asked.body for one in spellings)


WEB_CHECKS = (
    asks_nobody_when_made,
    sends_one_request,
    keeps_secrets_out_of_addresses,
    waits_as_told,
    waits_whatever_it_is_told,
    settles_a_lost_answer,
    settles_a_lost_request,
    knows_that_nobody_is_there,
    renews_a_token_that_has_run_out,
    gives_up_a_sign_in_that_has_ended,
    tries_a_wrong_password_once,
)
