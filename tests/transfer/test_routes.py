from __future__ import annotations

import pytest

from migrator.reasons import PRECEDENCE, REASONS, Retry, Who
from migrator.transfer.routes import (
    AWARDED_ANEW,
    GONE,
    Facts,
    Options,
    Originals,
    Route,
    choose,
    next_step,
    who_acts,
)

COMPLETE = Facts(Originals(put_back=("https://a.example/1",)), ("a.example",))
LACKING = Facts(Originals(missing=("https://a.example/2",), refused_for="document_gone"))
ASKED = Options(reaward=True)
NEVER_ANEW = (
    *("revoked", "expired", "issued_in_future", "signature_invalid", "wrong_recipient"),
    *("recipient_unreadable", "no_badge_data", "no_account", "holder_unknown", "host_slow"),
)


def test_a_badge_that_is_accepted_is_imported():
    choice = choose(None)
    assert (choice.route, choice.next_step) == (Route.IMPORT, "Run `push`.")
    assert [route for route, _ in choice.against] == [Route.RESTORE, Route.REAWARD]


def test_what_passes_by_itself_is_imported_later():
    later = [code for code, one in REASONS.items() if one.retry is Retry.LATER]
    assert "host_slow" in later
    for code in later:
        assert choose(code).route is Route.IMPORT
        assert choose(code).why == REASONS[code].sentence


@pytest.mark.parametrize("code", sorted(GONE))
def test_what_is_gone_and_kept_whole_can_come_back(code):
    choice = choose(code, COMPLETE)
    assert choice.route is Route.RESTORE
    assert choice.who is Who.ISSUER
    assert "export restore-site" in choice.next_step
    assert dict(choice.against)[Route.IMPORT] == REASONS[code].sentence


@pytest.mark.parametrize("code", sorted(set(PRECEDENCE) - GONE))
def test_nothing_else_is_restored(code):
    choice = choose(code, COMPLETE)
    assert choice.route in (None, Route.IMPORT)
    assert "would change nothing" in dict(choice.against)[Route.RESTORE]


def test_what_the_archive_lacks_is_named_and_looked_for():
    choice = choose("host_dead", LACKING)
    assert choice.route is None
    assert "https://a.example/2" in choice.why
    assert "`recover`" in choice.next_step
    assert dict(choice.against)[Route.RESTORE] == "The archive lacks https://a.example/2."


def test_of_many_missing_addresses_some_are_named_and_the_rest_counted():
    urls = tuple(f"https://a.example/{n}" for n in range(5))
    choice = choose("host_dead", Facts(Originals(missing=urls, refused_for="document_gone")))
    assert "https://a.example/2 and 2 more" in choice.why
    assert "https://a.example/3" not in choice.why


def test_files_that_would_be_refused_all_the_same_are_not_asked_for():
    facts = Facts(Originals(refused_for="expired"))
    against = dict(choose("host_dead", facts).against)
    assert against[Route.RESTORE] == f"Even with everything back: {REASONS['expired'].sentence}"
    nothing = dict(choose("host_dead", Facts()).against)
    assert nothing[Route.RESTORE] == "The archive holds no document of this badge."


def test_an_owner_who_will_not_help_closes_the_way_back():
    options = Options(not_restorable=frozenset({"a.example"}))
    choice = choose("host_dead", COMPLETE, options)
    assert choice.route is None
    assert "a.example will not put anything back" in dict(choice.against)[Route.RESTORE]
    both = Options(reaward=True, not_restorable=frozenset({"a.example"}))
    assert choose("host_dead", COMPLETE, both).route is Route.REAWARD


def test_nothing_is_awarded_anew_unless_it_is_asked_for():
    for code in PRECEDENCE:
        assert choose(code, LACKING).route is not Route.REAWARD
    assert "plan --allow-reaward" in dict(choose("host_dead", LACKING).against)[Route.REAWARD]


@pytest.mark.parametrize("code", sorted(AWARDED_ANEW))
def test_what_cannot_come_back_is_awarded_anew_when_asked_for(code):
    choice = choose(code, LACKING, ASKED)
    assert (choice.route, choice.who) == (Route.REAWARD, Who.ADMIN)
    assert "replaces" in choice.next_step


@pytest.mark.parametrize("code", NEVER_ANEW)
def test_what_no_new_award_would_answer_honestly_gets_none(code):
    choice = choose(code, LACKING, ASKED)
    assert choice.route is not Route.REAWARD
    assert "not be honest" in dict(choice.against)[Route.REAWARD]


def test_the_original_comes_before_a_new_award():
    assert choose("host_dead", COMPLETE, ASKED).route is Route.RESTORE
    assert dict(choose("host_dead", COMPLETE, ASKED).against)[Route.REAWARD].startswith(
        "Not needed"
    )


def test_no_award_without_a_learner_or_at_a_place_that_awards_nothing():
    nobody = Facts(LACKING.originals, holder_known=False)
    against = dict(choose("host_dead", nobody, ASKED).against)
    assert against[Route.REAWARD] == "It is not known to whom a new badge would be awarded."
    nowhere = dict(choose("host_dead", LACKING, Options(reaward=True, awards=False)).against)
    assert nowhere[Route.REAWARD] == "This destination has no way to award badges."


def test_the_missing_spelling_is_named_in_the_next_step():
    step = choose("wrong_recipient", spelling="Ann@Example.org").next_step
    assert "Add Ann@Example.org, in exactly this spelling" in step
    assert "push --add-emails" in step
    assert next_step("wrong_recipient", None) == REASONS["wrong_recipient"].next_step


def test_every_reason_has_a_next_step_and_somebody_whose_turn_it_is():
    for code, reason in REASONS.items():
        assert next_step(code, None) == reason.next_step
        assert who_acts(code, None) is reason.who
    assert next_step(None, None) == ""
    assert who_acts(None, None) is Who.LEARNER
