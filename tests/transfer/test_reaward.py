"""Awarding anew, against a school in memory that can go wrong in every way."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.archive import awards, ledger
from migrator.archive.archive import Archive
from migrator.archive.lease import leased
from migrator.destinations.base import TryLater
from migrator.errors import ArchiveLocked
from migrator.openbadges.recipient import hash_identity
from migrator.transfer.awards.batch import Patience
from migrator.transfer.awards.reaward import Choice, preview

spec = importlib.util.spec_from_file_location("school", Path(__file__).parent / "school.py")
school = importlib.util.module_from_spec(spec)
spec.loader.exec_module(school)

BAD = "bad@example.org"


@pytest.fixture
def office(archive, reader, make):
    made = school.Office(archive, reader, make)
    made.read([f"p{number}@example.org" for number in range(9)])
    made.map()
    return made


def test_every_badge_is_awarded_once_and_nobody_gets_a_mail(office):
    tally = office.run()
    assert (tally.chosen, dict(tally.states)) == (9, {"done": 9})
    assert set(office.school.times().values()) == {1}
    assert len(office.school.awards) == 9
    assert office.school.notified == 0
    assert office.states() == {"done": 9}
    row = office.archive.one("select * from transfer order by id limit 1")
    assert (row["route"], row["reason"], row["remote_id"]) == ("reaward", "awarded_anew", "r0")
    assert row["detail"] == "https://new/0"


def test_a_mail_is_sent_only_when_told(office):
    office.run(notify=True)
    assert office.school.notified == 9


def test_a_second_run_awards_nothing(office):
    office.run()
    tally = office.run()
    assert tally.chosen == 0
    assert len(office.school.awards) == 9


def test_an_older_copy_of_the_archive_awards_nothing_twice(office):
    office.run()
    office.archive.conn.execute("delete from attempt")
    office.archive.conn.execute("delete from transfer")
    office.hold()
    tally = office.run()
    assert (tally.chosen, tally.there) == (0, 9)
    assert len(office.school.awards) == 9
    assert office.states() == {"already_there": 9}


def test_one_bad_badge_does_not_stop_the_rest(office, make, reader):
    office.read([*(f"p{number}@example.org" for number in range(9)), BAD, "q@example.org"])
    tally = office.run()
    assert dict(tally.states) == {"done": 10, "refused": 1}
    refused = office.archive.one(
        "select reason, detail, attempts from transfer where state = 'refused'"
    )
    assert tuple(refused) == ("award_refused", "Enter a valid email address.", 1)
    # Two requests for the badge class with the bad one, one for each of the others.
    assert len(office.school.requests) == 4


def test_a_refusal_that_does_not_say_which_is_narrowed_down_by_halves(office):
    office.read([*(f"p{number}@example.org" for number in range(24)), BAD])
    tally = office.run("vague")
    assert dict(tally.states) == {"done": 24, "refused": 1}
    assert set(office.school.times().values()) == {1}


def test_what_was_refused_is_tried_again_only_when_asked_for(office):
    office.read(["p0@example.org", *["x@example.org"] * 8, BAD])
    office.run()
    assert office.run().chosen == 0
    office.school.no_address = "nobody"
    assert office.run(again=True).states["done"] == 1


def test_answers_in_another_order_are_told_apart_by_their_reference(office):
    office.run("out_of_order", "out_of_order", "out_of_order")
    for row in office.archive.all(
        "select remote_id, assertion.digest from transfer join assertion"
        " on assertion.id = assertion_id"
    ):
        (found,) = [one for _, one in office.school.awards if one.remote_id == row[0]]
        assert row[1].hex() in found.evidence[-1].narrative


@pytest.mark.parametrize(
    "fault", ["answer_lost", "request_lost", "half_done", "broken", "too_large", "busy"]
)
def test_what_goes_wrong_once_is_put_right_in_the_same_run(office, fault):
    tally = office.run(fault)
    assert dict(tally.states) == {"done": 9}
    assert set(office.school.times().values()) == {1}


def test_one_badge_the_server_falls_over_is_refused_and_the_others_go_on(office):
    office.run(*["broken"] * 3, badge_class="Badge 0")
    # Three, then one and two, then the first alone: that one fell over again.
    assert office.states()["refused"] == 1
    assert len(office.school.awards) == 2


def test_a_request_that_is_lost_again_and_again_waits_for_another_run(office):
    tally = office.run(*["request_lost"] * 4, badge_class="Badge 0")
    assert dict(tally.states) == {"waiting": 3}
    assert tally.stopped == "answer_lost"
    assert office.run(badge_class="Badge 0").states["done"] == 3


def test_a_destination_that_wants_a_long_rest_gets_it(office):
    tally = office.run("much_later")
    assert (tally.states["waiting"], tally.left, tally.stopped) == (3, 6, "rate_limited")
    assert office.slept == []
    assert office.run().states["done"] == 9


@pytest.mark.parametrize("fault", ["denied", "signed_out"])
def test_trouble_with_the_account_stops_the_run_and_blames_no_badge(office, fault):
    tally = office.run(fault)
    assert (tally.states["waiting"], tally.left) == (3, 6)
    assert tally.stopped in ("not_your_issuer", "sign_in_failed")
    assert office.run().states["done"] == 9


@pytest.mark.parametrize("fault", ["killed", "killed_after"])
def test_after_a_crash_between_request_and_answer_nothing_is_awarded_twice(office, fault):
    with pytest.raises(school.Killed):
        office.run(fault)
    assert office.states() == {"sending": 3, "held": 6}
    tally = office.run()
    assert tally.arrived + tally.states["done"] == 9
    assert set(office.school.times().values()) == {1}
    assert office.states() == {"done": 9}


def test_a_cut_off_request_gets_time_to_settle_before_it_is_looked_for(office, text_clock):
    with pytest.raises(school.Killed):
        office.run("killed")
    office.run(patience=Patience(settling=30.0, sleep=office.slept.append))
    assert sum(office.slept) == pytest.approx(30.0)


def test_no_time_is_lost_over_a_request_of_long_ago(office, text_clock):
    with pytest.raises(school.Killed):
        office.run("killed")
    text_clock.advance(600)
    office.run(patience=Patience(settling=30.0, sleep=office.slept.append))
    assert office.slept == []


def test_where_the_destination_cannot_be_looked_at_nothing_is_sent_again(office):
    tally = office.run("lost_and_away")
    assert (tally.states["sending"], tally.left) == (3, 6)
    with pytest.raises(TryLater):
        office.run()
    office.school.away = False
    tally = office.run()
    assert (tally.arrived, dict(tally.states)) == (3, {"done": 6})
    assert set(office.school.times().values()) == {1}


def test_a_server_that_is_still_at_work_is_waited_for(office, monkeypatch):
    """Half of the batch is listed at first, and the rest a little later."""
    late = []

    def sleep(seconds):
        office.slept.append(seconds)
        office.school.awards.extend(late)
        late.clear()

    session_award = school.SchoolSession._answer_lost

    def slow(session, badge_class_id, batch, notify):
        outcome = session_award(session, badge_class_id, batch, notify)
        late.append(office.school.awards.pop())
        return outcome

    monkeypatch.setattr(school.SchoolSession, "_slow", slow, raising=False)
    tally = office.run("slow", patience=Patience(settling=0.5, sleep=sleep), badge_class="Badge 0")
    assert dict(tally.states) == {"done": 3}
    assert set(office.school.times().values()) == {1}


def test_a_stop_finishes_the_batch_under_way_and_the_rest_goes_on_later(office):
    tally = office.run(stop=lambda: len(office.school.requests) >= 1, batch=2)
    assert tally.stopped == "interrupted"
    assert (tally.states["done"], tally.left) == (2, 7)
    assert office.run().states["done"] == 7


def test_a_stop_while_an_answer_is_missing_leaves_it_to_the_next_run(office):
    tally = office.run("answer_lost", stop=lambda: len(office.school.requests) >= 1)
    assert tally.states["sending"] == 3
    assert office.run().arrived == 3
    assert set(office.school.times().values()) == {1}


def test_a_limit_is_kept_and_batches_are_no_larger_than_asked(office):
    tally = office.run(limit=4, batch=2)
    assert (tally.states["done"], tally.left, tally.stopped) == (4, 5, None)
    assert max(size for _, size, _ in office.school.requests) <= 2


def test_only_what_was_asked_for_is_awarded(office, archive):
    at = archive.one("select url_id from badge_class where name = 'Badge 2'")[0]
    assert office.run(badge_class=at, limit=1).states["done"] == 1
    assert office.run(badge_class="badge 1").states["done"] == 3
    assert office.run(issuer="nobody").chosen == 0
    learner = archive.one("select learner_id from identity where value = 'p0@example.org'")[0]
    assert office.run(learner=learner).states["done"] == 1
    assert office.run(issuer="ISSUER").states["done"] == 4


def test_badges_the_plan_can_put_back_or_move_are_left_alone_unless_all_are_asked_for(office):
    office.hold(route="restore", where="id <= 2")
    office.hold("no_account", where="id = 3")
    office.hold("wrong_recipient", where="id = 4")
    office.archive.conn.execute("delete from transfer where assertion_id = 5")
    assert awards.restorable(office.archive, office.saved.id) == 2
    assert office.run().chosen == 4
    assert office.run(everything=True).states["done"] == 5


def test_what_push_is_about_is_never_touched(office):
    office.archive.conn.execute(
        "update transfer set state = 'sending', route = 'import' where assertion_id = 1"
    )
    office.archive.conn.execute(
        "update transfer set state = 'done', route = 'import' where assertion_id = 2"
    )
    tally = office.run(everything=True)
    assert tally.chosen == 7
    assert office.archive.one("select route from transfer where assertion_id = 1")[0] == "import"


def test_a_badge_that_push_takes_meanwhile_is_left_to_it(office):
    conn = office.archive.conn

    before = awards.legacy

    def meddled(*args, **more):
        found = list(before(*args, **more))
        conn.execute("update transfer set state = 'done', route = 'import' where assertion_id = 1")
        return iter(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(awards, "legacy", meddled)
        tally = office.run()
    assert dict(tally.states) == {"done": 8, "elsewhere": 1}


def test_revoked_badges_are_never_awarded_anew_whoever_has_said_so(office, archive, text_clock):
    archive.conn.execute("update assertion set revoked = 1 where id = 1")
    office.hold("revoked", where="id = 2")
    archive.conn.execute(
        "insert into verdict (assertion_id, checked_at, asked, accepted, reason)"
        " values (3, '2026', 'web', 0, 'revoked')"
    )
    archive.conn.execute(
        "insert into web_answer (url, origin, kind, asked_at, outcome)"
        " select hosted_url, 'live', 'assertion', '2026', 'revoked' from assertion where id = 4"
    )
    tally = office.run(everything=True)
    assert tally.obstacles == {"revoked": 4}
    assert tally.states["done"] == 5


def test_who_cannot_be_named_is_counted_by_reason(office, archive, make, reader):
    salted = hash_identity("nobody@example.org", "sha256", "s")
    hashed = {"type": "email", "hashed": True, "identity": salted, "salt": "s"}
    document = make.json(make.assertion(20, recipient=None) | {"recipient": hashed})
    reader.outcomes(archive, archive.path.parent, [make.found(20, None, assertion=document)])
    office.hold(where="id = 10")
    archive.conn.execute("update assertion set badge_class_id = null where id = 1")
    archive.conn.execute("update sighting set deleted = 1 where assertion_id = 2")
    tally = office.run()
    assert tally.obstacles == {"nameless": 1, "deleted_by_learner": 1, "holder_unknown": 1}
    assert tally.examples["holder_unknown"] == ["Badge 2"]


def test_a_hashed_recipient_whose_address_is_known_gets_the_badge(office, archive, make, reader):
    salted = hash_identity("P0@example.org", "sha256", "s")
    hashed = {"type": "email", "hashed": True, "identity": salted, "salt": "s"}
    document = make.json(make.assertion(20) | {"recipient": hashed})
    reader.outcomes(archive, archive.path.parent, [make.found(20, None, assertion=document)])
    office.hold(where="id = 10")
    office.run()
    assert "P0@example.org" in [one.recipient for _, one in office.school.awards]


def test_a_badge_class_without_or_with_a_vanished_counterpart_is_told_apart(office):
    del office.school.classes["b0"]
    office.archive.conn.execute("delete from award_mapping where remote_badge_class_id = 'b1'")
    tally = office.run()
    assert tally.obstacles == {"counterpart_gone": 3, "not_mapped": 3}
    assert tally.states["done"] == 3


def test_badge_classes_of_another_account_are_not_awarded(office):
    office.archive.conn.execute("update award_mapping set account = 'dave@school.example'")
    assert office.run().obstacles == {"not_mapped": 9}


def test_a_preview_sends_nothing_and_shows_the_first_award(office):
    tally, first = preview(office.archive, office.saved.id, Choice())
    assert dict(tally.states) == {"to_award": 9}
    assert tally.balances
    assert "It replaces" in first.award.narrative
    assert office.school.requests == []
    assert office.states() == {"held": 9}


def test_two_processes_never_award_at_the_same_destination_at_once(office):
    other = Archive.open(office.archive.path, office.archive.now)
    with (
        other,
        leased(other, f"reaward:{office.saved.id}", "reaward run"),
        pytest.raises(ArchiveLocked),
    ):
        office.run()


def test_a_run_that_lost_its_lease_sends_nothing(office):
    with pytest.raises(ArchiveLocked):
        office.run(stop=lambda: office.archive.conn.execute("delete from lease") is None)
    assert office.school.requests == []


def test_retry_and_plan_do_not_undo_an_award(office):
    office.run()
    ledger.retry(office.archive, office.saved.id, None, None)
    assert office.states() == {"done": 9}


def test_a_list_that_leads_back_to_itself_ends(office):
    office.run()

    class Circular(school.SchoolSession):
        def _page(self, found, page):
            return super()._page(found, None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(school, "SchoolSession", Circular)
        assert office.run().chosen == 0


FAULTS = [one[1:] for one in vars(school.SchoolSession) if one.startswith("_") and one[1] != "_"]
PLAYED = sorted(set(FAULTS) - {"page", "make", "vague", "slow", "lost_and_away"})


@pytest.mark.no_cover  # dozens of examples of what other tests measure
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.lists(st.sampled_from(PLAYED), max_size=6), max_size=4))
def test_whatever_goes_wrong_each_badge_is_awarded_exactly_once(
    days, reader, make, tmp_path_factory
):
    with Archive.open(tmp_path_factory.mktemp("a") / "a.db") as archive:
        office = school.Office(archive, reader, make)
        office.read([*(f"p{number}@example.org" for number in range(7)), BAD])
        office.map()
        for faults in days:
            try:
                office.run(*faults, batch=4)
            except school.Killed:
                continue
        office.run(again=True)
        replaced = office.school.times()
        assert set(replaced.values()) == {1}
        assert len(replaced) == 7
        assert office.states() == {"done": 7, "refused": 1}
