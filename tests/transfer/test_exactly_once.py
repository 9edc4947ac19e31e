"""Each badge there once, and the archive knows it: whatever clocks, inputs and processes do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from migrator import errors
from migrator.archive import accounts, ledger
from migrator.archive.archive import Archive
from migrator.archive.proof.check import check
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.base import Credentials, Input, OutcomeState, Parcel
from migrator.destinations.manners import Manners
from migrator.destinations.wrappers import Pace
from migrator.openbadges.model import Addresses
from migrator.rehearsal.faults import Faults
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions
from migrator.transfer.campaign import Campaign
from migrator.transfer.comparison import Change, Watcher
from migrator.transfer.plan import Question, plan
from migrator.transfer.push import Limits, push_account
from migrator.transfer.reconcile import Reconciliation
from migrator.verify.answers import Answer

ANN = "ann@example.org"
DAY = 86_400
NOBODY = Watcher(lambda difference: None, lambda account: None)


class Keys:
    """What a keyring would keep; the password opens whatever is asked."""

    def __init__(self):
        self.kept = {}

    def credentials(self, destination, username):
        return self.kept.get(username) or Credentials(username, password="x")

    def save(self, destination, credentials):
        self.kept[credentials.username] = Credentials(
            credentials.username,
            password="x",
            access_token=credentials.access_token,
            refresh_token=credentials.refresh_token,
        )


def settled(archive, saved, destination, treatment, keys):
    """Look with `reconcile` and `check`: nothing may be left to do, and nothing be damaged."""
    compared = []
    job = Reconciliation(archive, saved, destination, keys, treatment)
    visited = job.run(None, "9999", Watcher(lambda difference: None, compared.append))
    assert [one.trouble for one in visited] == [None] * len(visited)
    assert visited
    for one in compared:
        assert (one.repaired, one.missing) == (0, 0)
        assert set(one.changes) <= {Change.SAME}
    assert check(archive, lambda damage: None, lambda rows: None).clean


@pytest.fixture
def once(desk, treated):
    """Say that every badge is there once, that the archive knows it, and nothing is left to do."""

    def said(badges):
        assert set(desk.backpack.arrived.values()) == {1}
        assert len(desk.backpack.accounts[ANN].badges) == badges
        assert set(desk.state()) <= set(ledger.FINAL)
        assert len(desk.state()) == badges
        before = len(desk.backpack.sent)
        assert desk.push().sent == {}
        assert len(desk.backpack.sent) == before
        settled(desk.archive, desk.saved, desk.backpack, treated(), Keys())

    return said


@pytest.mark.parametrize("jump", [-DAY, DAY])
@pytest.mark.parametrize("fault", ["later", "request_lost", "answer_lost", "much_later"])
def test_a_clock_that_jumps_by_a_day_neither_keeps_a_badge_waiting_nor_sends_it_twice(
    desk, make, once, text_clock, jump, fault
):
    desk.read([make.found(n) for n in range(3)])
    desk.plan()
    desk.push(fault, "ok", fault)
    text_clock.advance(jump)
    left = sum(state != "done" for state in desk.state())
    assert ledger.count_due(desk.archive, desk.account.id) == left
    assert ledger.count_due_all(desk.archive, desk.saved.id) == left
    desk.push()
    once(3)


def test_a_clock_that_goes_back_and_forth_all_the_time_does_no_harm(desk, make, once, text_clock):
    desk.read([make.found(n) for n in range(5)])
    desk.plan()
    for fault, jump in (
        ("answer_lost", -DAY),
        ("later", 3 * DAY),
        ("request_lost", -2 * DAY),
        ("unreachable", 61),
        ("ok", 0),
    ):
        desk.push(fault, badges=2)
        text_clock.advance(jump)
    text_clock.advance(3600)
    desk.push()
    once(5)


def test_a_badge_that_waits_an_hour_is_not_sent_at_once(desk, make, text_clock):
    desk.read([make.found(1)])
    desk.plan()
    desk.push("much_later")
    text_clock.advance(-59)  # less than a jump: two computers whose clocks differ a little
    assert desk.push().sent == {}
    text_clock.advance(59 + 3600)
    assert desk.push().sent == {"done": 1}


def elsewhere(archive):
    """Let what runs be another computer's, of which only its lease can tell whether it lives."""
    with archive.writing() as conn:
        conn.execute("update run set host = 'elsewhere' where finished_at is null")


@pytest.mark.parametrize("lost", [False, True])
def test_one_whose_lease_ran_out_by_a_jump_of_the_clock_stops_and_nothing_is_there_twice(
    desk, make, once, archive, text_clock, lost
):
    desk.read([make.found(n) for n in range(4)])
    desk.plan()
    session = desk.session()
    send = session.send

    def while_it_is_under_way(parcel):
        """A second computer, whose clock is a day ahead, takes the account for abandoned."""
        elsewhere(archive)
        session.send = send
        ahead = type(text_clock)()
        ahead.advance(DAY)
        with Archive.open(archive.path, ahead) as other:
            second = desk.backpack.sign_in(Credentials(ANN))
            push_account(other, desk.account, second, Limits(), lambda sent: None)
        return send(parcel)

    session.send = while_it_is_under_way
    desk.backpack.faults = ["answer_lost"] * 4 if lost else []
    with pytest.raises(errors.ArchiveLocked, match="taken over"):
        push_account(archive, desk.account, session, Limits(), lambda sent: None)
    text_clock.advance(2 * DAY)
    desk.push()
    once(4)


def test_the_lease_of_another_computer_is_kept_when_the_clock_goes_back(
    desk, make, archive, once, text_clock
):
    desk.read([make.found(1)])
    desk.plan()
    run = archive.begin_run("push")
    elsewhere(archive)
    with archive.writing() as conn:
        conn.execute(
            "insert into lease values (?, ?, ?, ?)",
            (f"push:{desk.account.id}", run, archive.now(), "2026-11-23T09:05:00.000Z"),
        )
    text_clock.advance(-DAY)
    with pytest.raises(errors.ArchiveLocked):
        desk.push()
    assert desk.backpack.sent == []
    text_clock.advance(DAY + 301)
    desk.push()
    once(1)


# Against a real server, over HTTP


class Web:
    """The issuers' site: every document of every badge."""

    def __init__(self, make, badges):
        self.pages = {}
        for number in range(badges):
            self.pages[make.url(number)] = ("application/json", make.json(make.assertion(number)))
        for number in range(3):
            badge_class = make.badge_class(number)
            self.pages[badge_class["id"]] = ("application/json", make.json(badge_class))
            self.pages[badge_class["image"]] = ("image/png", make.png())
        self.pages[make.issuer()["id"]] = ("application/json", make.json(make.issuer()))

    def get(self, url):
        page = self.pages.get(url) or self.pages.get(url.partition("?")[0])
        return Answer(url, 200, *page) if page else Answer.unknown(url)


class Server:
    """A rehearsal with a clock of its own, and an archive that is to be pushed to it."""

    def __init__(self, archive, make, running, web, clock):
        self.archive, self.make, self.running, self.web = archive, make, running, web
        self.clock = clock
        self.destination = Badgr(running.url)
        self.saved = accounts.save_destination(archive, "badgr", running.url)
        self.keys = Keys()
        accounts.save_account(archive, self.saved.id, ANN, Addresses((ANN,)))

    def plan(self):
        now = datetime.now(UTC)
        question = Question(self.saved, self.destination.capabilities, self.web, "web", now)
        return plan(self.archive, question, lambda count: None).to_send

    def push(self, **more):
        campaign = Campaign(
            *(self.archive, self.saved, self.destination, self.keys),
            *(self.treatment, Limits(**more)),
        )
        return campaign.push(None, lambda sent: None)

    def session(self):
        return self.destination.sign_in(Credentials(ANN, password="x"))

    @property
    def imports(self):
        return self.running.state.imports

    @property
    def refused(self):
        """How many badges were sent that were there already."""
        return self.running.state.requests["POST /v2/backpack/import", 400]

    @property
    def treatment(self):
        return Manners(self.destination.capabilities, pace=Pace(2, first=0.001, longest=0.002))

    def settled(self, badges):
        assert set(self.imports.values()) == {1}
        assert len(self.running.state.held) == badges
        imports = self.running.state.requests["POST /v2/backpack/import", 201]
        assert self.push() == []
        settled(self.archive, self.saved, self.destination, self.treatment, self.keys)
        assert self.running.state.requests["POST /v2/backpack/import", 201] == imports


@pytest.fixture
def server(archive, reader, make, tmp_path):
    web = Web(make, 4)
    clock = {"ahead": timedelta(0)}
    options = RehearsalOptions(
        accounts=(AccountOptions((ANN,), "x"),), clock=lambda: datetime.now(UTC) + clock["ahead"]
    )
    with serve(options, fetching=lambda address: lambda: web) as running:
        reader.outcomes(archive, tmp_path, [make.found(n) for n in range(4)])
        yield Server(archive, make, running, web, clock)


@pytest.mark.parametrize("form", [Input.URL, Input.IMAGE, Input.ASSERTION])
def test_a_badge_that_is_there_by_another_input_is_not_sent_again(server, make, form):
    number = 2
    document = make.assertion(number)
    whole = {
        Input.URL: partial(Parcel, url=make.url(number)),
        Input.IMAGE: partial(Parcel, image=make.baked(number)),
        Input.ASSERTION: partial(Parcel, assertion=document),
    }[form]
    session = server.session()
    outcome = session.send(whole("Badge", frozenset()))
    session.close()
    assert outcome.state is OutcomeState.DONE
    assert server.plan() == 4
    server.push()
    states = ledger.states(server.archive, server.saved.id)
    assert states == {"done": 3, "already_there": 1}
    assert not server.refused
    server.settled(4)


def test_the_twin_of_a_badge_that_is_there_is_not_sent_at_all(server, make):
    server.plan()
    state = server.running.state
    session = server.session()
    session.send(Parcel("Badge", frozenset(), url=make.url(1)))
    session.close()
    (held,) = state.held.values()
    state.remove(held)
    twin = type(held)(
        **{name: getattr(held, name) for name in type(held).__slots__}
        | {"open_badge_id": f"{held.open_badge_id}?v=1_1"}
    )
    assert state.add(twin, "")
    server.imports.clear()
    server.push()
    assert ledger.states(server.archive, server.saved.id) == {"done": 3, "already_there": 1}
    assert make.url(1) not in {badge for _, badge in server.imports}
    assert not server.refused
    server.settled(4)


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=-1), timedelta(days=400)])
def test_tokens_that_have_run_out_by_the_servers_clock_are_renewed_in_the_middle(server, ahead):
    server.plan()
    server.push(badges=2)
    server.clock["ahead"] = ahead
    server.push()
    assert ledger.states(server.archive, server.saved.id) == {"done": 4}
    server.settled(4)


def test_all_answers_lost_are_found_by_reconciling(server):
    server.plan()
    server.running.app.faults = Faults(lose=100)
    server.push(badges=4)
    lost = ledger.states(server.archive, server.saved.id)
    assert set(lost) <= {"waiting", "done", "sending"}
    server.running.app.faults = Faults()
    job = Reconciliation(
        *(server.archive, server.saved, server.destination, server.keys, server.treatment)
    )
    job.run(None, "9999", NOBODY)
    assert ledger.states(server.archive, server.saved.id) == {"done": 4}
    server.settled(4)
