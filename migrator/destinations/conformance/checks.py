"""What every destination keeps, a server or not; each check raises AssertionError with a sentence.

The contract is `migrator.destinations.base`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from migrator.destinations.base import (
    Capabilities,
    Credentials,
    Input,
    NotAccepted,
    Outcome,
    OutcomeState,
    Parcel,
    Session,
    TryLater,
)
from migrator.destinations.conformance.subject import Subject, form_of, holdings, is_name, must
from migrator.errors import MigratorError, SignInFailed
from migrator.openbadges.model import Addresses
from migrator.reasons import REASONS, Retry

_SETTLED = (OutcomeState.DONE, OutcomeState.ALREADY_THERE)


def tells_what_it_is(subject: Subject) -> None:
    """Kind, title and address are there; nothing is asked when a destination is made."""
    destination = subject.destination()
    must(re.fullmatch(r"[a-z0-9-]{2,}", destination.kind), f"{destination.kind!r}: no kind to type")
    must(destination.title.strip() == destination.title != "", "it has no title")
    must(destination.url == destination.url.rstrip("/") != "", f"{destination.url!r}: no address")


def declares_capabilities(subject: Subject) -> None:
    """Capabilities are data, and possible."""
    able = subject.destination().capabilities
    must(isinstance(able, Capabilities), "its capabilities are no Capabilities")
    must(able.inputs and able.inputs <= frozenset(Input), "it takes badges in no form")
    must("import" in able.routes, "badges cannot be imported into it")
    must(able.at_once >= 1, "it allows no request at all")
    for limit in (able.requests_per_minute, able.account_requests_per_minute, able.max_image_bytes):
        must(limit is None or limit > 0, f"{limit} is no limit")
    forms = {form_of(parcel) for parcel in subject.parcels}
    must(
        forms == able.inputs, f"the parcels come as {_names(forms)}, it takes {_names(able.inputs)}"
    )


def signs_in(subject: Subject) -> None:
    """A session knows who it is, and shows no secret."""
    with subject.session() as session:
        must(isinstance(session.addresses, Addresses), "its addresses are no Addresses")
        name = session.credentials.username
        must(name == subject.credentials.username, f"it signed in as {name!r}")
        no_secret(subject, session, (session, subject.destination(), session.credentials))


def refuses_strangers(subject: Subject) -> None:
    """Who is not let in hears what to do next, and no secret."""
    if subject.wrong is None:
        return
    try:
        session = subject.destination().sign_in(subject.wrong)
    except SignInFailed as error:
        must(error.next_step.endswith((".", "?")), f"{error.next_step!r} is no next step")
        no_secret(subject, None, (str(error), repr(error)))
    else:
        session.close()
        raise AssertionError("a stranger is let in")


def signs_in_again_with_tokens(subject: Subject) -> None:
    """What `on_tokens` was told opens the next session without a password."""
    told: list[Credentials] = []
    destination = subject.destination()
    session = destination.sign_in(subject.credentials, told.append)
    now = session.credentials
    session.close()
    if not told:
        return
    must(told[-1].access_token == now.access_token, "the tokens told are not those that work")
    kept = Credentials(now.username, None, told[-1].refresh_token, told[-1].access_token)
    destination.sign_in(kept).close()


def delivers_in_every_form(subject: Subject) -> None:
    """Each form named among the capabilities arrives, once, under an id that is found again."""
    with subject.session() as session:
        must(not list(session.held()), "the account must hold nothing at first")
        for parcel in subject.parcels:
            outcome = sent(session, parcel)
            form = form_of(parcel).value
            must(outcome.state is OutcomeState.DONE, f"a badge as {form} ended as {outcome}")
            must(outcome.remote_id, f"a badge as {form} has no remote id")
            found = holdings(session, parcel)
            must(len(found) == 1, f"a badge as {form} is there {len(found)} times")
            must(found[0].remote_id == outcome.remote_id, "it is listed under another remote id")
            must(session.find(parcel) == found[0], "`find` finds something else than `held` lists")


def lists_everything(subject: Subject) -> None:
    """`held` goes through all pages, and lists each badge once."""
    with subject.session() as session:
        for parcel in subject.parcels:
            sent(session, parcel)
        held = [one.remote_id for one in session.held()]
        must(len(held) == len(subject.parcels), f"{len(subject.parcels)} sent, {len(held)} listed")
        must(len(set(held)) == len(held), "a remote id is listed twice")
        must(held == [one.remote_id for one in session.held()], "it is listed otherwise next time")


def takes_a_badge_once(subject: Subject) -> None:
    """Sending again is a success that changes nothing, in the same session and in the next."""
    parcel = subject.parcels[0]
    with subject.session() as session:
        first = sent(session, parcel)
        again = sent(session, parcel)
        must(again.state is OutcomeState.ALREADY_THERE, f"the second time it ended as {again}")
        must(again.remote_id in (None, first.remote_id), "the second time it has another id")
    with subject.session() as session:
        later = sent(session, parcel)
        must(later.state is OutcomeState.ALREADY_THERE, f"another day it ended as {later}")
        must(len(list(session.held())) == 1, "it is there twice")


def finds_only_what_is_there(subject: Subject) -> None:
    """What was not sent is not found."""
    with subject.session() as session:
        must(session.find(subject.parcels[0]) is None, "a badge is found that was not sent")
        sent(session, subject.parcels[0])
        must(session.find(subject.parcels[1]) is None, "another badge is found")
        nothing = Parcel("of no name", frozenset(), url="https://nowhere.example/a")
        must(session.find(nothing) is None, "a badge without any id is found")


def refuses_with_a_reason(subject: Subject) -> None:
    """A refusal has a reason that a person can act on, and names nobody's address."""
    if subject.refused is None:
        return
    with subject.session() as session:
        outcome = sent(session, subject.refused)
        must(outcome.state is OutcomeState.REFUSED, f"it ended as {outcome}")
        must(
            REASONS[outcome.reason or ""].retry is not Retry.LATER, f"{outcome.reason}: no refusal"
        )
        must(not list(session.held()), "what was refused is there")


def keeps_collections_if_it_says_so(subject: Subject) -> None:
    """Collections are made, filled and found again; where there are none, that is said."""
    with subject.session() as session:
        if not subject.destination().capabilities.collections:
            must(session.collections() == [], "it has collections, and does not say so")
            not_accepted(lambda: session.create_collection("Science", None, published=False))
            return
        badges = tuple(str(sent(session, one).remote_id) for one in subject.parcels[:2])
        made = session.create_collection("Science", "Of long ago", published=False)
        session.fill_collection(made, "Science", badges)
        session.fill_collection(made, "Science", badges)
        (held,) = session.collections()
        must((held.remote_id, held.name) == (made, "Science"), f"it is found again as {held}")
        must(sorted(held.badges) == sorted(badges), f"{held.badges} are in it, not {badges}")


def adds_addresses_if_it_says_so(subject: Subject) -> None:
    """An address is added once; where none can be, that is said."""
    address = "another.address@example.org"
    with subject.session() as session:
        if not subject.destination().capabilities.emails:
            not_accepted(lambda: session.add_email(address))
            not_accepted(lambda: session.add_spelling(address))
            return
        outcome = session.add_email(address)
        must(outcome.state is OutcomeState.DONE, f"adding an address ended as {outcome}")
        must(address in session.addresses.all, "the session does not know the new address")
        again = session.add_email(address)
        must(again.state is OutcomeState.ALREADY_THERE, f"adding it again ended as {again}")


def closes_twice(subject: Subject) -> None:
    """Closing again does no harm."""
    session = subject.destination().sign_in(subject.credentials)
    session.close()
    session.close()


def sent(session: Session, parcel: Parcel) -> Outcome:
    """Send a parcel, and check that its outcome is one of the closed list."""
    outcome = session.send(parcel)
    must(isinstance(outcome, Outcome), f"{outcome!r} is no Outcome")
    state = outcome.state
    must(state in OutcomeState and state is not OutcomeState.NOT_SENT, f"{state!r} is no end")
    if state in _SETTLED:
        must(outcome.reason is None, f"{state} has the reason {outcome.reason}")
    else:
        must(outcome.reason in REASONS, f"{outcome.reason!r} is no reason of the table")
    remote = outcome.remote_id
    must(remote is None or is_name(remote), f"{remote!r} is no remote id")
    after = outcome.after
    must(after is None or 0 <= after <= 86400, f"{after} is no time to wait")
    must(len(outcome.detail) <= 1000, f"its words are {len(outcome.detail)} long")
    must(outcome.detail.isprintable(), f"its words cannot be shown: {outcome.detail!r}")
    return outcome


def no_secret(subject: Subject, session: Session | None, shown: tuple[object, ...]) -> None:
    """Check that no password and no token shows."""
    known = [subject.credentials, *([subject.wrong] if subject.wrong else [])]
    known += [session.credentials] if session else []
    secrets = {
        secret
        for one in known
        for secret in (one.password, one.refresh_token, one.access_token)
        if secret
    }
    for each in shown:
        text = each if isinstance(each, str) else repr(each)
        must(not any(secret in text for secret in secrets), "a secret shows")


def raised(call: Callable[[], object]) -> MigratorError | None:
    """Return what a call raises of what it may raise, checked for a next step."""
    try:
        call()
    except (TryLater, NotAccepted, SignInFailed) as error:
        must(error.what and error.next_step, f"{error!r} does not say what to do next")
        return error
    return None


def not_accepted(call: Callable[[], object]) -> None:
    """Check that a call says that it is not for this destination."""
    try:
        call()
    except NotAccepted:
        return
    raise AssertionError("what it cannot do is done, or not refused with NotAccepted")


def _names(forms: frozenset[Input] | set[Input]) -> str:
    return ", ".join(sorted(form.value for form in forms))


CHECKS = (
    tells_what_it_is,
    declares_capabilities,
    signs_in,
    refuses_strangers,
    signs_in_again_with_tokens,
    delivers_in_every_form,
    lists_everything,
    takes_a_badge_once,
    finds_only_what_is_there,
    refuses_with_a_reason,
    keeps_collections_if_it_says_so,
    adds_addresses_if_it_says_so,
    closes_twice,
)
