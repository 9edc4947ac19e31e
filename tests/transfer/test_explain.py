from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from migrator.archive.web import answers as webanswers
from migrator.archive.web.answers import WebAnswer
from migrator.transfer.explain import explain
from migrator.transfer.plan import Question
from migrator.transfer.routes import Options
from migrator.verify.recorded import RecordedWeb
from migrator.verify.rules import RULES

ANN = "ann@example.org"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def asked(desk):
    def explained(number=1, **options):
        web = RecordedWeb(desk.archive)
        question = Question(
            *(desk.saved, desk.backpack.capabilities, web, "archive", NOW),
            options=Options(**options),
        )
        return explain(desk.archive, number, [question])

    return explained


def died(desk, make, number=1, outcome="no_such_host"):
    urls = [make.url(number), *(f"{make.host}/{path}" for path in paths(number))]
    webanswers.keep(desk.archive, [WebAnswer(url, "live", "page", outcome) for url in urls])


def paths(number):
    return f"classes/{number % 3}.json", f"classes/{number % 3}.png", "issuer.json"


def test_a_badge_that_can_move_is_explained_to_the_end(desk, make, asked):
    desk.read([make.found(1, image=make.baked(1))])
    found = asked()
    (one,) = found.destinations
    assert (found.title, found.learner) == ("Badge 1", ANN)
    assert (one.reason, one.handed_over) == (None, "url")
    assert [rule.code for rule in one.rules] == [rule.code for rule in RULES]
    assert not [rule for rule in one.rules if rule.answered == "failed"]
    assert one.recipient.matched == ANN
    assert {each.who for each in one.asked} == {"archive"}
    assert [way.route for way in one.routes if way.chosen] == ["import"]
    assert len(found.held) == 4


def test_a_dead_badge_shows_when_each_address_was_asked_and_what_could_come_back(
    desk, make, asked, archive
):
    desk.read([make.found(1, image=make.baked(1))])
    died(desk, make)
    (one,) = asked().destinations
    assert one.reason == "host_dead"
    assert {(each.who, each.at) for each in one.asked} == {("live", archive.now())}
    assert "no longer exists" in one.asked[0].answer
    failed = [rule.code for rule in one.rules if rule.answered == "failed"]
    assert failed == ["host_dead"]
    assert not [rule for rule in one.restored if rule.answered == "failed"]
    assert [way.route for way in one.routes if way.chosen] == ["restore"]
    assert one.recipient.recipient == ANN
    assert one.missing == ()


def test_what_is_not_held_is_named(desk, make, asked):
    desk.read([make.found(1, badge_class=None, image=make.baked(1))])
    died(desk, make)
    (one,) = asked().destinations
    assert [way.route for way in one.routes if way.chosen] == []
    assert one.missing == (f"{make.host}/classes/1.json",)
    assert "`recover`" in one.next_step


def test_what_was_recovered_counts_as_held(desk, make, asked):
    desk.read([make.found(1, badge_class=None, image=make.baked(1))])
    died(desk, make)
    url, picture = f"{make.host}/classes/1.json", f"{make.host}/classes/1.png"
    known = {"origin": "wayback", "outcome": "recovered", "captured_at": "2015"}
    issuer = make.json(make.issuer())
    answers = [
        WebAnswer(url, kind="badge_class", body=make.json(make.badge_class(1)), **known),
        WebAnswer(f"{make.host}/issuer.json", kind="issuer", body=issuer, **known),
        WebAnswer(picture, kind="image", media_type="image/png", body=make.png(), **known),
    ]
    webanswers.keep(desk.archive, answers)
    found = asked()
    assert [way.route for way in found.destinations[0].routes if way.chosen] == ["restore"]
    assert ("wayback", url, "2015") in {(one.origin, one.url, one.at) for one in found.held}


def test_account_and_spelling_that_were_compared_are_shown(desk, make, asked):
    desk.read([make.found(1, assertion=make.json(make.assertion(1, "Ann@Example.org")))])
    (one,) = asked().destinations
    compared = one.recipient
    assert (compared.account, compared.addresses) == (ANN, (ANN,))
    assert (compared.matched, compared.missing) == (None, "Ann@Example.org")
    assert "Ann@Example.org" in one.next_step


def test_without_an_account_nobody_is_compared(desk, make, asked):
    desk.read([make.found(1, "bob@example.org")])
    (one,) = asked().destinations
    assert (one.reason, one.recipient.account) == ("no_account", None)


def test_a_badge_in_no_form_has_no_rules_to_show(desk, make, asked):
    desk.read([make.found(1)])
    only = dataclasses.replace(desk.backpack.capabilities, inputs=frozenset())
    desk.backpack.capabilities = only
    (one,) = asked().destinations
    assert (one.reason, one.handed_over, one.rules) == ("no_web_address", None, ())


def test_what_the_administrator_allows_changes_the_route(desk, make, asked):
    awards = frozenset({"import", "reaward"})
    desk.backpack.capabilities = dataclasses.replace(desk.backpack.capabilities, routes=awards)
    desk.read([make.found(1, image=make.baked(1))])
    died(desk, make)
    refused = asked(reaward=True, not_restorable=frozenset({"issuer.example"})).destinations[0]
    assert [way.route for way in refused.routes if way.chosen] == ["reaward"]
    assert refused.who == "admin"


def test_nothing_is_written(desk, make, asked, archive):
    desk.read([make.found(1)])
    before = archive.conn.total_changes
    asked()
    assert archive.conn.total_changes == before


def test_a_badge_nobody_has_is_not_explained(asked):
    with pytest.raises(KeyError):
        asked(99)
