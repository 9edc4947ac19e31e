"""Awarding at a Badgr server: against recorded answers, a server of the test, and the rehearsal."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.destinations.badgr import award_answers
from migrator.destinations.badgr.destination import Badgr
from migrator.destinations.badgr.issuing import _awarded
from migrator.destinations.base import (
    Capabilities,
    Credentials,
    NotAccepted,
    OutcomeState,
    TryLater,
)
from migrator.destinations.issuing import (
    ROUTE,
    Award,
    NewBadgeClass,
    NewIssuer,
    Proof,
    issuing,
)
from migrator.destinations.patience import Pace
from migrator.destinations.patient import Patient
from migrator.errors import SignInFailed, Usage
from migrator.net import Client, RateLimiter, Unreachable
from migrator.rehearsal.faults import Faults
from migrator.rehearsal.server import RehearsalOptions, serve
from migrator.rehearsal.state import AccountOptions

PICTURE = (Path(__file__).parents[2] / "fixtures/badgr/web.json").read_text(encoding="utf-8")
PNG = base64.b64decode(json.loads(PICTURE)["images"]["badge.png"])
CAROL, SAM, ANN = "carol@school.example", "sam@school.example", "ann@example.org"
AWARD = Award(ANN, "email", "2014-05-01T10:00:00Z", "Great", (Proof("https://ev.example/1", "x"),))
SELF = {"result": [{"entityId": "u1", "emails": [{"email": CAROL, "verified": True}]}]}


@pytest.fixture(scope="module")
def rehearsed():
    accounts = tuple(AccountOptions((one,), "rehearsal") for one in (CAROL, SAM, ANN))
    with serve(RehearsalOptions(accounts=accounts)) as running:
        yield running


@pytest.fixture(scope="module")
def carol(rehearsed):
    session = Badgr(rehearsed.url).sign_in_to_award(Credentials(CAROL, password="rehearsal"))
    yield session
    session.close()


@pytest.fixture(scope="module")
def school(carol):
    return carol.create_issuer(NewIssuer("School", "https://school.example", CAROL, "A ![x] b"))


@pytest.fixture
def welder(carol, school):
    return carol.create_badge_class(
        school.remote_id,
        NewBadgeClass(
            "Wel\nder",
            "Can ![weld](x)",
            PNG,
            "https://school.example/weld",
            "Well",
            ("hot",),
            (("ISO", "https://iso.example/1"),),
        ),
    )


@pytest.fixture
def session(httpserver, at):
    """A session of a server that the test plays."""
    httpserver.expect_oneshot_request("/v2/users/self").respond_with_json(SELF)
    return at().sign_in_to_award(Credentials(CAROL, access_token="t0ken", refresh_token="r"))


def test_issuers_and_badge_classes_of_the_account_are_listed(carol, school, welder):
    assert school in carol.issuers()
    assert school.edits
    assert welder in carol.badge_classes()
    assert (welder.name, welder.issuer_id) == ("Wel der", school.remote_id)


def test_what_is_made_says_what_it_was_told_and_pictures_in_texts_become_links(
    rehearsed, carol, school, welder
):
    made = rehearsed.state.issuing.badge_classes[welder.remote_id]
    assert (made.description, made.criteria_url) == ("Can [weld](x)", "https://school.example/weld")
    assert made.image == PNG
    assert (made.tags, made.alignments) == (
        ["hot"],
        [{"targetName": "ISO", "targetUrl": "https://iso.example/1"}],
    )
    assert rehearsed.state.issuing.issuers[school.remote_id].description == "A [x] b"


def test_a_batch_is_awarded_with_date_words_and_evidence_and_without_a_mail(
    rehearsed, carol, welder
):
    outcome = carol.award(welder.remote_id, [AWARD, replace(AWARD, issued_on=None)], notify=False)
    assert outcome.state is OutcomeState.DONE
    assert [one.recipient for one in outcome.awarded] == [ANN, ANN]
    dated, undated = (rehearsed.state.issuing.awards[one.remote_id] for one in outcome.awarded)
    assert dated.issued_on == "2014-05-01T10:00:00Z"
    assert undated.issued_on > "2026"
    assert dated.evidence == (("https://ev.example/1", "x"),)
    assert not dated.notified
    assert dated.hashed
    assert outcome.awarded[0].page == f"{rehearsed.url}/public/assertions/{dated.id}"


def test_a_mail_goes_out_when_it_is_asked_for(rehearsed, carol, welder):
    outcome = carol.award(welder.remote_id, [AWARD], notify=True)
    assert rehearsed.state.issuing.awards[outcome.awarded[0].remote_id].notified


def test_one_bad_award_is_named_by_its_place_and_nothing_is_made(rehearsed, carol, welder):
    before = len(rehearsed.state.issuing.awards)
    batch = [AWARD, replace(AWARD, recipient="nobody"), replace(AWARD, issued_on="2099-01-01")]
    outcome = carol.award(welder.remote_id, batch, notify=False)
    assert outcome.state is OutcomeState.REFUSED
    assert outcome.reason == "award_refused"
    assert outcome.bad == {
        1: "non_field_errors: Enter a valid email address.",
        2: "issuedOn: Only issuedOn dates in the past are acceptable.",
    }
    assert len(rehearsed.state.issuing.awards) == before


def test_lists_come_in_parts_and_lead_from_one_to_the_next(carol, school, welder, monkeypatch):
    monkeypatch.setattr("migrator.destinations.badgr.issuing.PAGE", 2)
    people = [f"p{number}@example.org" for number in range(5)]
    carol.award(welder.remote_id, [replace(AWARD, recipient=one) for one in people], notify=False)
    for ask in (
        lambda page: carol.awarded(welder.remote_id, page),
        lambda page: carol.awarded_to(school.remote_id, people, page),
    ):
        page, found = None, []
        while True:
            part = ask(page)
            found += [one.recipient for one in part.awards]
            page = part.following
            if page is None:
                break
        assert sorted(found)[-5:] == people
        assert found[0] == people[-1]


def test_who_only_awards_cannot_make_badge_classes_and_is_told_whom_to_ask(
    rehearsed, carol, school, welder
):
    sam = next(one for one in rehearsed.state.accounts.values() if one.primary == SAM)
    rehearsed.state.issuing.hire(school.remote_id, sam.id, "staff")
    session = Badgr(rehearsed.url).sign_in_to_award(Credentials(SAM, password="rehearsal"))
    (issuer,) = session.issuers()
    assert not issuer.edits
    assert session.award(welder.remote_id, [AWARD], notify=False).state is OutcomeState.DONE
    with pytest.raises(SignInFailed, match="no role") as raised:
        session.create_badge_class(school.remote_id, NewBadgeClass("X", "x", PNG))
    assert "editor" in raised.value.next_step
    session.close()


def test_a_stranger_or_a_badge_class_that_is_gone_is_trouble_of_the_account(rehearsed, welder):
    session = Badgr(rehearsed.url).sign_in_to_award(Credentials(ANN, password="rehearsal"))
    outcome = session.award(welder.remote_id, [AWARD], notify=False)
    assert (outcome.state, outcome.reason) == (OutcomeState.REFUSED, "not_your_issuer")
    assert session.issuers() == []
    session.close()


def test_a_sign_in_for_a_backpack_cannot_award_and_one_for_awarding_opens_no_backpack(
    rehearsed, carol
):
    backpack = Badgr(rehearsed.url).sign_in(Credentials(CAROL, password="rehearsal"))
    token = backpack.credentials
    awarding = Badgr(rehearsed.url).sign_in_to_award(replace(token, password=None))
    with pytest.raises(SignInFailed, match="not meant for awarding"):
        awarding.issuers()
    wrong = Badgr(rehearsed.url).sign_in(replace(carol.credentials, password=None))
    with pytest.raises(SignInFailed):
        list(wrong.held())
    for one in (backpack, awarding, wrong):
        one.close()


def test_what_an_issuer_lacks_is_said_in_the_servers_words(carol):
    with pytest.raises(NotAccepted, match=r"issuer X could not be made\. .*verified addresses"):
        carol.create_issuer(NewIssuer("X", "https://x.example", "other@example.org"))


def test_recorded_answers_mean_what_they_should(reply_of):
    done = award_answers.batch(reply_of("5-issuer-25-batch-v2"), 3, _awarded)
    assert done.state is OutcomeState.DONE
    assert [one.recipient for one in done.awarded] == [f"r{n}@example.com" for n in range(3)]
    short = award_answers.batch(reply_of("5-issuer-25-batch-v2"), 4, _awarded)
    assert (short.state, short.reason) == (OutcomeState.UNKNOWN, "answer_lost")
    bad = award_answers.batch(reply_of("5-issuer-26-batch-v2-bad"), 3, _awarded)
    assert bad.bad == {
        1: "non_field_errors: Enter a valid email address.",
        2: "recipient: This field is required",
    }
    foreign = award_answers.batch(reply_of("5-issuer-24-award-foreign"), 1, _awarded)
    assert (foreign.state, foreign.reason) == (OutcomeState.REFUSED, "not_your_issuer")


@pytest.mark.parametrize(
    ("status", "body", "state", "reason"),
    [
        (202, {"task_id": "1"}, OutcomeState.UNKNOWN, "answer_lost"),
        (401, {}, OutcomeState.REFUSED, "sign_in_failed"),
        (403, {}, OutcomeState.REFUSED, "not_your_issuer"),
        (404, "<html>", OutcomeState.REFUSED, "destination_unreachable"),
        (413, "<html>", OutcomeState.REFUSED, "too_large"),
        (429, {"expires": 4}, OutcomeState.TRY_AGAIN, "rate_limited"),
        (500, "<html>", OutcomeState.UNKNOWN, "server_error"),
        (502, "<html>", OutcomeState.TRY_AGAIN, "destination_unreachable"),
        (504, "<html>", OutcomeState.UNKNOWN, "answer_lost"),
        (201, "<html>", OutcomeState.UNKNOWN, "answer_lost"),
        (400, "", OutcomeState.REFUSED, "award_refused"),
        (400, {"fieldErrors": [{}]}, OutcomeState.REFUSED, "award_refused"),
    ],
)
def test_what_an_answer_to_a_batch_means(reply, status, body, state, reason):
    outcome = award_answers.batch(reply(status, body), 2, _awarded)
    assert (outcome.state, outcome.reason, outcome.bad) == (state, reason, {})
    assert outcome.after == (4 if status == 429 else None)


def test_no_answer_is_told_apart_from_no_connection():
    url = "https://badgr.example"
    lost = award_answers.no_answer(Unreachable("timeout", url, "too slow", sent=True))
    assert (lost.state, lost.reason) == (OutcomeState.UNKNOWN, "answer_lost")
    never = award_answers.no_answer(Unreachable("refused", url, "no", sent=False))
    assert never.state is OutcomeState.TRY_AGAIN


def test_addresses_stay_out_of_what_is_kept(reply):
    body = {"fieldErrors": [{"recipient": ["ann@example.org is blocked"]}, {}]}
    outcome = award_answers.batch(reply(400, body), 2, _awarded)
    assert "ann@" not in outcome.bad[0]
    assert "ann@" not in outcome.detail


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (503, "", TryLater),
        (500, "", TryLater),
        (401, {}, SignInFailed),
        (404, {"status": {}}, SignInFailed),
        (404, "<html>", SignInFailed),
        (302, "", SignInFailed),
        (200, "no json", SignInFailed),
        (400, {"validationErrors": ["No."]}, NotAccepted),
    ],
)
def test_questions_that_are_not_answered_raise_what_to_do(httpserver, session, status, body, error):
    data = body if isinstance(body, str) else json.dumps(body)
    httpserver.expect_request("/v2/issuers").respond_with_data(data, status=status)
    httpserver.expect_request("/o/token").respond_with_json({"access_token": "t2"})
    with pytest.raises(error) as raised:
        session.issuers()
    assert raised.value.next_step


def test_an_answer_without_an_id_or_a_list_that_leads_nowhere_is_for_later(httpserver, session):
    httpserver.expect_request("/v2/issuers", method="POST").respond_with_json({"result": [{}]})
    with pytest.raises(TryLater) as raised:
        session.create_issuer(NewIssuer("X", "https://x.example", CAROL))
    assert raised.value.sent
    link = {"Link": '<https://elsewhere.example/page2>; rel="next"'}
    httpserver.expect_request("/v2/badgeclasses/b/assertions").respond_with_json(
        {"result": []}, headers=link
    )
    with pytest.raises(TryLater, match="where its list goes on"):
        session.awarded("b")


def test_the_next_page_is_asked_for_at_our_own_server(httpserver, session):
    link = {"Link": '<http://inside.proxy/v2/badgeclasses/b/assertions?cursor=x>; rel="next"'}
    httpserver.expect_request("/v2/badgeclasses/b/assertions").respond_with_json(
        {"result": [{"entityId": "1", "evidence": ["odd"], "recipient": "odd"}]}, headers=link
    )
    page = session.awarded("b")
    assert page.following == "/v2/badgeclasses/b/assertions?cursor=x"
    assert (page.awards[0].recipient, page.awards[0].evidence) == ("", ())


def test_ids_cannot_lead_to_other_paths(httpserver, session):
    with pytest.raises(TryLater):
        session.awarded("../../users/self?")
    asked = httpserver.log[-1][0].environ["RAW_URI"]
    assert asked.startswith("/v2/badgeclasses/..%2F..%2Fusers%2Fself%3F/assertions")


def test_a_batch_whose_token_has_run_out_for_good_blames_nobody(httpserver, session):
    httpserver.expect_request("/v2/badgeclasses/b/issue").respond_with_json({}, status=401)
    httpserver.expect_request("/o/token").respond_with_json({"error": "invalid_grant"}, status=400)
    outcome = session.award("b", [AWARD], notify=False)
    assert (outcome.state, outcome.reason) == (OutcomeState.REFUSED, "sign_in_failed")


def test_a_batch_that_cannot_sign_in_now_was_not_let_in(httpserver, session):
    httpserver.expect_request("/v2/badgeclasses/b/issue").respond_with_json({}, status=401)
    httpserver.expect_request("/o/token").respond_with_data("", status=503)
    outcome = session.award("b", [AWARD], notify=False)
    assert (outcome.state, outcome.reason) == (OutcomeState.TRY_AGAIN, "destination_unreachable")


def test_nothing_is_shown_of_secrets(session):
    assert repr(session).startswith(f"BadgrIssuer('{CAROL}'")
    assert "t0ken" not in repr(session)


def test_a_lost_answer_is_told_as_lost(carol, welder, rehearsed):
    rehearsed.app.faults = Faults(lose=100.0)
    try:
        outcome = carol.award(welder.remote_id, [AWARD], notify=False)
    finally:
        rehearsed.app.faults = Faults()
    assert (outcome.state, outcome.reason) == (OutcomeState.UNKNOWN, "answer_lost")


def test_a_server_that_is_away_is_told_as_such(rehearsed):
    client = Client(allow_private=True, connect_timeout=1)
    with pytest.raises(TryLater, match="could not be reached"):
        Badgr("http://127.0.0.1:9", client).sign_in_to_award(Credentials(CAROL, access_token="t"))
    client.close()


def test_only_a_destination_that_says_so_can_be_awarded_at(rehearsed):
    badgr = Badgr(rehearsed.url)
    assert ROUTE in badgr.capabilities.routes
    assert issuing(badgr) is badgr
    badgr.capabilities = Capabilities(frozenset())
    with pytest.raises(Usage, match="Nothing can be awarded"):
        issuing(badgr)


class Moody:
    """A session that does not answer at first; counts its calls."""

    addresses, credentials = "addresses", "credentials"

    def __init__(self, failures, after=None):
        self.failures, self.after, self.calls = failures, after, []

    def __getattr__(self, name):
        def answer(*args, **more):
            self.calls.append((name, *args))
            if self.failures:
                self.failures -= 1
                raise TryLater("Not now.", "Later.", after=self.after)
            return name

        return answer


def patient(moody, slept, **more):
    return Patient(moody, RateLimiter(None), Pace(3, 0.0, 5.0), sleep=slept.append, **more)


def test_questions_are_asked_again_and_what_changes_anything_is_not():
    slept = []
    for name, args in (
        ("issuers", ()),
        ("badge_classes", ()),
        ("awarded", ("b",)),
        ("awarded_to", ("i", ["a"])),
    ):
        assert getattr(patient(Moody(2), slept), name)(*args) == name
    for name, args in (("create_issuer", (1,)), ("create_badge_class", ("i", 1))):
        with pytest.raises(TryLater):
            getattr(patient(Moody(1), slept), name)(*args)
        assert getattr(patient(Moody(0), slept), name)(*args) == name
    quiet = patient(Moody(0), slept)
    assert quiet.award("b", [AWARD], notify=False) == "award"
    assert (quiet.addresses, quiet.credentials) == ("addresses", "credentials")
    quiet.close()
    assert quiet.session.calls[-1] == ("close",)


def test_patience_ends_after_some_tries_a_long_wait_or_a_stop():
    slept = []
    with pytest.raises(TryLater):
        patient(Moody(3), slept).issuers()
    long = Moody(1, after=60.0)
    with pytest.raises(TryLater):
        patient(long, slept).issuers()
    assert len(long.calls) == 1
    stopped = Moody(1)
    with pytest.raises(TryLater):
        patient(stopped, slept, stop=lambda: True).issuers()
    assert len(stopped.calls) == 1
    assert slept == []
    patient(Moody(1, after=1.0), slept).issuers()
    assert sum(slept) == pytest.approx(1.0)
