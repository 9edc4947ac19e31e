"""What a destination behind HTTP makes of answers that are wrong, hostile, or somebody else's.

The contract is `migrator.destinations.base`.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrator.destinations.base import (
    OutcomeState,
    Session,
)
from migrator.destinations.conformance import hostile
from migrator.destinations.conformance.checks import no_secret, raised, sent
from migrator.destinations.conformance.relay import Answer, Asked, Relay
from migrator.destinations.conformance.subject import Subject, is_name, must

_SETTLED = (OutcomeState.DONE, OutcomeState.ALREADY_THERE)
_MOST_PAGES = 100


def ends_every_status_as_an_outcome(subject: Subject) -> None:
    """Whatever the status of a no, it ends as an outcome, and never as success."""
    with subject.relayed() as (session, relay):
        for status in hostile.REFUSALS:
            relay.instead(Answer(status, b"{}"))
            outcome = sent(session, subject.parcels[0])
            must(outcome.state not in _SETTLED, f"{status} ended as {outcome.state}")


def never_follows_elsewhere(subject: Subject) -> None:
    """A badge is not sent to where an answer points."""
    with subject.relayed() as (session, relay):
        for answer in hostile.elsewhere():
            relay.behave()
            relay.instead(answer)
            outcome = sent(session, subject.parcels[0])
            must(outcome.state not in _SETTLED, f"{answer.status} ended as {outcome.state}")
            must(len(relay.asked) == 1, f"{answer.status} is followed")


def survives_hostile_answers(subject: Subject) -> None:
    """An answer that cannot be understood is `unknown` after a 200, and some end after a no."""
    with subject.relayed() as (session, relay):
        for status in (200, 201):
            for name, answer in hostile.answers(status).items():
                relay.instead(answer)
                outcome = sent(session, subject.parcels[0])
                said = f"{status} with {name} ended as {outcome.state} ({outcome.reason})"
                must(outcome.state is OutcomeState.UNKNOWN, said)
        for status in (400, 500):
            for name, answer in hostile.answers(status).items():
                relay.instead(answer)
                outcome = sent(session, subject.parcels[0])
                must(outcome.state not in _SETTLED, f"{status} with {name}: {outcome.state}")


def survives_answers_that_are_a_little_wrong(subject: Subject) -> None:
    """A real answer with one odd value in it ends as an outcome, or a list of what can be read."""
    with subject.relayed() as (session, relay):
        for call in (lambda: sent(session, subject.parcels[0]), lambda: _listed(session)):
            relay.behave()
            call()
            (real, *_) = relay.answered
            for answer in hostile.bent(real) if real else ():
                relay.instead(answer)
                raised(call)


def survives_a_sign_in_that_is_a_little_wrong(subject: Subject) -> None:
    """A sign-in with one odd value in its answers lets in, or says why it does not."""
    with Relay(subject.address) as relay:
        subject.make(relay.url).sign_in(subject.credentials).close()
        real = {
            (asked.method, asked.path): answer
            for asked, answer in zip(relay.asked, relay.answered, strict=True)
            if answer is not None
        }
        for place, answer in real.items():
            for odd in hostile.bent(answer):
                answers = {**real, place: odd}
                relay.instead(_Played(answers))
                raised(lambda: _entered(subject, relay))


def gives_its_token_to_nobody_else(subject: Subject) -> None:
    """A page, or a redirect, that leads to another host is not asked for with our token."""
    with subject.relayed() as (session, relay), Relay(subject.address) as other:
        sent(session, subject.parcels[0])
        relay.behave()
        _listed(session)
        first = relay.answered[0] or Answer(200)
        path = relay.asked[0].path
        link = ("Link", f'<{other.url}{path}>; rel="next"')
        away = ("Location", f"{other.url}{path}")
        for answer in (
            Answer(first.status, first.body, (*first.headers, link)),
            *(Answer(status, b"", (away,)) for status in (302, 307)),
        ):
            relay.behave()
            relay.instead(answer, _MOST_PAGES)
            raised(lambda: _listed(session))
        told = [asked for asked in other.asked if "authorization" in asked.headers]
        must(not told, "another host is given the account's token")


def takes_no_hostile_list_for_an_empty_one(subject: Subject) -> None:
    """What cannot be understood is not "nothing there": a badge would be sent twice."""
    with subject.relayed() as (session, relay):
        sent(session, subject.parcels[0])
        for name, answer in hostile.answers(200).items():
            relay.instead(answer)
            for call in (lambda: list(session.held()), lambda: session.find(subject.parcels[0])):
                must(raised(call), f"{name} is taken for a list")


def signs_in_among_hostile_answers(subject: Subject) -> None:
    """Whatever answers at the address, a person hears what to do next."""
    with Relay(subject.address) as relay:
        for status in (200, 404, 503):
            for name, answer in hostile.answers(status).items():
                relay.instead(answer)
                destination = subject.make(relay.url)
                error = raised(lambda: destination.sign_in(subject.credentials))  # noqa: B023 - called at once
                must(error, f"{status} with {name} lets in")
                no_secret(subject, None, (str(error), repr(error)))


def repeats_no_secret(subject: Subject) -> None:
    """Whatever a server says back, no password, token or address of the account is repeated."""
    for status in (200, 201, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503):
        with subject.relayed() as (session, relay):
            known = (subject.credentials, session.credentials)
            relay.instead(hostile.echo(status, known, "somebody.else@example.org"))
            outcome = sent(session, subject.parcels[0])
            shown = [repr(outcome), repr(session)]
            error = raised(lambda: list(session.held()))
            shown += [str(error), repr(error)]
            no_secret(subject, session, tuple(shown))
            must("somebody.else" not in " ".join(shown), f"{status}: an address shows")


def ends_though_every_page_is_the_same(subject: Subject) -> None:
    """A server that answers each page with the first one is not asked for ever."""
    with subject.relayed() as (session, relay):
        for parcel in subject.parcels:
            sent(session, parcel)
        relay.behave()
        list(session.held())
        first = relay.answered[0]
        relay.behave()
        relay.instead(lambda _asked: first if len(relay.asked) < _MOST_PAGES else None)
        raised(lambda: list(session.held()))
        must(len(relay.asked) < _MOST_PAGES, f"it asks {_MOST_PAGES} times for the same page")


@dataclass(frozen=True, slots=True)
class _Played:
    """Answers each request as it was answered before."""

    answers: dict[tuple[str, str], Answer]

    def __call__(self, asked: Asked) -> Answer | None:
        """Return the answer, None (the line goes dead) for what was not asked before."""
        return self.answers.get((asked.method, asked.path))


def _entered(subject: Subject, relay: Relay) -> None:
    session = subject.make(relay.url).sign_in(subject.credentials)
    try:
        found = session.addresses.all
        must(all(map(is_name, found)), f"{found!r} are no addresses")
    finally:
        session.close()


def _listed(session: Session) -> None:
    for one in session.held():
        named = is_name(one.remote_id) and is_name(one.open_badge_id)
        must(named, f"{one!r} cannot be found again")


ANSWER_CHECKS = (
    ends_every_status_as_an_outcome,
    never_follows_elsewhere,
    survives_hostile_answers,
    survives_answers_that_are_a_little_wrong,
    survives_a_sign_in_that_is_a_little_wrong,
    gives_its_token_to_nobody_else,
    takes_no_hostile_list_for_an_empty_one,
    signs_in_among_hostile_answers,
    repeats_no_secret,
    ends_though_every_page_is_the_same,
)
