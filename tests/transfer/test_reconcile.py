"""What the archive knows is compared with what is there: the archive is put right, and only it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from migrator import errors
from migrator.archive import accounts as accounts_store
from migrator.archive import compared, ledger, totals
from migrator.archive.lease import leased
from migrator.archive.life.learners import _plan_anew
from migrator.archive.proof.check import check
from migrator.destinations.base import Credentials, Held
from migrator.sources.found import FoundCollection, Membership
from migrator.transfer.campaign import Campaign
from migrator.transfer.comparison import Change, Watcher, judge
from migrator.transfer.push import Limits
from migrator.transfer.reconcile import Reconciliation
from migrator.transfer.there import Fit, There

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"
NEVER = "9999"


class Keys:
    """A keyring in memory that knows everybody but those in `unknown`."""

    def __init__(self):
        self.unknown = set()

    def credentials(self, destination, username):
        return None if username in self.unknown else Credentials(username, password="x")

    def save(self, destination, credentials):
        pass


class Comparing:
    """Comparisons of one archive, and everything they have said."""

    def __init__(self, desk, treated):
        self.desk, self.keys = desk, Keys()
        self.job = Reconciliation(desk.archive, desk.saved, desk.backpack, self.keys, treated())

    def __call__(self, username=None, since=NEVER, **more):
        self.accounts, self.differences = [], []
        watcher = Watcher(self.differences.append, self.accounts.append)
        before = len(self.desk.backpack.sent)
        visited = replace(self.job, **more).run(username, since, watcher)
        assert len(self.desk.backpack.sent) == before
        assert all(one.missing == 0 for one in self.accounts)
        self.desk.balance()
        return visited

    @property
    def changes(self):
        found = sum((one.changes for one in self.accounts), Counter())
        return {change: found[change] for change in found if change is not Change.SAME}

    @property
    def fits(self):
        return dict(sum((one.fits for one in self.accounts), Counter()))


@pytest.fixture
def comparing(desk, treated):
    return Comparing(desk, treated)


@pytest.fixture
def pushed(desk, make):
    """Five badges that have arrived; returns what the account holds."""
    desk.read([make.found(n) for n in range(5)])
    desk.plan()
    desk.push()
    return desk.backpack.accounts[ANN].badges


def test_what_has_arrived_is_as_the_archive_knew(desk, comparing, pushed):
    before = dump(desk)
    (visited,) = comparing()
    assert (visited.username, visited.trouble) == (ANN, None)
    assert (comparing.changes, comparing.fits) == ({}, {Fit.KNOWN: 5})
    assert (comparing.accounts[0].known, comparing.accounts[0].repaired) == (5, 0)
    assert dump(desk) == before


def dump(desk):
    return [tuple(row) for row in desk.archive.all("select * from transfer order by id")]


def test_a_badge_that_is_there_has_arrived_whatever_the_archive_thought(desk, make, comparing):
    desk.read([make.found(n) for n in range(5)])
    desk.plan()
    desk.push("refused", "later", "request_lost", badges=3)
    with desk.archive.writing() as conn:
        conn.execute("update transfer set state = 'sending' where id = 4")
    there = desk.backpack.accounts[ANN].badges
    there.update({make.url(n): f"remote {n}" for n in range(5)})
    comparing()
    states = ["already_there", "done", "done", "done", "already_there"]
    assert desk.states() == [(state, None) for state in states]
    assert comparing.changes == {Change.ARRIVED: 5}
    assert comparing.differences[2].title == "Badge 2"
    rows = desk.archive.all("select remote_id, due_at from transfer order by id")
    assert [tuple(row) for row in rows] == [(f"remote {n}", None) for n in range(5)]
    comparing()
    assert comparing.changes == {}
    assert desk.push().sent == {}


def test_what_never_arrived_is_planned_again(desk, make, comparing):
    desk.read([make.found(1)])
    desk.plan()
    with desk.archive.writing() as conn:
        conn.execute("update transfer set state = 'sending'")
    comparing()
    assert comparing.changes == {Change.NOT_ARRIVED: 1}
    assert desk.push().sent == {"done": 1}


def test_what_somebody_deleted_is_listed_and_sent_again_only_on_request(
    desk, make, comparing, pushed
):
    del pushed[make.url(2)]
    comparing()
    (one,) = comparing.differences
    assert (one.change, one.title, one.open_badge_id) == (Change.DELETED, "Badge 2", make.url(2))
    assert one.since[:4] == desk.archive.now()[:4]
    assert desk.states()[2] == ("refused", "deleted_there")
    detail = desk.archive.one("select detail from transfer where state = 'refused'")[0]
    assert detail.startswith("It was there on 20")
    desk.plan()
    assert ledger.retry(desk.archive, desk.saved.id, None, None) == 0
    assert desk.push().sent == {}
    comparing()
    assert (comparing.changes, comparing.accounts[0].repaired) == ({Change.GONE: 1}, 0)
    assert comparing.differences == [replace(one, change=Change.GONE, since=None)]
    assert ledger.retry(desk.archive, desk.saved.id, "deleted_there", None) == 1
    assert desk.push().sent == {"done": 1}
    comparing()
    assert comparing.changes == {}


def test_what_was_deleted_is_put_back_on_the_plan_where_that_is_asked(
    desk, make, comparing, pushed
):
    del pushed[make.url(2)]
    comparing(send_again=True)
    assert (comparing.changes, comparing.accounts[0].sent_again) == ({Change.DELETED: 1}, 1)
    assert desk.states()[2] == ("planned", None)
    assert desk.push().sent == {"done": 1}


def test_what_was_deleted_and_is_back_is_ours_again(desk, make, comparing, pushed):
    remote_id = pushed.pop(make.url(2))
    comparing()
    pushed[make.url(2)] = f"{remote_id} again"
    comparing()
    assert comparing.changes == {Change.ARRIVED: 1}
    assert desk.states()[2] == ("done", None)


def test_a_learner_who_is_joined_with_another_gets_nothing_back_that_was_deleted(
    desk, make, comparing, pushed
):
    del pushed[make.url(2)]
    comparing()
    with desk.archive.writing() as conn:
        _plan_anew(conn, desk.account.learner_id, desk.archive.now())
    desk.plan()
    assert desk.states()[2] == ("refused", "deleted_there")


def test_an_id_that_has_changed_is_noted_and_its_collection_filled_anew(
    desk, make, comparing, treated
):
    group = FoundCollection("group", "1", ANN, "Mine")
    desk.read([group, *(make.found(n, memberships=(Membership("1", n),)) for n in range(2))])
    desk.plan()
    campaign = Campaign(
        desk.archive, desk.saved, desk.backpack, comparing.keys, treated(), Limits()
    )
    campaign.push(None, lambda sent: None)
    account = desk.backpack.accounts[ANN]
    account.badges[make.url(1)] = "another id"
    account.collections["collection 1"] = ("Mine", (f"remote {make.url(0)}",), False)
    assert list(campaign.accounts(None)) == []
    comparing(dry_run=True)
    assert list(campaign.accounts(None)) == []
    comparing()
    assert comparing.changes == {Change.NEW_ID: 1}
    ids = [row[0] for row in desk.archive.all("select remote_id from transfer order by id")]
    assert ids == [f"remote {make.url(0)}", "another id"]
    campaign.push(None, lambda sent: None)
    ((_, badges, _),) = account.collections.values()
    assert badges == (f"remote {make.url(0)}", "another id")


def test_pending_becomes_confirmed_and_the_other_way_round(desk, make, comparing, pushed):
    hidden = desk.backpack.accounts[ANN].hidden
    hidden.add(make.url(1))
    comparing()
    assert comparing.changes == {Change.HIDDEN: 1}
    assert [row[0] for row in desk.archive.all("select pending from transfer")] == [0, 1, 0, 0, 0]
    hidden.clear()
    comparing()
    assert comparing.changes == {Change.CONFIRMED: 1}
    assert not any(row[0] for row in desk.archive.all("select pending from transfer"))
    assert desk.state() == ["done"] * 5


def test_what_the_archive_does_not_know_is_listed_and_left_alone(desk, make, comparing, pushed):
    pushed["https://elsewhere.example/7"] = "theirs"
    desk.read([make.found(9, BOB)])
    pushed[make.url(9)] = "of Bob, who has no account"
    before = dict(pushed)
    comparing()
    assert comparing.fits == {Fit.KNOWN: 5, Fit.ELSEWHERE: 1, Fit.UNKNOWN: 1}
    (one,) = comparing.differences
    assert (one.change, one.open_badge_id) == (Change.UNKNOWN, "https://elsewhere.example/7")
    assert pushed == before


def test_a_badge_awarded_anew_is_no_stranger_and_never_deleted(desk, make, comparing, pushed):
    with desk.archive.writing() as conn:
        conn.execute(
            "update transfer set route = 'reaward', reason = 'awarded_anew', remote_id = 'new',"
            " account_id = null where id = 1"
        )
    del pushed[make.url(0)]
    pushed["https://backpack.example/public/assertions/new"] = "new"
    comparing()
    assert (comparing.changes, comparing.fits) == ({}, {Fit.KNOWN: 4, Fit.ELSEWHERE: 1})


@pytest.mark.parametrize("twin", ["?v=1_1", "?v=2_0"])
def test_the_twin_of_a_badge_is_the_same_badge(desk, make, comparing, pushed, twin):
    pushed[make.url(1) + twin] = "a twin"
    comparing()
    assert (comparing.changes, comparing.fits) == ({}, {Fit.KNOWN: 5, Fit.COPY: 1})
    pushed.pop(make.url(1))
    comparing()
    assert (comparing.changes, comparing.fits) == ({Change.NEW_ID: 1}, {Fit.KNOWN: 5})
    assert desk.push().sent == {}


def test_a_badge_is_known_by_the_id_it_was_given_there_too(desk, make, comparing, pushed):
    pushed["urn:strange"] = pushed.pop(make.url(1))
    comparing()
    assert (comparing.changes, comparing.fits) == ({}, {Fit.KNOWN: 5})


def test_a_dry_run_says_it_and_writes_nothing(desk, make, comparing, pushed):
    del pushed[make.url(2)]
    before = dump(desk)
    comparing(dry_run=True, send_again=True)
    assert comparing.changes == {Change.DELETED: 1}
    assert dump(desk) == before
    assert desk.archive.one("select compared_at from account")[0] is None


def test_nothing_is_concluded_from_a_list_that_did_not_come_to_its_end(
    desk, make, comparing, pushed
):
    desk.backpack.away = True
    (visited,) = comparing()
    assert (visited.later, comparing.accounts) == (True, [])
    desk.backpack.away = False
    sign_in = desk.backpack.sign_in

    def breaking(*given):
        session = sign_in(*given)

        def held():
            yield Held("remote", make.url(0))
            desk.backpack.away = True
            yield from type(session).held(session)

        session.held = held
        return session

    desk.backpack.sign_in = breaking
    (visited,) = comparing()
    assert (visited.later, comparing.accounts) == (True, [])
    assert desk.state() == ["done"] * 5
    assert desk.archive.one("select compared_at from account")[0] is None


def test_only_what_is_missing_twice_is_gone(desk, make, comparing, pushed):
    sign_in, lists = desk.backpack.sign_in, []

    def forgetful(*given):
        session = sign_in(*given)
        everything = session.held

        def held():
            lists.append(1)
            found = list(everything())
            return iter(found[2:] if len(lists) == 1 else found)

        session.held = held
        return session

    desk.backpack.sign_in = forgetful
    comparing()
    assert (comparing.changes, comparing.fits, len(lists)) == ({}, {Fit.KNOWN: 5}, 2)
    comparing()
    assert len(lists) == 3


def test_a_push_and_a_comparison_never_meet_at_an_account(desk, comparing, pushed):
    with (
        leased(desk.archive, f"push:{desk.account.id}", "push to ann"),
        pytest.raises(errors.ArchiveLocked, match="`push to ann` is at work"),
    ):
        comparing()
    session = desk.backpack.sign_in(Credentials(ANN))

    def held():
        with pytest.raises(errors.ArchiveLocked, match="`reconcile memory:https"):
            desk.push()
        yield from type(session).held(session)

    session.held = held
    desk.backpack.sign_in = lambda *_: session
    comparing_once = comparing()
    assert comparing_once[0].trouble is None


@pytest.fixture
def three(desk, make):
    for number, who in enumerate((ANN, BOB, EVE)):
        if who != ANN:
            desk.login(who, who)
        desk.read([make.found(number, who)])
    desk.plan()
    for account in accounts(desk):
        desk.push(account=account)
    return desk


def accounts(desk):
    return accounts_store.accounts(desk.archive, desk.saved.id)


def test_one_account_or_learner_is_compared_alone(three, comparing):
    comparing("BOB@example.org")
    assert [one.username for one in comparing.accounts] == [BOB]
    eve = next(one.learner_id for one in accounts(three) if one.username == EVE)
    comparing(learners=(eve,))
    assert [one.username for one in comparing.accounts] == [EVE]
    with pytest.raises(errors.Usage, match="has not signed in"):
        comparing("stranger@example.org")


def test_one_that_was_stopped_goes_on_with_the_accounts_that_are_left(three, comparing, text_clock):
    seen = comparing.job
    stopped = replace(seen, stop=lambda: len(comparing.accounts) >= 1)
    comparing.job = stopped
    comparing(since=stopped.since)
    # The second was under way by the time the first was written down.
    assert [one.username for one in comparing.accounts] == [ANN, BOB]
    text_clock.advance(3600)
    comparing.job = seen
    since = seen.since
    assert (seen.count(since), seen.compared_since(since)) == (1, 2)
    comparing(since=since)
    assert [one.username for one in comparing.accounts] == [EVE]
    text_clock.advance(1)
    since = seen.since
    assert (seen.count(since), seen.compared_since(since)) == (3, 0)


def test_one_that_was_stopped_long_ago_begins_anew(three, comparing, text_clock):
    comparing.job = replace(comparing.job, stop=lambda: len(comparing.accounts) >= 1)
    comparing(since=comparing.job.since)
    text_clock.advance(8 * 86400)
    assert comparing.job.count(comparing.job.since) == 3


def test_an_account_in_trouble_does_not_stop_the_others_and_is_asked_again(
    three, comparing, text_clock
):
    comparing.keys.unknown.add(BOB)
    visited = comparing(since=comparing.job.since)
    assert [one.trouble is None for one in visited] == [True, False, True]
    assert "No password or token is known for bob" in visited[1].trouble


def test_an_account_nobody_has_used_and_that_has_no_badges_is_left_out(desk, comparing, pushed):
    with desk.archive.writing() as conn:
        conn.execute(
            "insert into account (destination_id, username, addresses) values (1, 'idle@x.org', '')"
        )
    comparing()
    assert [one.username for one in comparing.accounts] == [ANN]


def test_a_thousand_badges_are_compared_page_by_page(desk, make, comparing, monkeypatch):
    monkeypatch.setattr("migrator.transfer.comparison._PAGE", 7)
    monkeypatch.setattr("migrator.transfer.there._PAGE", 3)
    desk.read([make.found(n) for n in range(30)])
    desk.plan()
    desk.push()
    there = desk.backpack.accounts[ANN].badges
    there.update({f"https://elsewhere.example/{n}": f"theirs {n}" for n in range(10)})
    pages = []
    add = There.add
    monkeypatch.setattr(There, "add", lambda self, page: pages.append(len(page)) or add(self, page))
    comparing()
    assert comparing.fits == {Fit.KNOWN: 30, Fit.UNKNOWN: 10}
    assert pages == [7, 7, 7, 7, 7, 5]
    assert [one.open_badge_id for one in comparing.differences] == [
        f"https://elsewhere.example/{n}" for n in range(10)
    ]


def test_an_id_that_was_not_known_is_noted(desk, comparing, pushed):
    with desk.archive.writing() as conn:
        conn.execute("update transfer set remote_id = null where id = 1")
    comparing()
    assert comparing.changes == {Change.NEW_ID: 1}
    assert desk.archive.one("select remote_id from transfer where id = 1")[0] is not None


@pytest.mark.parametrize("state", ["planned", "waiting", "held", "refused"])
def test_what_is_not_there_and_was_not_thought_to_be_stays_as_it_is(state):
    one = compared.Known(1, 1, "url:https://x", state, None, None, False, False, "2026-11-23")
    assert judge(one, None, "2026-11-24") == (Change.SAME, None)


def test_after_any_comparison_the_archive_is_sound(desk, make, comparing, pushed):
    del pushed[make.url(2)]
    pushed[make.url(3)] = "another"
    comparing()
    report = check(desk.archive, lambda damage: None, lambda rows: None)
    assert report.clean
    total = totals.totals(desk.archive).destinations[0]
    assert total.missing == 0


def test_an_answer_that_came_while_nobody_listened_is_found(desk, make, comparing):
    desk.read([make.found(1), make.found(2)])
    desk.plan()
    desk.push("answer_lost")
    assert desk.state() == ["waiting", "done"]
    comparing()
    assert desk.state() == ["done", "done"]
