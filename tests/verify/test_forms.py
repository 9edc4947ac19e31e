"""Forms of single values, and the upgrade of old documents."""

from __future__ import annotations

import pytest

from migrator.openbadges.baked import Baked
from migrator.openbadges.model import Addresses, Version
from migrator.verify.answers import Answer
from migrator.verify.asking import Asking, unreachable
from migrator.verify.assess import Submission, assess
from migrator.verify.forms import in_utc, is_domain, is_iri, is_url, is_zoned, moment, short
from migrator.verify.input import _from_baked
from migrator.verify.profile import BADGR
from migrator.verify.upgrade import Kind, date_in_utc, dialect


@pytest.mark.parametrize(
    ("value", "iri"),
    [
        ("http://a.example/b", True),
        ("https://a.example", True),
        ("urn:uuid:a953081a-4bbc-4927-8653-7219bca00e3c", True),
        ("_:b0", True),
        ("urn:uuid:short", False),
        ("uid:1", False),
        ("ftp://a.example/b", False),
        ("../b.png", False),
        ("http://", False),
        ("http://a b", False),
        (7, False),
    ],
)
def test_what_the_validator_takes_as_an_iri(value, iri):
    assert is_iri(value) is iri
    assert is_url(value) is (iri and str(value).startswith("http"))


@pytest.mark.parametrize(
    ("value", "zoned"),
    [
        ("2016-12-31T23:59:59Z", True),
        ("2016-12-31T23:59:59.123+02:00", True),
        ("2016-12-31T23:59:59", False),
        ("2016-12-31", False),
        ("2016-02-31T23:59:59Z", False),
        ("1359217910", False),
        (1359217910, False),
        (None, False),
    ],
)
def test_dates_of_20_have_time_and_zone(value, zoned):
    assert is_zoned(value) is zoned


def test_messages_write_dates_in_utc_where_they_can():
    assert in_utc("2036-01-01T02:00:00+02:00") == "2036-01-01 00:00:00+00:00"
    assert in_utc("2036-01-01T02:00:00") == "2036-01-01T02:00:00"
    assert in_utc("9999-12-31T23:59:59-14:00") == "9999-12-31T23:59:59-14:00"
    assert moment("2036-13-01T00:00:00Z") is None


def test_domains_have_a_dot_and_no_port():
    assert is_domain("badges.example.org")
    assert not any(is_domain(value) for value in ("localhost", "a.example:80", "http://a.b", 1))


def test_long_values_are_cut_as_the_server_cuts_them():
    assert short("x" * 47) == "x" * 47
    assert short("x" * 48) == "x" * 48 + "..."


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (1359217910, "2013-01-26T16:31:50Z"),
        ("2013-01-26", "2013-01-26T00:00:00Z"),
        (True, None),
        ([1], None),
        ("06/01/2013", None),
    ],
)
def test_old_dates(value, read):
    assert date_in_utc(value) == read


@pytest.mark.parametrize(
    ("document", "kind", "version"),
    [
        ({"@context": ["https://w3id.org/openbadges/v2"]}, Kind.ASSERTION, Version.V2_0),
        ({"@context": "https://w3id.org/openbadges/v1"}, Kind.ISSUER, Version.V1_1),
        ({"@context": {"own": "http://x"}, "type": "Assertion"}, Kind.ASSERTION, Version.V2_0),
        ({"recipient": "a", "badge": {}}, Kind.ASSERTION, Version.V0_5),
        ({"recipient": {}, "badge": "http://x"}, Kind.ASSERTION, Version.V1_0),
        ({"badge": {"name": "x"}}, Kind.ASSERTION, None),
        ({"revoked": True}, Kind.ASSERTION, None),
        ({"name": "x"}, Kind.BADGE_CLASS, Version.V1_0),
        ({"detail": "Not found."}, Kind.BADGE_CLASS, None),
    ],
)
def test_dialects(document, kind, version):
    assert dialect(document, kind) == version


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("prop", ["issuedOn", "expires"])
def test_dates_at_the_ends_of_time_are_compared(moment, prop, issued, now):
    badge = issued("2.0")
    badge.a[prop] = moment
    verdict = assess(Submission(url=badge.url), badge.served(), Addresses(), now)
    expected = {
        ("issuedOn", "9"): "issued_in_future",
        ("expires", "0"): "expired",
    }.get((prop, moment[0]))
    assert verdict.reason == expected


def test_addresses_that_are_none_are_dead_too(issued, now):
    assert unreachable(Answer("http://[bad", error="dns")).reason == "host_dead"
    assert "http://[bad" in unreachable(Answer("http://[bad", error="dns")).text
    badge = issued("2.0")
    badge.a["id"] = "http://[bad/a.json"
    badge.web.serve("http://[bad/a.json", badge.a)
    verdict = assess(Submission(url=badge.url), badge.served(), Addresses(), now)
    assert verdict.reason == "issuer_elsewhere"


def test_badge_data_broken_inside_a_picture_is_refused(issued, now):
    asking = Asking(issued("2.0").web, BADGR)
    broken = Baked("json", '{"a": ', "openbadges", 0, 1)
    assert _from_baked(broken, asking).message.name == "DETECT_INPUT_TYPE"


def test_what_has_no_normal_form_still_gets_a_verdict(issued, now):
    badge = issued("1.0")
    badge.a = {"issued_on": "2013-01-26", "badge": f"{badge.url}#b"}
    verdict = assess(Submission(url=badge.url), badge.served(), Addresses(), now)
    assert verdict.reason is not None
    assert verdict.assertion is None


def test_a_signed_10_badge_has_no_hosted_address(issued, now):
    badge = issued("1.0")
    badge.a["verify"] = {"type": "signed", "url": "http://badges.example.net/key.pem"}
    verdict = assess(Submission(assertion=badge.a), badge.served(), Addresses(), now)
    assert verdict.reason == "no_web_address"


def test_an_issuer_picture_that_is_no_address_is_harmless(issued, now):
    badge = issued("1.0")
    badge.i["image"] = ["logo.png", "other.png"]
    assert assess(Submission(url=badge.url), badge.served(), Addresses(), now).accepted
