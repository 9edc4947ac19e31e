from __future__ import annotations

from dataclasses import replace

import pytest

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive.lease import leased
from migrator.destinations.base import (
    Credentials,
    NotAccepted,
    Outcome,
    OutcomeState,
    TryLater,
)
from migrator.openbadges.model import Addresses
from migrator.sources.found import FoundCollection, Membership
from migrator.transfer.campaign import Campaign, login
from migrator.transfer.push import Limits

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"


class MemoryKeys:
    """A keyring in memory."""

    def __init__(self, *usernames):
        self.kept = {username: Credentials(username, password="x") for username in usernames}

    def credentials(self, destination, username):
        assert destination == "memory:https://backpack.example"
        return self.kept.get(username)

    def save(self, destination, credentials):
        self.kept[credentials.username] = credentials


@pytest.fixture
def keys():
    return MemoryKeys(ANN, BOB, EVE)


@pytest.fixture
def campaign(desk, keys, make, treated):
    desk.login(BOB, BOB)
    desk.login(EVE, EVE)
    number = 0
    for holder in (ANN, BOB, EVE):
        collection = FoundCollection(f"group {holder}", holder, holder, f"Of {holder}")
        membership = (Membership(holder, 1),)
        badges = [make.found(number + n, holder, memberships=membership) for n in range(3)]
        desk.read([collection, *badges])
        number += 3
    desk.plan()
    return Campaign(desk.archive, desk.saved, desk.backpack, keys, treated(), Limits())


def pushed(campaign, **more):
    return replace(campaign, **more).push(None, lambda sent: None)


def test_everybody_gets_their_badges_and_collections(campaign, desk):
    seen = []
    done = campaign.push(None, seen.append)
    assert [(one.username, one.tally.sent) for one in done] == [
        (who, {"done": 3}) for who in (ANN, BOB, EVE)
    ]
    assert [one.collections[0].badges for one in done] == [3, 3, 3]
    assert len(seen) == 9
    assert desk.once()
    for who in (ANN, BOB, EVE):
        assert len(desk.backpack.accounts[who].badges) == 3
    desk.balance()


def test_one_account_can_be_pushed_alone_in_any_spelling(campaign, desk):
    (one,) = campaign.push("BOB@example.org", lambda sent: None)
    assert one.username == BOB
    assert len(desk.backpack.sent) == 3


def test_a_stranger_is_told_to_sign_in(campaign):
    with pytest.raises(errors.Usage, match="has not signed in") as raised:
        campaign.push("who@example.org", lambda sent: None)
    assert (
        "badge-migrator login memory:https://backpack.example --as who@" in raised.value.next_step
    )


def test_an_account_without_work_is_left_alone(campaign, desk):
    desk.login("idle@example.org", "idle@example.org")
    assert [one.username for one in campaign.accounts(None)] == [ANN, BOB, EVE]


def test_one_that_cannot_sign_in_does_not_stop_the_others(campaign, desk, keys):
    desk.backpack.accounts[ANN].locked = True
    del keys.kept[BOB]
    done = pushed(campaign)
    assert "is not let in" in done[0].trouble
    assert "No password or token is known for bob" in done[1].trouble
    assert (done[2].trouble, done[2].tally.sent) == (None, {"done": 3})
    assert not any(one.later for one in done)
    desk.backpack.accounts[ANN].locked = False
    assert pushed(campaign)[0].tally.sent == {"done": 3}
    assert desk.once()


def test_a_sign_in_that_ends_meanwhile_does_not_stop_the_others(campaign, desk):
    sign_in = desk.backpack.sign_in

    def expiring(credentials, on_tokens):
        session = sign_in(credentials, on_tokens)
        if credentials.username == ANN:
            session.held = refuse(errors.SignInFailed("The sign-in has expired.", "Login."))
        if credentials.username == BOB:
            session.held = refuse(NotAccepted("Not for you.", "Ask."))
        return session

    desk.backpack.sign_in = expiring
    done = pushed(campaign)
    assert [one.trouble is None for one in done] == [False, False, True]
    assert done[2].tally.sent == {"done": 3}


def refuse(error):
    def refused(*args):
        raise error

    return refused


def test_a_destination_that_is_away_is_asked_three_times_at_most(campaign, desk, make, keys):
    desk.login("more@example.org", "more@example.org")
    keys.kept["more@example.org"] = Credentials("more@example.org")
    desk.read([make.found(99, "more@example.org")])
    desk.plan()
    assert len(list(campaign.accounts(None))) == 4
    desk.backpack.away = True
    done = pushed(campaign)
    assert [(one.username, one.later) for one in done] == [(ANN, True), (BOB, True), (EVE, True)]
    assert "cannot be reached" in done[0].trouble


def test_an_account_that_cannot_be_served_now_does_not_keep_the_others(campaign, desk):
    sign_in = desk.backpack.sign_in

    def without_collections(credentials, on_tokens):
        session = sign_in(credentials, on_tokens)
        if credentials.username == ANN:
            collections = session.collections

            def away():
                desk.backpack.away = True
                try:
                    return collections()
                finally:
                    desk.backpack.away = False

            session.collections = away
        return session

    desk.backpack.sign_in = without_collections
    done = pushed(campaign)
    assert (done[0].later, done[0].tally.sent) == (True, {"done": 3})
    assert [one.collections[0].badges for one in done[1:]] == [3, 3]
    desk.backpack.sign_in = sign_in
    assert pushed(campaign)[0].collections[0].badges == 3


def test_three_badges_in_a_row_that_reach_nobody_end_the_push_for_all(campaign, desk, text_clock):
    desk.backpack.faults = ["unreachable"] * 3
    done = pushed(campaign)
    assert [one.tally.stopped for one in done] == ["destination_unreachable"]
    text_clock.advance(60)
    assert [one.tally.sent for one in pushed(campaign)] == [{"done": 3}] * 3


def test_a_limit_holds_for_all_accounts_together(campaign, desk):
    done = pushed(campaign, limits=Limits(4))
    assert [one.tally.sent for one in done] == [{"done": 3}, {"done": 1}]
    assert done[1].tally.stopped == "limit"
    assert done[1].collections == ()
    done = pushed(campaign, limits=Limits(5))
    assert desk.state() == ["done"] * 9
    assert desk.once()
    assert [one.collections[0].badges for one in done] == [3, 3]
    assert pushed(campaign) == []


def test_nobody_signs_in_once_the_limit_is_used_up(campaign, desk):
    asked = []
    sign_in = desk.backpack.sign_in
    desk.backpack.sign_in = lambda *given: asked.append(1) or sign_in(*given)
    pushed(campaign, limits=Limits(3))
    assert len(asked) == 1


def test_ctrl_c_stops_before_the_next_account(campaign, desk):
    done = pushed(campaign, limits=Limits(None, lambda: len(desk.backpack.sent) >= 3))
    assert [one.tally.sent for one in done] == [{"done": 3}]
    assert pushed(campaign, limits=Limits(None, lambda: True)) == []


def test_the_session_is_wrapped_and_closed(campaign, desk, treated):
    sessions = []

    def wrap(session):
        sessions.append(session)
        return session

    pushed(campaign, treatment=treated(wrap))
    assert [session.closed for session in sessions] == [True] * 3


@pytest.mark.parametrize("fault", ["ok", "killed"])
def test_a_token_renewed_while_pushing_is_kept_whatever_happens(
    campaign, desk, keys, killed, fault
):
    desk.backpack.faults = ["ok", fault]
    if fault == "killed":
        with pytest.raises(killed):
            pushed(campaign)
        assert keys.kept[ANN].refresh_token == "token 2"
    else:
        pushed(campaign)
        assert keys.kept[EVE].refresh_token == "token 9"


def test_signing_in_notes_the_account_and_its_addresses(desk, keys, archive):
    desk.backpack.accounts[ANN].addresses = Addresses((ANN,), ("new@example.org",), ("Ann@x.org",))
    desk.backpack.accounts[ANN].badges["https://x.example/1"] = "remote 1"
    signed_in = login(archive, desk.backpack, keys, Credentials(ANN, password="secret"))
    assert signed_in.badges_there == 1
    assert signed_in.account.addresses == desk.backpack.accounts[ANN].addresses
    assert keys.kept[ANN].refresh_token == "token 0"
    (known,) = accounts_store.accounts(archive, desk.saved.id)
    assert known == signed_in.account
    assert b"secret" not in archive.path.read_bytes()


def test_only_confirmed_addresses_tie_an_account_to_a_learner(desk, make, archive):
    desk.read([make.found(1, "victim@example.org")])
    claimed = accounts_store.save_account(
        archive, desk.saved.id, "thief@example.org", Addresses((), ("victim@example.org",))
    )
    assert claimed.learner_id is None
    desk.plan()
    assert desk.states() == [("held", "no_account")]


def test_an_account_keeps_one_row_whatever_the_spelling(desk, archive):
    again = accounts_store.save_account(
        archive, desk.saved.id, "ANN@EXAMPLE.ORG", Addresses((ANN,))
    )
    assert again.id == desk.account.id
    assert accounts_store.destinations(archive) == [desk.saved]
    assert accounts_store.save_destination(archive, "memory", desk.backpack.url) == desk.saved


def test_a_failed_sign_in_leaves_nothing_behind(desk, keys, archive):
    with pytest.raises(errors.SignInFailed):
        login(archive, desk.backpack, keys, Credentials("who@example.org"))
    assert len(accounts_store.accounts(archive, desk.saved.id)) == 1


@pytest.mark.parametrize("fault", ["ok", "answer_lost", "killed", "killed_after"])
def test_accounts_side_by_side_get_each_badge_once(campaign, desk, killed, fault):
    desk.backpack.faults = ["ok", fault, "ok", fault]
    if fault.startswith("killed"):
        with pytest.raises(killed):
            pushed(campaign, threads=3)
        desk.backpack.faults = []
    pushed(campaign, threads=3)
    desk.clock.advance(3600)
    pushed(campaign, threads=3)
    assert set(desk.state()) <= {"done", "already_there"}
    assert desk.once()
    assert sum(desk.backpack.arrived.values()) == 9
    desk.balance()


def test_an_account_that_another_push_has_is_left_to_it(campaign, desk):
    (_, bob, _) = accounts_store.accounts(desk.archive, desk.saved.id)
    with leased(desk.archive, f"push:{bob.id}", "push of somebody else"):
        done = {one.username: one for one in pushed(campaign, threads=2)}
        assert done[BOB].locked
        assert "`push of somebody else` is at work" in done[BOB].trouble
        assert {done[who].tally.sent["done"] for who in (ANN, EVE)} == {3}
        with pytest.raises(errors.ArchiveLocked, match="somebody else"):
            pushed(campaign)
    assert [one.tally.sent for one in pushed(campaign)] == [{"done": 3}]


def test_a_dry_run_looks_and_leaves_everything_as_it_is(campaign, desk):
    desk.backpack.accounts[ANN].badges["https://issuer.example/assertions/1.json"] = "remote 1"
    seen = []
    done = replace(campaign, dry_run=True, limits=Limits(5)).push(None, seen.append)
    assert [one.tally.sent for one in done] == [{"would_be_sent": 2}, {"would_be_sent": 3}]
    assert desk.backpack.sent == []
    assert desk.state() == ["planned", "already_there", *["planned"] * 7]
    assert not desk.backpack.accounts[ANN].collections
    assert desk.archive.one("select count(*) from remote_collection")[0] == 0
    assert len(seen) == 6


def test_too_many_failures_end_a_push_for_all(campaign, desk):
    desk.backpack.accounts[ANN].locked = True
    desk.backpack.faults = ["refused"] * 9
    done = pushed(campaign, limits=Limits(failures=3))
    assert [one.username for one in done] == [ANN, BOB]
    assert done[1].tally.stopped == "failures"
    assert len(desk.backpack.sent) == 2


def test_after_a_moment_nothing_new_is_sent(campaign, desk):
    now = desk.clock()
    assert pushed(campaign, limits=Limits(until=now)) == []
    desk.clock.advance(-1)
    assert len(pushed(campaign, limits=Limits(until=now))) == 3


def test_a_destination_that_sends_everybody_away_for_an_hour_ends_the_push(campaign, desk):
    desk.backpack.faults = ["ok", "much_later"]
    (one,) = pushed(campaign)
    assert one.tally.stopped == "rate_limited"
    assert desk.state() == ["done", "waiting", *["planned"] * 7]


@pytest.mark.parametrize(
    ("reason", "others"), [(None, 2), ("destination_unreachable", 0)], ids=["stopped", "away"]
)
def test_a_request_that_was_held_back_leaves_the_badge_as_it_was(
    campaign, desk, treated, reason, others
):
    class Held:
        def __init__(self, session):
            self.session = session

        def __getattr__(self, name):
            return getattr(self.session, name)

        def send(self, parcel):
            return Outcome(OutcomeState.NOT_SENT, reason=reason)

    desk.backpack.faults = ["later"]
    pushed(campaign, limits=Limits(1))
    desk.clock.advance(3600)
    done = pushed(campaign, treatment=treated(Held))
    assert done[0].tally.stopped == (reason or "interrupted")
    assert len(done) == 1 + others
    assert desk.state() == ["waiting", *["planned"] * 8]
    attempts = [row[0] for row in desk.archive.all("select attempts from transfer order by id")]
    assert attempts == [1, *[0] * 8]
    assert [one.tally.sent for one in pushed(campaign)] == [{"done": 3}] * 3


def test_who_stops_while_an_account_signs_in_is_not_told_of_trouble(campaign, desk, treated):
    stopping = []

    def stopped(session):
        stopping.append(1)
        raise TryLater("Stopped before the sign-in.")

    (one,) = pushed(
        campaign, treatment=treated(stopped), limits=Limits(stop=lambda: bool(stopping))
    )
    assert (one.trouble, one.tally.stopped) == (None, "interrupted")


def test_a_refused_password_is_not_tried_again(campaign, desk):
    asked = []

    def refuse(credentials, on_tokens):
        asked.append(credentials.username)
        raise errors.PasswordRefused("No.", "Look.")

    desk.backpack.sign_in = refuse
    assert all(one.trouble for one in pushed(campaign))
    done = pushed(campaign)
    assert asked == [ANN, BOB, EVE]
    assert all("is not tried again" in one.trouble for one in done)
