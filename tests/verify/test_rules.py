"""The list of rules applied to one badge: what passed, what failed, what nobody could ask."""

from __future__ import annotations

import pytest

from migrator.openbadges.model import Addresses
from migrator.verify.answers import Answer
from migrator.verify.assess import Submission, assess
from migrator.verify.rules import RULES, Answered, applied

ME = Addresses(("me@example.org",))
HOST = "http://badges.example.net"


class Always:
    def __init__(self, **answer):
        self.answer = answer

    def get(self, url):
        return Answer(url, **self.answer)


def came(verdict, **more):
    return {one.rule.code: one for one in applied(verdict, **more)}


def of(badge, now, account=ME):
    return assess(Submission(url=badge.url), badge.served(), account, now)


def test_every_rule_comes_once_and_in_order(issued, now):
    found = [one.rule for one in applied(of(issued("1.0"), now))]
    assert found == list(RULES)


@pytest.mark.parametrize("version", ["0.5", "1.0", "2.0"])
def test_a_good_hosted_badge_passes_every_rule_but_those_of_a_signature(version, issued, now):
    found = came(of(issued(version), now))
    unasked = {code for code, one in found.items() if one.answered is Answered.NOT_ASKED}
    assert unasked == {"signing_key_missing", "signature_invalid"}
    assert not any(one.answered is Answered.FAILED for one in found.values())


def test_a_rule_that_failed_has_the_words_of_the_server(issued, now):
    badge = issued("2.0")
    badge.a["expires"] = "2018-01-01T00:00:00Z"
    found = came(of(badge, now))
    assert [code for code, one in found.items() if one.answered is Answered.FAILED] == ["expired"]
    assert "expired on" in found["expired"].messages[0].text


def test_of_a_dead_host_there_is_nothing_more_to_ask(now):
    verdict = assess(Submission(url=f"{HOST}/a.json"), Always(error="dns"), ME, now)
    found = came(verdict)
    assert found["host_dead"].answered is Answered.FAILED
    for code in ("document_gone", "host_slow", "not_a_badge_any_more"):
        assert found[code].note == "nothing came that could be looked at"
    assert found["expired"].note == "nobody has seen the assertion"


@pytest.mark.parametrize("error", ["timeout", "reset"])
def test_a_slow_host_is_a_rule_of_its_own(error, now):
    verdict = assess(Submission(url=f"{HOST}/a.json"), Always(error=error), ME, now)
    assert verdict.reason == "host_slow"
    assert came(verdict)["host_slow"].answered is Answered.FAILED
    busy = Always(status=503, content_type="text/html", body=b"busy")
    assert assess(Submission(url=f"{HOST}/a.json"), busy, ME, now).reason == "host_slow"


def test_what_nobody_asked_is_assumed_and_said_so(now):
    class Silence:
        def get(self, url):
            return Answer.unknown(url)

    found = came(assess(Submission(url=f"{HOST}/a.json"), Silence(), ME, now))
    assert found["host_dead"].answered is Answered.PASSED
    assert f"nobody asked {HOST}/a.json" in found["host_dead"].note
    assert found["wrong_recipient"].answered is Answered.NOT_ASKED


def test_without_an_account_nobody_is_compared(issued, now):
    found = came(of(issued("2.0"), now, Addresses(())), account=False)
    assert found["wrong_recipient"].note == "there is no account to compare with"
    assert found["expired"].answered is Answered.PASSED


def test_what_lies_behind_a_lost_badge_class_is_not_asked(issued, now):
    badge = issued("2.0")
    badge.web.pages[f"{HOST}/b.json"] = {"status": 404, "type": "text/html", "text": "gone"}
    found = came(of(badge, now))
    assert found["document_gone"].answered is Answered.FAILED
    assert found["host_dead"].answered is Answered.PASSED
    assert found["badge_image_missing"].note == "nobody has seen the badge class"
    assert found["issuer_elsewhere"].note == "nobody has seen the issuer profile"


def test_with_a_name_nobody_understands_the_server_stops(issued, now):
    badge = issued("2.0")
    badge.a["id"] = "uid:abc"
    badge.url = f"{HOST}/a.json"
    verdict = of(badge, now)
    found = came(verdict)
    failed = {code for code, one in found.items() if one.answered is Answered.FAILED}
    assert failed <= {"badge_incomplete", "signed_1_x"}
    assert failed
    assert found["expired"].note == "the server stops at the name of the assertion"


def test_a_crash_belongs_to_its_rule(issued, now):
    badge = issued("2.0")
    badge.i["image"] = "http://dead.example.org/i.png"
    found = came(of(badge, now))
    assert found["issuer_image_dead"].answered is Answered.FAILED
    assert found["issuer_image_dead"].messages == ()
