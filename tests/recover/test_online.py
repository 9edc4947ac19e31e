"""A run against a web archive: what is asked, what is kept, and how it goes on."""

from __future__ import annotations

import json

import pytest

from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.errors import ArchiveLocked
from migrator.net import Client
from migrator.recover.online import Limits, recover_online
from migrator.recover.walk import Scope
from migrator.sources.found import Found

HOST = "https://issuer.example"
SAVED = "20150601000000"


class Run:
    """Archives badges, says what became of their hosts, and looks for them."""

    def __init__(self, archive, bench, clock, reader, folder):
        self.archive, self.bench, self.clock = archive, bench, clock
        self.reader, self.folder = reader, folder
        self.answers = []

    def archived(self, *found):
        self.reader.outcomes(self.archive, self.folder, list(found))

    def __call__(self, limit=None, **scope):
        self.clock.advance(1)
        self.answers = []
        limits = Limits(limit, lambda: self.bench.stopped)
        tally = recover_online(
            self.archive,
            Scope(self.archive.now(), **scope),
            self.bench.service,
            limits,
            self.answers.append,
        )
        assert tally.balances
        return tally

    @property
    def outcomes(self):
        return {one.url.removeprefix(HOST): one.outcome for one in self.answers}


@pytest.fixture
def run(archive, bench, text_clock, reader, tmp_path):
    return Run(archive, bench, text_clock, reader, tmp_path)


@pytest.fixture
def saved(bench, make):
    """Let the web archive have everything of badges 1 and 2."""
    web = bench.web
    for number in (1, 2):
        web.keep_json(SAVED, make.url(number), make.assertion(number))
        web.keep_json(SAVED, f"{HOST}/classes/{number}.json", make.badge_class(number))
        web.keep(SAVED, f"{HOST}/classes/{number}.png", make.png(), media_type="image/png")
        web.keep(SAVED, f"{HOST}/classes/{number}.html", b"<html>x</html>", media_type="text/html")
    web.keep_json(SAVED, f"{HOST}/issuer.json", make.issuer())


def by_address(number, make):
    """A badge of which only the address is known."""
    return Found(f"badge {number}", hosted_url=make.url(number), holder="ann@example.org")


def test_the_chain_is_followed_from_assertion_to_criteria(run, saved, make, live, archive):
    run.archived(by_address(1, make))
    live(archive, "no_such_host", make.url(1))
    tally = run()
    assert run.outcomes == dict.fromkeys(
        [
            *("/assertions/1.json", "/classes/1.json", "/issuer.json", "/classes/1.png"),
            "/classes/1.html",
        ],
        "recovered",
    )
    assert (tally.badges, tally.lost, tally.count("recovered")) == (1, 5, 5)
    assert tally.kinds == {
        "assertion": 1, "badge_class": 1, "image": 1, "issuer": 1, "page": 1,
    }  # fmt: skip
    kept = webanswers.latest(archive, f"{HOST}/classes/1.json", "wayback")
    assert kept.captured_at == "2015-06-01T00:00:00Z"
    assert json.loads(kept.body)["name"] == "Badge 1"


def test_what_was_found_again_fills_in_what_was_not_known(run, saved, make, live, archive):
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    run()
    row = archive.one(
        "select assertion.*, badge_class.name, issuer.name as issuer from assertion"
        " join badge_class on badge_class.id = badge_class_id"
        " join issuer on issuer.id = issuer_id"
    )
    assert (row["name"], row["issuer"], row["version"]) == ("Badge 1", "Issuer", "1.1")
    assert row["recipient_identity"] == "ann@example.org"
    assert row["issued_on"].startswith("2015-04-30T10:00:00")
    assert row["document_id"] is None, "what a source held is one thing, what was found another"


def test_the_second_badge_of_a_class_asks_only_for_itself(run, saved, make, live, archive, bench):
    run.archived(by_address(1, make), by_address(4, make))
    bench.web.keep_json(SAVED, make.url(4), make.assertion(4))
    live(archive, "no_such_host", make.url(1), make.url(4))
    tally = run()
    assert tally.count("recovered") == 6
    named = archive.all("select distinct badge_class_id from assertion")
    assert len(named) == 1
    assert named[0][0] is not None


def test_a_second_run_asks_for_nothing(run, saved, make, live, archive, bench):
    run.archived(by_address(1, make), by_address(5, make))
    live(archive, "gone", make.url(1), make.url(5))
    first = run()
    assert first.count("not_found") == 1
    bench.web.asked.clear()
    second = run()
    assert bench.web.asked == []
    assert (second.count("recovered_before"), second.count("not_found")) == (5, 1)
    assert second.found_again == first.found_again
    third = run(again=True)
    assert third.count("recovered") == 5


def test_asking_again_in_vain_loses_nothing(run, saved, make, live, archive, bench):
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    run()
    bench.web.kept.clear()
    tally = run(again=True)
    assert set(run.outcomes.values()) == {"not_found"}
    assert tally.count("recovered_before") == 5


def test_what_is_still_served_or_only_down_is_left_alone(run, saved, make, live, archive, bench):
    run.archived(make.found(1), make.found(2))
    live(archive, "alive", make.url(1))
    live(archive, "down", make.url(2))
    tally = run()
    assert bench.web.asked == []
    assert (tally.count("served"), tally.lost) == (2, 0)
    assert tally.count("unverified") == tally.addresses - 2 > 0


def test_unverified_addresses_are_asked_for_when_the_person_says_so(run, saved, make, bench):
    run.archived(by_address(1, make))
    assert run().count("unverified") == 1
    assert bench.web.asked == []
    assert run(unverified=True).count("recovered") == 5


def test_unverified_addresses_go_with_what_is_lost_of_their_badge(run, make, live, archive, bench):
    bench.web.keep(SAVED, f"{HOST}/classes/1.html", b"<html>x</html>", media_type="text/html")
    run.archived(make.found(1))
    live(archive, "gone", f"{HOST}/classes/1.png", kind="image")
    tally = run()
    assert tally.count("unverified") == 0
    assert run.outcomes["/classes/1.html"] == "recovered"


def test_what_a_source_held_is_not_asked_for(run, saved, make, live, archive):
    run.archived(make.found(1))
    live(archive, "gone", make.url(1))
    tally = run()
    assert tally.count("held") == 3
    assert set(run.outcomes) == {"/classes/1.png", "/classes/1.html"}


def test_only_one_host_is_asked_for(run, saved, make, live, archive):
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    assert run(host="other.example").addresses == 0
    assert run(host="WWW.Issuer.example").count("recovered") == 5


def test_only_one_learner_is_looked_at(run, saved, make, live, archive):
    run.archived(make.found(1, "ann@example.org"), make.found(2, "bob@example.org"))
    live(archive, "gone", make.url(1), make.url(2))
    (row,) = archive.all("select learner_id from identity where value = 'bob@example.org'")
    tally = run(learner_id=row[0])
    assert tally.badges == 1
    assert set(run.outcomes) == {"/classes/2.png", "/classes/2.html"}


def test_a_limit_leaves_the_rest_for_the_next_run(run, saved, make, live, archive):
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    tally = run(limit=2)
    assert (tally.count("recovered"), tally.count("left"), tally.open) == (2, 3, True)
    assert run(limit=2).count("recovered") == 2
    last = run()
    assert (last.count("recovered"), last.count("recovered_before"), last.open) == (1, 4, False)


def test_after_three_addresses_in_vain_the_web_archive_is_left_alone(
    run, make, live, archive, bench
):
    run.archived(*(by_address(number, make) for number in range(9)))
    live(archive, "gone", *(make.url(number) for number in range(9)))
    bench.web.trouble = [503] * 12
    tally = run()
    assert (tally.count("no_answer"), tally.count("left")) == (3, 6)
    assert "busy" in tally.trouble
    assert tally.open
    again = run()
    assert again.count("not_found") == 9
    assert not again.trouble


def test_a_person_who_stops_finds_everything_kept(run, saved, make, live, archive, bench):
    run.archived(by_address(1, make), by_address(2, make))
    live(archive, "gone", make.url(1), make.url(2))
    run.answers = []

    def stop_at_third(answer):
        run.answers.append(answer)
        bench.stopped = len(run.answers) == 3

    scope = Scope(archive.now())
    limits = Limits(None, lambda: bench.stopped)
    tally = recover_online(archive, scope, bench.service, limits, stop_at_third)
    assert (tally.interrupted, tally.not_looked_at, tally.count("recovered")) == (True, 1, 3)
    assert tally.balances
    bench.stopped = False
    assert run().count("recovered_before") == 3


def test_a_stop_during_a_long_wait_leaves_the_address_for_later(
    run, make, live, archive, bench, web
):
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    web.trouble = [503] * 9
    bench.service._tell = lambda _sentence: setattr(bench, "stopped", True)
    tally = run()
    assert (tally.count("left"), tally.interrupted) == (1, True)
    assert archive.one("select count(*) from web_answer where origin = 'wayback'")[0] == 0


def test_a_capture_from_before_the_award_says_so(run, make, live, archive, bench):
    bench.web.keep_json("20120101000000", make.url(1), make.assertion(1))
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    run()
    # The award's own date is not known yet when its assertion is looked for.
    assert run.answers[0].detail is None
    bench.web.keep("20120101000000", f"{HOST}/classes/1.png", make.png(), media_type="image/png")
    run.archived(make.found(1))
    run(again=True)
    told = {one.url: one.detail for one in run.answers}
    assert told[f"{HOST}/classes/1.png"] == "saved before the badge was issued (2015-04-30)"


def test_a_signed_badge_leads_to_its_key(run, live, archive, bench, make):
    key = f"{HOST}/key.pem"
    document = make.assertion(1, verify={"type": "signed", "url": key})
    body = b"-----BEGIN PUBLIC KEY-----\n"
    bench.web.keep(SAVED, key, body, media_type="application/x-pem-file")
    run.archived(Found("badge", assertion=make.json(document), holder="ann@example.org"))
    live(archive, "gone", key, kind="key")
    run()
    assert run.outcomes["/key.pem"] == "recovered"


def test_a_picture_of_the_issuer_is_reached_through_what_is_held(run, live, archive, bench, make):
    logo = f"{HOST}/logo.png"
    bench.web.keep(SAVED, logo, make.png(), media_type="image/png")
    run.archived(make.found(1, issuer=make.json(make.issuer(image=logo))))
    live(archive, "not_a_picture", logo, kind="image")
    run()
    assert run.outcomes["/logo.png"] == "recovered"


def test_what_is_recovered_but_odd_does_not_stop_a_run(run, live, archive, bench, make):
    document = make.assertion(1, badge="http://[", image={"id": 7}, narrative="\ud83d")
    bench.web.keep_json(SAVED, make.url(1), document)
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    assert run().count("recovered") == 1


def test_a_badge_class_without_a_name_gives_no_name(run, live, archive, bench, make):
    bench.web.keep_json(SAVED, make.url(1), make.assertion(1))
    bench.web.keep_json(SAVED, f"{HOST}/classes/1.json", make.badge_class(1, name=""))
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    run()
    assert archive.one("select badge_class_id from assertion")[0] is None


def test_a_1_0_profile_that_does_not_name_itself_is_known_by_its_address(
    run, live, archive, bench, make
):
    bench.web.keep_json(SAVED, make.url(1), make.assertion(1))
    nameless = {k: v for k, v in make.badge_class(1).items() if k != "id"}
    bench.web.keep_json(SAVED, f"{HOST}/classes/1.json", nameless)
    bench.web.keep_json(SAVED, f"{HOST}/issuer.json", {"name": "School", "url": HOST})
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    run()
    row = archive.one(
        "select badge_class.url_id, issuer.url_id as issuer from badge_class"
        " join issuer on issuer.id = issuer_id"
    )
    assert tuple(row) == (f"{HOST}/classes/1.json", f"{HOST}/issuer.json")


def test_an_issuer_found_later_is_added(run, live, archive, bench, make):
    bench.web.keep_json(SAVED, make.url(1), make.assertion(1))
    bench.web.keep_json(SAVED, f"{HOST}/classes/1.json", make.badge_class(1))
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    run()
    bench.web.keep_json(SAVED, f"{HOST}/issuer.json", make.issuer())
    run(again=True)
    row = archive.one(
        "select issuer.name from assertion join badge_class on badge_class.id = badge_class_id"
        " join issuer on issuer.id = issuer_id"
    )
    assert row[0] == "Issuer"


def test_nothing_a_source_told_is_replaced(run, live, archive, bench, make):
    bench.web.keep_json(SAVED, f"{HOST}/classes/1.html", {})
    run.archived(make.found(1))
    before = tuple(archive.one("select * from assertion"))
    live(archive, "gone", make.url(1))
    answer = WebAnswer(
        make.url(1), "wayback", "assertion", "recovered",
        body=make.json(make.assertion(1, "other@example.org", narrative="other")),
    )  # fmt: skip
    webanswers.keep(archive, [answer])
    run()
    assert tuple(archive.one("select * from assertion")) == before


def test_a_document_that_cannot_be_read_any_more_leads_nowhere(run, live, archive, make):
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    broken = WebAnswer(make.url(1), "wayback", "assertion", "recovered", body=b"<html>")
    webanswers.keep(archive, [broken])
    assert run().count("recovered_before") == 1


def test_two_searches_at_once_are_refused(run, archive, bench, web):
    from migrator.archive.lease import leased  # noqa: PLC0415 - only here

    with leased(archive, "recover", "recover"), pytest.raises(ArchiveLocked):
        run()
    assert web.asked == []


def test_a_dead_web_archive_ends_the_run_softly(run, make, live, archive, bench):
    bench.service.base = "http://127.0.0.1:9"
    bench.service._client = Client(allow_private=True, connect_timeout=1)
    run.archived(*(by_address(number, make) for number in range(4)))
    live(archive, "gone", *(make.url(number) for number in range(4)))
    tally = run()
    assert (tally.count("no_answer"), tally.count("left")) == (3, 1)
    assert "nobody answers" in tally.trouble


def test_damage_in_the_archive_does_not_stop_the_search(run, saved, make, live, archive):
    run.archived(make.found(1))
    live(archive, "gone", make.url(1), f"{HOST}/classes/1.png")
    archive.conn.execute("update document set content = 'damaged'")
    tally = run()
    assert tally.count("held") == 3
    assert run.outcomes["/classes/1.png"] == "recovered"


def test_a_badge_class_that_cannot_be_read_gives_no_name(run, make, live, archive, bench):
    url = f"{HOST}/classes/1.json"
    bench.web.keep_json(SAVED, make.url(1), make.assertion(1))
    run.archived(by_address(1, make))
    live(archive, "gone", make.url(1))
    webanswers.keep(archive, [WebAnswer(url, "warc", "badge_class", "recovered", body=b"[")])
    assert run().count("recovered_before") == 1
    assert archive.one("select badge_class_id from assertion")[0] is None


def test_only_so_many_documents_are_remembered(run, make, live, archive, bench, monkeypatch):
    monkeypatch.setattr("migrator.recover.walk._REMEMBERED", 1)
    run.archived(*(by_address(number, make) for number in (1, 2, 3)))
    live(archive, "gone", *(make.url(number) for number in (1, 2, 3)))
    assert run().count("not_found") == 3
