from __future__ import annotations

import pytest

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import ledger
from migrator.archive.lease import leased
from migrator.destinations.base import Capabilities, Input
from migrator.openbadges.model import Addresses
from migrator.openbadges.recipient import hash_identity
from migrator.sources.found import Found, FoundLearner
from migrator.transfer.plan import PlanCounts
from migrator.transfer.routes import Options
from migrator.verify.answers import Answer
from migrator.verify.archived import ArchivedWeb

ANN = "ann@example.org"


class DeadWeb:
    """A web where nobody answers any more."""

    def get(self, url):
        return Answer(url, error="dns")


def details(desk):
    rows = desk.archive.all("select detail, assumed, input, account_id from transfer order by id")
    return [tuple(row) for row in rows]


def test_every_badge_gets_a_transfer_and_the_books_balance(desk, make):
    hashed = {"type": "email", "hashed": True, "identity": "sha256$" + "ab" * 32}
    nobodys = make.json(make.assertion(3) | {"recipient": hashed})
    desk.read(
        [
            make.found(1),
            make.found(2, "bob@example.org"),
            make.found(3, holder=None, assertion=nobodys),
            make.found(4, deleted=True),
        ]
    )
    desk.login("carl@example.org", "carl@example.org")
    judged = desk.plan()
    assert judged == PlanCounts(badges=4, to_send=1, held=3)
    assert desk.states() == [
        ("planned", None),
        ("held", "no_account"),
        ("held", "holder_unknown"),
        ("held", "deleted_by_learner"),
    ]


def test_a_badge_nobody_holds_goes_to_the_only_account(desk, make):
    hashed = {"type": "email", "hashed": True, "identity": hash_identity("x@y.example", "md5", "s")}
    nobodys = make.json(make.assertion(3) | {"recipient": hashed | {"salt": "s"}})
    desk.read([make.found(3, holder=None, assertion=nobodys)])
    desk.plan(web=ArchivedWeb(desk.archive))
    assert desk.states() == [("held", "wrong_recipient")]
    assert details(desk)[0][0] == "the recipient is hashed; none of 1 known addresses fits"


def test_what_was_deleted_is_moved_when_asked_for(desk, make):
    desk.read([make.found(1, deleted=True)])
    assert desk.plan().held == 1
    assert desk.plan(with_deleted=True).to_send == 1
    assert desk.plan().held == 1


def test_the_archive_answers_for_what_it_holds(desk, make):
    desk.read([make.found(1, image=make.baked(1)), make.found(2, ANN)])
    desk.plan(web=ArchivedWeb(desk.archive))
    assert desk.states() == [("planned", None)] * 2
    assumed = [row[1] for row in details(desk)]
    assert assumed[0] < assumed[1]  # the second badge's picture is nowhere in the archive


def test_what_will_be_refused_is_held_and_says_why(desk, make):
    desk.read([make.found(1), make.found(2, assertion=make.json(make.assertion(2, "eve@x.org")))])
    desk.plan(web=DeadWeb())
    assert desk.states() == [("held", "host_dead")] * 2
    assert "issuer.example is not reachable" in details(desk)[0][0]
    desk.plan(web=ArchivedWeb(desk.archive))
    assert desk.states() == [("planned", None), ("held", "wrong_recipient")]
    assert details(desk)[1][0] == "awarded to eve@x.org"


def test_the_spelling_that_is_missing_is_named(desk, make):
    desk.read([make.found(1, ANN, assertion=make.json(make.assertion(1, "Ann@Example.org")))])
    hashed = {
        "type": "email",
        "hashed": True,
        "identity": hash_identity("ANN@EXAMPLE.ORG", "sha256", ""),
    }
    desk.read([make.found(2, ANN, assertion=make.json(make.assertion(2) | {"recipient": hashed}))])
    desk.plan(web=ArchivedWeb(desk.archive))
    told = [row[0] for row in details(desk)]
    assert told[1] == "add this spelling to the account: ANN@EXAMPLE.ORG"
    assert "Ann@Example.org" in told[0]


def test_a_badge_that_can_be_sent_in_no_form_is_held(desk, make):
    desk.read([make.found(1), Found("a", assertion=make.json(made_without_address()), holder=ANN)])
    only_pictures = Capabilities(inputs=frozenset({Input.IMAGE}))
    desk.plan(capabilities=only_pictures)
    assert desk.states() == [("held", "no_web_address")] * 2
    desk.plan()
    assert desk.state()[0] == "planned"


def made_without_address():
    return {"uid": "1", "recipient": ANN, "badge": {"name": "Old", "issuer": {"name": "I"}}}


def test_a_plan_leaves_what_is_under_way_or_finished_alone(desk, make, text_clock):
    desk.read([make.found(n) for n in range(5)])
    desk.plan()
    desk.push("ok", "refused", "later", badges=3)
    before = desk.states()
    text_clock.advance(5)
    counts = desk.plan(web=DeadWeb())
    assert counts == PlanCounts(badges=5, held=2, finished=1, refused=1, waiting=1)
    assert desk.states()[:3] == before[:3]
    assert desk.state()[3:] == ["held", "held"]


def test_what_the_archive_knows_for_certain_tells_more_than_a_dead_host(desk, make):
    expired = make.json(make.assertion(1, expires="2018-01-01"))
    desk.read([make.found(1, assertion=expired), make.found(2)])
    desk.plan(web=DeadWeb(), asked="web")
    assert desk.states() == [("held", "expired"), ("held", "host_dead")]


def test_a_revoked_badge_is_held_though_a_server_might_take_it(desk, make):
    desk.read([make.found(1, assertion=make.json(make.assertion(1, revoked=True)))])
    desk.plan(web=ArchivedWeb(desk.archive))
    assert desk.states() == [("held", "revoked")]


def test_verdicts_are_kept_as_they_change(desk, make, archive):
    desk.read([make.found(1)])
    for web in (DeadWeb(), DeadWeb(), ArchivedWeb(archive)):
        desk.plan(web=web)
    rows = archive.all("select accepted, reason from verdict order by id")
    assert [tuple(row) for row in rows] == [(0, "host_dead"), (1, None)]


def test_an_account_that_knows_more_addresses_brings_its_learners_badges(desk, make):
    desk.read([make.found(1, "old@example.org")])
    desk.plan()
    assert desk.states() == [("held", "no_account")]
    desk.login(ANN, ANN, "old@example.org")
    desk.plan(web=ArchivedWeb(desk.archive))
    assert desk.states() == [("planned", None)]
    assert desk.push().sent == {"done": 1}


def test_a_badge_that_changes_hands_is_sent_to_its_account_only(desk, make):
    desk.read([make.found(1, "bob@example.org")])
    desk.plan()
    bob = desk.login("bob@example.org", "bob@example.org")
    desk.plan()
    assert desk.push().sent == {}
    assert desk.push(account=bob).sent == {"done": 1}


def test_who_watches_hears_of_every_batch(desk, make):
    desk.read([make.found(n) for n in range(501)])
    heard = []
    desk.plan(watch=heard.append)
    assert heard == [500, 501]


def test_two_plans_are_not_made_at_once(desk, make):
    desk.read([make.found(1)])
    with leased(desk.archive, "plan", "plan"), pytest.raises(errors.ArchiveLocked):
        desk.plan()


def test_a_badge_that_will_be_hidden_says_so(desk, make):
    desk.login(ANN, ANN)
    with_pending = Addresses((ANN,), ("pending@example.org",))
    accounts_store.save_account(desk.archive, desk.saved.id, ANN, with_pending)
    desk.read([make.found(1, ANN, assertion=make.json(make.assertion(1, "pending@example.org")))])
    desk.plan(web=ArchivedWeb(desk.archive))
    assert details(desk)[0][0] == "hidden until the address is confirmed"


def test_counts_that_do_not_balance_are_seen():
    assert PlanCounts(3, 1, 1, 1).balances
    assert not PlanCounts(3, 1, 1).balances


def test_a_batch_of_the_plan_is_written_whole_or_not_at_all(desk, make, archive):
    desk.read([make.found(1)])

    def planned():
        yield ledger.Planned(1, desk.account.id, "import", "url", "planned", None, "", 0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.write_plan(archive, desk.saved.id, planned())
    assert desk.states() == []


def routes(desk):
    rows = desk.archive.all("select route, reason from transfer order by assertion_id")
    return [tuple(row) for row in rows]


def test_each_badge_gets_its_route(desk, make):
    whole = make.found(1, image=make.baked(1))
    expired = make.json(make.assertion(4, expires="2018-01-01"))
    desk.read([whole, make.found(2, badge_class=None, issuer=None), make.found(3)])
    desk.read([make.found(4, assertion=expired)])
    counts = desk.plan(web=DeadWeb())
    assert routes(desk)[:2] == [("restore", "host_dead"), (None, "host_dead")]
    assert counts.hosts == (("issuer.example", 1),)
    desk.plan(web=ArchivedWeb(desk.archive))
    assert routes(desk)[0] == ("import", None)
    assert routes(desk)[3] == (None, "expired")


def test_a_new_award_is_planned_only_when_the_destination_can_and_somebody_asks(desk, make):
    desk.read([make.found(1, badge_class=None, issuer=None)])
    awards = Capabilities(frozenset(Input), routes=frozenset({"import", "reaward"}))
    asks = Options(reaward=True)
    for capabilities, options, route in (
        (awards, Options(), None),
        (desk.backpack.capabilities, asks, None),
        (awards, asks, "reaward"),
    ):
        desk.plan(web=DeadWeb(), capabilities=capabilities, options=options)
        assert routes(desk) == [(route, "host_dead")]
        assert desk.push().sent == {}


def test_a_badge_that_could_not_be_moved_from_any_account_says_so(desk, make):
    desk.read([make.found(1, "bob@example.org", image=make.baked(1))])
    desk.plan(web=DeadWeb())
    assert routes(desk) == [("restore", "host_dead")]
    desk.plan(web=ArchivedWeb(desk.archive))
    assert routes(desk) == [(None, "no_account")]


def test_an_address_the_archive_knows_of_the_learner_is_named(desk, make):
    hashed = {"type": "email", "hashed": True, "salt": "s"}
    identity = hash_identity("ann.old@example.net", "sha256", "s")
    assertion = make.assertion(1) | {"recipient": hashed | {"identity": identity}}
    desk.read([make.found(1, ANN, assertion=make.json(assertion))])
    desk.read([FoundLearner("ann", (ANN, "ann.old@example.net"), "Ann")])
    desk.plan(web=ArchivedWeb(desk.archive))
    assert details(desk)[0][0] == "add this spelling to the account: ann.old@example.net"


def test_the_ways_out_of_a_plan_add_up(desk, make):
    desk.read([make.found(n, image=make.baked(n)) for n in range(3)])
    desk.read([make.found(4, badge_class=None), make.found(5, "bob@example.org")])
    for web in (DeadWeb(), ArchivedWeb(desk.archive)):
        counts = desk.plan(web=web)
        routed = ledger.routes(desk.archive, desk.saved.id)
        assert sum(one.badges for one in routed) == counts.to_send + counts.held
