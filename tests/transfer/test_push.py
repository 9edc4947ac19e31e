from __future__ import annotations

import base64
import subprocess
import sys

import pytest

from migrator import errors
from migrator.archive import ledger
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.sources.found import Found


def kill(desk, killed, *faults):
    """Push until the process dies."""
    with pytest.raises(killed):
        desk.push(*faults)
    # A dead process cannot tidy up behind itself; what `finally` did is undone.
    with desk.archive.writing() as conn:
        conn.execute("update run set finished_at = null where id = (select max(id) from run)")


def test_every_badge_is_sent_once_and_a_second_push_sends_nothing(desk, make):
    desk.read([make.found(n) for n in range(450)])
    assert desk.plan().to_send == 450
    tally = desk.push()
    assert (tally.sent, tally.stopped) == ({"done": 450}, None)
    assert set(desk.state()) == {"done"}
    assert [sent.state for sent in desk.seen] == ["done"] * 450
    again = desk.push()
    assert (again.sent, again.stopped) == ({}, None)
    assert len(desk.backpack.sent) == 450
    assert desk.once()


def test_sending_is_on_disk_before_the_request_leaves(desk, make, archive):
    desk.read([make.found(1)])
    desk.plan()
    seen = []
    send = type(desk.session()).send

    def watching(session, parcel):
        with Archive.read(archive.path) as other:
            seen.append(tuple(other.one("select state, attempts from transfer")))
        return send(session, parcel)

    desk.backpack.sign_in = lambda credentials: _Watching(desk, watching)
    desk.push()
    assert seen == [("sending", 1)]
    assert archive.one("pragma synchronous")[0] == 2


class _Watching:
    def __init__(self, desk, send):
        del desk.backpack.sign_in
        self.inner = desk.session()
        self.send = lambda parcel: send(self.inner, parcel)

    def __getattr__(self, name):
        return getattr(self.inner, name)


def test_each_request_is_a_row_with_what_came_of_it(desk, make, archive, text_clock):
    desk.read([make.found(1)])
    desk.plan()
    desk.push("later")
    text_clock.advance(121)
    desk.push("pending")
    rows = archive.all("select outcome, reason, http_status, detail from attempt order by id")
    assert [tuple(row) for row in rows] == [
        ("try_again", "rate_limited", None, ""),
        ("done", None, 201, ""),
    ]
    row = archive.one("select state, attempts, pending, remote_id from transfer")
    assert tuple(row) == ("done", 2, 1, f"remote {make.url(1)}")


def test_ctrl_c_stops_after_the_badge_under_way_and_the_next_push_goes_on(desk, make):
    desk.read([make.found(n) for n in range(6)])
    desk.plan()
    tally = desk.push(stop=lambda: len(desk.backpack.sent) >= 2)
    assert (tally.sent, tally.stopped) == ({"done": 2}, "interrupted")
    assert desk.state() == ["done"] * 2 + ["planned"] * 4
    assert desk.push().sent == {"done": 4}
    assert desk.once()


def test_a_limit_sends_so_many_and_no_more(desk, make):
    desk.read([make.found(n) for n in range(5)])
    desk.plan()
    assert (desk.push(badges=2).stopped, len(desk.backpack.sent)) == ("limit", 2)
    assert (desk.push(badges=3).stopped, len(desk.backpack.sent)) == (None, 5)
    assert desk.push(badges=1).stopped is None


def test_a_lost_answer_is_looked_up_and_the_badge_not_sent_again(desk, make):
    desk.read([make.found(1), make.found(2)])
    desk.plan()
    assert desk.push("answer_lost").sent == {"waiting": 1, "done": 1}
    assert desk.states() == [("waiting", "answer_lost"), ("done", None)]
    assert desk.push().sent == {}
    assert desk.states() == [("done", None), ("done", None)]
    assert len(desk.backpack.sent) == 2


def test_a_lost_request_is_sent_again_when_its_time_has_come(desk, make, text_clock):
    desk.read([make.found(1)])
    desk.plan()
    desk.push("request_lost")
    text_clock.advance(59)
    assert desk.push().sent == {}
    text_clock.advance(1)
    assert desk.push().sent == {"done": 1}
    assert desk.once()


@pytest.mark.parametrize("fault", ["killed", "killed_after"])
def test_after_a_crash_the_destination_is_asked_first(desk, make, killed, fault):
    desk.read([make.found(n) for n in range(4)])
    desk.plan()
    kill(desk, killed, "ok", fault)
    assert desk.state() == ["done", "sending", "planned", "planned"]
    counts = ledger.states(desk.archive, desk.saved.id)
    assert counts["sending"] == 1
    assert ledger.count_due(desk.archive, desk.account.id) == 3
    desk.push()
    assert desk.state() == ["done"] * 4
    assert desk.once()
    assert len(desk.backpack.sent) == (4 if fault == "killed_after" else 5)


def test_what_is_there_by_another_way_is_not_sent(desk, make, text_clock):
    desk.read([make.found(n) for n in range(5)])
    desk.plan()
    desk.push("refused", "later", "ok", badges=3)
    held = desk.backpack.accounts["ann@example.org"].badges
    for number in range(5):
        held[make.url(number)] = f"remote {number}"
    text_clock.advance(500)
    assert desk.push().sent == {}
    states = ["already_there", "done", "done", "already_there", "already_there"]
    assert desk.states() == [(state, None) for state in states]
    assert len(desk.backpack.sent) == 3


@pytest.mark.parametrize("twin", ["?v=1_1", "?v=2_0", ""])
@pytest.mark.parametrize("ours", ["?v=1_1", ""])
def test_both_versions_of_a_badgr_badge_are_one(desk, make, twin, ours):
    url = make.url(1) + ours
    document = make.json(make.assertion(1, id=url, verify={"type": "hosted", "url": url}))
    desk.read([make.found(1, assertion=document, hosted_url=url)])
    desk.plan()
    there = make.url(1).replace("https://issuer", "HTTPS://ISSUER") + twin
    desk.backpack.accounts["ann@example.org"].badges[there] = "remote 7"
    assert desk.push().sent == {}
    row = desk.archive.one("select state, remote_id from transfer")
    assert tuple(row) == ("already_there", "remote 7")


def test_a_signed_badge_is_found_under_the_id_it_declares(desk, make):
    document = make.assertion(1, verify={"type": "signed", "url": f"{make.host}/key.pem"})
    parts = ({"alg": "RS256"}, document | {"id": "urn:uuid:7"}, {})
    jws = b".".join(base64.urlsafe_b64encode(make.json(part)).rstrip(b"=") for part in parts)
    desk.read([Found("a", jws=jws, holder="ann@example.org")])
    desk.plan()
    with desk.archive.writing() as conn:  # whatever the plan thinks of its signature
        conn.execute("update transfer set state = 'planned', input = 'jws'")
    desk.backpack.accounts["ann@example.org"].badges["urn:uuid:7"] = "remote 7"
    assert desk.push().sent == {}
    assert desk.state() == ["already_there"]


def test_an_answer_that_it_is_there_already_is_success(desk, make, archive):
    desk.read([make.found(1)])
    desk.plan()
    held = desk.backpack.accounts["ann@example.org"].badges
    session = desk.session()
    listed = session.held
    session.held = lambda: iter(())  # somebody adds it between the look and the request
    held[make.url(1)] = "remote 1"
    desk.backpack.sign_in = lambda credentials: session
    assert desk.push().sent == {"already_there": 1}
    assert listed is not None
    assert archive.one("select remote_id from transfer")[0] == "remote 1"


def test_what_waits_is_not_sent_before_its_time(desk, make, text_clock):
    desk.read([make.found(n) for n in range(3)])
    desk.plan()
    assert desk.push("later", "never", "much_later").sent == {"waiting": 3}
    assert ledger.count_due(desk.archive, desk.account.id) == 0
    text_clock.advance(119)
    assert desk.push().sent == {}
    text_clock.advance(1)
    assert ledger.count_due(desk.archive, desk.account.id) == 1
    assert desk.push().sent == {"done": 1}
    text_clock.advance(3600 - 120)  # nobody waits longer than an hour
    assert desk.push().sent == {"done": 2}
    assert desk.once()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("signed_out", "sign_in_failed"), ("unverified", "account_unverified")],
)
def test_an_accounts_trouble_stops_the_account_and_blames_no_badge(desk, make, fault, reason):
    desk.read([make.found(n) for n in range(3)])
    desk.plan()
    tally = desk.push("ok", fault)
    assert (tally.sent, tally.stopped) == ({"done": 1, "waiting": 1}, reason)
    assert desk.states() == [("done", None), ("waiting", reason), ("planned", None)]
    assert desk.push().sent == {"done": 2}  # at once, when the account is in order again
    assert desk.states() == [("done", None)] * 3


@pytest.mark.parametrize("number", [3, 5])
def test_three_in_a_row_that_cannot_be_reached_end_the_push(desk, make, number):
    desk.read([make.found(n) for n in range(number)])
    desk.plan()
    tally = desk.push(*["unreachable"] * 5)
    assert (tally.sent, tally.stopped) == ({"waiting": 3}, "destination_unreachable")
    assert len(desk.backpack.sent) == 3


def test_two_that_cannot_be_reached_and_one_that_can_do_not(desk, make):
    desk.read([make.found(n) for n in range(5)])
    desk.plan()
    tally = desk.push("unreachable", "unreachable", "ok", "unreachable", "unreachable")
    assert (tally.sent, tally.stopped) == ({"waiting": 4, "done": 1}, None)


def test_what_is_refused_stays_refused_until_somebody_retries(desk, make):
    desk.read([make.found(1), make.found(2)])
    desk.plan()
    assert desk.push("refused").sent == {"refused": 1, "done": 1}
    assert desk.push().sent == {}
    desk.plan()
    assert desk.states() == [("refused", "revoked"), ("done", None)]
    assert ledger.retry(desk.archive, desk.saved.id, "expired", None) == 0
    assert ledger.retry(desk.archive, desk.saved.id, "revoked", 99) == 0
    assert ledger.retry(desk.archive, desk.saved.id, "revoked", desk.account.learner_id) == 1
    desk.plan()
    assert desk.push().sent == {"done": 1}


def test_what_was_held_is_sent_only_after_a_new_plan(desk, make):
    desk.read([make.found(1, deleted=True)])
    desk.plan()
    assert ledger.retry(desk.archive, desk.saved.id, None, None) == 1
    assert desk.push().sent == {}
    assert desk.states() == [("held", "deleted_by_learner")]
    desk.plan(with_deleted=True)
    assert desk.push().sent == {"done": 1}


def test_what_a_new_plan_has_changed_meanwhile_is_not_sent(desk, make, archive):
    desk.read([make.found(1), make.found(2)])
    desk.plan()

    def hold_the_next():
        if desk.backpack.sent:
            with archive.writing() as conn:
                conn.execute("update transfer set state = 'held' where state = 'planned'")
        return False

    assert desk.push(stop=hold_the_next).sent == {"done": 1}
    assert desk.state() == ["done", "held"]
    assert len(desk.backpack.sent) == 1


def test_a_push_that_lost_its_lease_sends_no_more(desk, make, archive):
    desk.read([make.found(n) for n in range(3)])
    desk.plan()

    def take_over():
        if desk.backpack.sent:
            with archive.writing() as conn:
                conn.execute("delete from lease")
        return False

    with pytest.raises(errors.ArchiveLocked, match="taken over"):
        desk.push(stop=take_over)
    assert desk.state() == ["done", "planned", "planned"]
    assert len(desk.backpack.sent) == 1


def test_two_pushes_to_one_account_are_never_at_work_together(desk, make):
    desk.read([make.found(1)])
    desk.plan()
    work = leased(desk.archive, f"push:{desk.account.id}", "push to ann")
    with work, pytest.raises(errors.ArchiveLocked, match="`push to ann` is at work"):
        desk.push()
    assert desk.backpack.sent == []
    assert desk.push().sent == {"done": 1}


def test_the_lease_of_a_push_that_was_killed_is_taken_over(desk, make, archive):
    desk.read([make.found(1)])
    desk.plan()
    script = (
        "import os, sys; from pathlib import Path; from migrator.archive.archive import Archive\n"
        "from migrator.archive.lease import leased\n"
        "with leased(Archive.open(Path(sys.argv[1])), sys.argv[2], 'push'): os._exit(9)"
    )
    name = f"push:{desk.account.id}"
    subprocess.run([sys.executable, "-c", script, str(archive.path), name], check=False)
    assert archive.one("select count(*) from lease")[0] == 1
    assert desk.push().sent == {"done": 1}
    assert archive.one("select outcome from run where command = 'push'")[0] == "killed"


def test_a_destination_that_is_away_leaves_everything_planned(desk, make):
    desk.read([make.found(1)])
    desk.plan()
    session = desk.session()
    desk.backpack.sign_in = lambda credentials: session
    desk.backpack.away = True
    with pytest.raises(errors.Incomplete):
        desk.push()
    assert desk.state() == ["planned"]
