"""Credly: what is asked for live, whose badges are copied, and what its lists say."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from migrator.adapters.credly import Credly

from migrator.cli.live import open_live
from migrator.errors import Incomplete, SignInFailed
from migrator.openbadges.badge import Pieces, read_badge
from migrator.sources.division import read_place
from migrator.sources.found import Bookmark, Found, Problem
from migrator.sources.live import LivePlace
from migrator.sources.place import open_place
from migrator.sources.recorded import RecordedWeb

FIXTURES = Path(__file__).parents[2] / "fixtures" / "credly"
PROFILE = "https://www.credly.com/users/ann-example"
PAGE = "GET /users/ann-example/badges.json?page=%d"


def number(count):
    return f"{count:08x}-1111-4222-8333-{count:012x}"


def entry(count, **more):
    template = {"id": number(900), "name": "Cloud Basics"}
    return {"id": number(count), "badge_template": template, "issued_at_date": "2020-05-17", **more}


def assertion(count, email="ann@example.org", **more):
    hashed = hashlib.sha256(email.encode()).hexdigest()
    return {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": f"https://api.credly.com/v1/obi/v2/badge_assertions/{number(count)}",
        "recipient": {"type": "email", "identity": f"sha256${hashed}", "hashed": True},
        "badge": f"https://api.credly.com/v1/obi/v2/badge_classes/{number(900)}",
        "image": {"id": f"https://images.example.com/{count}.png"},
        **more,
    }


def hosted(count):
    return f"GET /v1/obi/v2/badge_assertions/{number(count)}"


@pytest.fixture
def live():
    def read(replies, base=PROFILE, account="Ann@Example.org", bookmark=None, secret="sesame"):
        web = RecordedWeb(replies)
        place = LivePlace(base, web, account=account, secret=lambda: secret, bookmark=bookmark)
        return web, Credly().read(place)

    return read


def badges(outcomes):
    return [one for one in outcomes if isinstance(one, Found)]


def codes(outcomes):
    return [one.code for one in outcomes if isinstance(one, Problem)]


def test_ones_own_badge_comes_with_all_its_originals(live):
    png = b"\x89PNG\r\n\x1a\n"
    badge_class = {"issuer": f"https://api.credly.com/v1/obi/v2/issuers/{number(800)}"}
    web, outcomes = live(
        {
            PAGE % 1: {"json": {"data": [entry(1), entry(2)]}},
            PAGE % 2: {"json": {"data": []}},
            hosted(1): {"json": assertion(1)},
            hosted(2): {"json": assertion(2)},
            f"GET /v1/obi/v2/badge_classes/{number(900)}": {"json": badge_class},
            f"GET /v1/obi/v2/issuers/{number(800)}": {"json": {"name": "Academy"}},
            "GET /1.png": {"text": png.decode("latin-1")},
        }
    )
    first, second = badges(outcomes)
    assert json.loads(first.assertion) == assertion(1)
    assert json.loads(first.badge_class) == badge_class
    assert json.loads(first.issuer) == {"name": "Academy"}
    assert (first.holder, second.holder) == ("Ann@Example.org",) * 2
    assert second.badge_class == first.badge_class
    assert sum("badge_classes" in asked for asked in web.asked) == 1, "asked for once"


def test_a_badge_of_another_address_is_not_copied(live):
    other = assertion(1, "bo@example.org", narrative="of Bo alone")
    _, outcomes = live({PAGE % 1: {"json": {"data": [entry(1)]}}, hosted(1): {"json": other}})
    found = list(outcomes)
    assert not badges(found)
    assert codes(found) == ["awarded_to_another"]
    assert "of Bo alone" not in repr(found)


def test_a_profile_goes_on_behind_the_last_whole_page(live):
    replies = {
        PAGE % 1: {"json": {"data": [entry(1)], "metadata": {"total_pages": 2}}},
        PAGE % 2: {"json": {"data": [entry(2)], "metadata": {"total_pages": 2}}},
        hosted(1): {"json": assertion(1)},
        hosted(2): {"status": 503},
    }
    _, outcomes = live(replies)
    found = []
    with pytest.raises(Incomplete, match="HTTP 503"):
        found.extend(iter_into(found, outcomes))
    (bookmark,) = (one.at for one in found if isinstance(one, Bookmark))
    replies[hosted(2)] = {"json": assertion(2)}
    web, outcomes = live(replies, bookmark=bookmark)
    assert len(badges(outcomes)) == 1
    assert PAGE % 1 not in web.asked


def iter_into(found, outcomes):
    for one in outcomes:
        found.append(one)
    return ()


def test_a_host_that_knows_no_pages_is_not_asked_for_ever(live):
    same = {"json": {"data": [entry(1)]}}
    web, outcomes = live({PAGE % n: same for n in range(1, 9)} | {hosted(1): {"status": 404}})
    assert len(badges(outcomes)) == 1
    assert PAGE % 3 not in web.asked


def test_an_answer_that_is_no_assertion_keeps_what_the_profile_says(live):
    page = {"json": {"data": [entry(1)], "metadata": {"count": 1, "total_count": 1}}}
    for reply in ({"text": "<html>"}, {"json": {"name": "x"}}, {"status": 403}):
        _, outcomes = live({PAGE % 1: page, hosted(1): reply})
        (badge,) = badges(outcomes)
        assert badge.warnings[0].code == "assertion_not_shown"
        assert b"madeFromRows" in badge.assertion


def test_a_revoked_badge_is_known_as_revoked(live):
    page = {"json": {"data": [entry(1)]}}
    _, outcomes = live({PAGE % 1: page, hosted(1): {"status": 410, "json": {"revoked": True}}})
    badge = badges(outcomes)[0]
    said = read_badge(Pieces(badge.assertion, hosted_url=badge.hosted_url)).assertion
    assert said.revoked


def test_an_organisation_is_asked_with_its_token_which_is_never_told(live):
    base = f"https://api.credly.com/v1/organizations/{number(800)}"
    path = f"GET /v1/organizations/{number(800)}/badges?page=1"
    _, outcomes = live({path: {"status": 401}}, base, secret="verysecret")
    with pytest.raises(SignInFailed, match="HTTP 401") as error:
        list(outcomes)
    assert "verysecret" not in str(error.value)
    page = {"json": {"data": [entry(1, recipient_email="p@example.org"), 7]}}
    _, outcomes = live({path: page}, base)
    found = list(outcomes)
    assert badges(found)[0].holder == "p@example.org"
    assert codes(found) == ["no_badge"]


def test_a_live_profile_is_asked_slowly():
    place = open_live(Credly(), PROFILE, "ann@example.org")
    waited = []
    place.web._sleep = waited.append
    place.web._pace()
    place.web._pace()
    assert waited == [Credly.live.pause]
    assert Credly.live.pause >= 1


@pytest.fixture
def read(tmp_path):
    def outcomes(data, name):
        file = tmp_path / name
        file.write_text(data if isinstance(data, str) else json.dumps(data))
        with open_place(file) as place:
            return list(read_place(place, Credly()))

    return outcomes


def normal(found):
    return read_badge(Pieces(found.assertion, hosted_url=found.hosted_url)).assertion


def test_a_list_says_what_when_by_whom_and_to_whom(read):
    said = json.loads((FIXTURES / "good/organisation-page/page-1.json").read_text())
    first, revoked, rejected, _ = badges(read(said, "page.json"))
    badge = normal(first)
    assert badge.issued_on == "2019-01-02T22:04:05Z"
    assert badge.badge_class.issuer.name == "Example Academy"
    assert badge.badge_class.tags == ("Cloud Computing", "Networks")
    assert badge.recipient.identity == "p1@example.org", "as Credly hashes it"
    assert (normal(revoked).revoked, rejected.deleted) == (True, True)


def test_a_list_with_little_in_it_is_no_less_a_list(read):
    found = read([entry(1, badge_template={}), entry(2, issuer={"entities": [{}]})], "b.json")
    first, second = badges(found)
    assert normal(first).badge_class is None
    assert normal(second).badge_class.issuer is None


def test_dates_of_csv_files_have_the_month_first(read):
    data = "Badge Template ID,Recipient Email,Issued at (mm/dd/yy)\nx,ann@example.org,05/06/20\n"
    assert normal(badges(read(data, "b.csv"))[0]).issued_on == "2020-05-06T00:00:00Z"
