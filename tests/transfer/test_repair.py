from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive.mismatches import mismatches
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import (
    Capabilities,
    Credentials,
    Input,
    Outcome,
    OutcomeState,
    TryLater,
)
from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.transfer.repair import Added, End, How, Missing, Repair, how, missing
from migrator.verify.archived import ArchivedWeb

ANN, OLD, EVE = "ann@example.org", "ann.old@example.net", "eve@x.org"
MAIL = Capabilities(inputs=frozenset(Input), emails=True)
WAIT = Outcome(OutcomeState.TRY_AGAIN, reason="rate_limited", after=2.0)


@dataclass
class Keys:
    known: dict[str, Credentials] = field(default_factory=dict)

    def credentials(self, destination, username):
        return self.known.get(username)

    def save(self, destination, credentials):
        pass


class Backpack:
    """A destination whose answers to an address are played; `asked` is what it was asked."""

    kind, title, url = "memory", "memory", "https://backpack.example"
    capabilities = MAIL

    def __init__(self, *answers, addresses=None):
        self.answers, self.asked = list(answers), []
        self.addresses = addresses or Addresses((ANN,))

    def sign_in(self, credentials, on_tokens=None):
        return self

    def add_email(self, address):
        return self.played("address", address)

    def add_spelling(self, address):
        return self.played("spelling", address)

    def played(self, how, address):
        self.asked.append((how, address))
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def close(self):
        self.asked.append("closed")


@pytest.fixture
def planned(desk, make):
    """Badges for four recipients, of whom the account is one: they are held for the rest."""
    hashed = {"type": "email", "hashed": True, "salt": "s"}
    named = [ANN, "Ann@Example.org", EVE, EVE]
    for number, recipient in enumerate(named):
        desk.read([make.found(number, assertion=make.json(make.assertion(number, recipient)))])
    identity = hash_identity(OLD, "sha256", "s")
    assertion = make.assertion(9) | {"recipient": hashed | {"identity": identity}}
    desk.read([make.found(9, ANN, assertion=make.json(assertion))])
    desk.plan(web=ArchivedWeb(desk.archive))
    return desk


def wanted(desk, **more):
    return {one.address: one for one in missing(desk.archive, desk.saved.id, **more)}


def test_what_is_missing_is_counted_by_address(planned):
    found = wanted(planned)
    assert {address: one.badges for address, one in found.items()} == {
        "Ann@Example.org": 1,
        EVE: 2,
    }
    assert {address: one.how for address, one in found.items()} == {
        "Ann@Example.org": How.SPELLING,
        EVE: How.ADDRESS,
    }
    assert len(mismatches(planned.archive, planned.saved.id)) == 4


def test_a_hash_is_recognised_once_the_archive_knows_the_address(planned, make):
    planned.read([make.found(10, OLD)])
    planned.archive.conn.execute(
        "update identity set learner_id = (select learner_id from identity where value = ?)", (ANN,)
    )
    assert wanted(planned)[OLD].how is How.ADDRESS


def test_one_account_can_be_meant(planned):
    assert wanted(planned, username="ANN@example.org")
    assert wanted(planned, username="bob@example.org") == {}


@pytest.mark.parametrize(
    ("address", "account", "way"),
    [
        (EVE, Addresses((ANN,)), How.ADDRESS),
        ("Ann@Example.org", Addresses((ANN,)), How.SPELLING),
        ("Ann@Example.org", Addresses((ANN,), variants=("Ann@Example.org",)), How.THERE),
        ("Eve@x.org", Addresses((ANN,), (EVE,)), How.CONFIRM_FIRST),
        (EVE, Addresses((ANN,), (EVE,)), How.CONFIRM_FIRST),
        ("nobody", Addresses((ANN,)), How.IMPOSSIBLE),
        ("two words@x.org", Addresses((ANN,)), How.IMPOSSIBLE),
    ],
)
def test_how_an_address_gets_into_an_account(address, account, way):
    assert how(address, account) is way


def repair(planned, backpack, sleep=lambda seconds: None):
    keys = Keys({ANN: Credentials(ANN, password="x")})
    return Repair(planned.archive, planned.saved, backpack, keys, sleep)


def one(planned, address):
    return Missing(planned.account, address, 1, how(address, planned.account.addresses))


def ends(planned, backpack, *addresses, **more):
    added = repair(planned, backpack, **more).add(one(planned, each) for each in addresses)
    return [(each.address, each.end) for each in added]


def test_each_address_is_added_in_its_way_and_ends_in_a_word(planned):
    done = Outcome(OutcomeState.DONE)
    taken = Outcome(OutcomeState.REFUSED, detail="taken")
    backpack = Backpack(done, done, taken, TryLater("It is away."))
    found = ends(planned, backpack, EVE, "Ann@Example.org", "b@x.org", "c@x.org", "nobody")
    assert found == [
        (EVE, End.MAIL_SENT),
        ("Ann@Example.org", End.ADDED),
        ("b@x.org", End.REFUSED),
        ("c@x.org", End.LATER),
        ("nobody", End.REFUSED),
    ]
    assert backpack.asked[:2] == [("address", EVE), ("spelling", "Ann@Example.org")]
    assert backpack.asked[-1] == "closed"


def test_nothing_is_asked_for_what_the_account_has_meanwhile(planned):
    backpack = Backpack(addresses=Addresses((ANN, OLD), (EVE,)))
    found = ends(planned, backpack, EVE, OLD)
    assert found == [(EVE, End.CONFIRM_FIRST), (OLD, End.ALREADY_THERE)]
    assert backpack.asked == ["closed"]
    (account,) = accounts_store.accounts(planned.archive, planned.saved.id)
    assert account.addresses == Addresses((ANN, OLD), (EVE,))


def test_a_backpack_that_asks_to_wait_is_waited_for_within_reason(planned):
    slept = []
    backpack = Backpack(WAIT, Outcome(OutcomeState.DONE))
    assert ends(planned, backpack, EVE, sleep=slept.append) == [(EVE, End.MAIL_SENT)]
    assert slept == [2.0]
    hour = Outcome(OutcomeState.TRY_AGAIN, after=3600.0)
    assert ends(planned, Backpack(hour), EVE, sleep=slept.append) == [(EVE, End.LATER)]
    assert ends(planned, Backpack(WAIT, WAIT, WAIT), EVE, sleep=slept.append) == [(EVE, End.LATER)]
    assert slept == [2.0] * 3


def test_an_account_nobody_can_sign_in_and_a_place_without_addresses_say_what_to_do(planned):
    nobody = Repair(planned.archive, planned.saved, Backpack(), Keys())
    with pytest.raises(errors.SignInFailed, match="No password or token"):
        nobody.add([one(planned, EVE)])
    backpack = Backpack()
    backpack.capabilities = Capabilities(inputs=frozenset(Input))
    with pytest.raises(errors.Usage, match="cannot be added from here"):
        repair(planned, backpack).add([one(planned, EVE)])


# Against the rehearsal, which follows the recordings of a real server


@pytest.fixture
def rehearsed(planned):
    """The same account at a rehearsal, where somebody else has confirmed taken@x.org."""
    accounts = (
        AccountOptions((ANN, "pending@x.org"), "s3cret-Passw0rd", unverified=("pending@x.org",)),
        AccountOptions(("taken@x.org",), "s3cret-Passw0rd"),
    )
    with serve(RehearsalOptions(accounts=accounts)) as running:
        keys = Keys({ANN: Credentials(ANN, password="s3cret-Passw0rd")})
        backpack = Badgr(running.url)
        yield running, Repair(planned.archive, planned.saved, backpack, keys)


def test_run_again_nothing_is_added_twice_and_no_second_mail_is_sent(planned, rehearsed):
    running, repair = rehearsed
    both = [one(planned, EVE), one(planned, "Ann@Example.org")]
    assert [each.end for each in repair.add(both)] == [End.MAIL_SENT, End.ADDED]
    assert [each.end for each in repair.add(both)] == [End.CONFIRM_FIRST, End.ALREADY_THERE]
    assert running.state.requests["POST /v1/user/emails", 201] == 1
    assert running.state.requests["PUT /v2/users/self", 200] == 1
    owner = running.state.owner(ANN)
    assert [each.email for each in owner.emails] == [ANN, "pending@x.org", EVE]


def test_an_address_of_somebody_else_is_refused_and_the_next_one_waits_its_turn(planned, rehearsed):
    running, repair = rehearsed
    added = repair.add([one(planned, "taken@x.org"), one(planned, EVE)])
    assert added == [
        Added(ANN, "taken@x.org", End.REFUSED, "Could not register email address."),
        Added(ANN, EVE, End.MAIL_SENT),
    ]
    assert running.state.requests["POST /v1/user/emails", 429] >= 1


def test_a_badge_can_move_once_its_address_is_there_and_its_spelling_saved(planned, rehearsed):
    _, repair = rehearsed
    repair.add(wanted(planned).values())
    counts = planned.plan(web=ArchivedWeb(planned.archive))
    assert (counts.to_send, counts.held) == (4, 1)


def test_a_refused_password_is_not_tried_for_an_address_either(desk):
    def refused(credentials, on_tokens=None):
        asked.append(credentials.username)
        raise errors.PasswordRefused("It is wrong.", "Put it right.")

    asked = []
    backpack = Backpack()
    backpack.sign_in = refused
    repair = Repair(desk.archive, desk.saved, backpack, Keys({ANN: Credentials(ANN, "x")}))
    wanted = [Missing(desk.account, OLD, 1, How.ADDRESS)]
    for says in ("It is wrong", "not tried again"):
        with pytest.raises(errors.PasswordRefused, match=says):
            repair.add(wanted)
    assert asked == [ANN]
